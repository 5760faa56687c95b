/**
 * The module "xs-web-socket" of device apps. It has a file of its own because relative imports start at the specifier of a
 * module, and this one has no folder.
 */
export * from "xs-web-socket/modules/websocket/websocket";
