/**
 * What a device app gets when it imports "xs-web-socket". The module has a file of its own because relative
 * imports of a module start from its specifier, and this one is in no folder.
 */
export * from "xs-web-socket/modules/websocket/websocket";
