/** The module "xs-web-socket/chunks" of device apps. modules/websocket/specifier.ts says why it has a file of its own. */
export * from "xs-web-socket/modules/chunks/chunks";
