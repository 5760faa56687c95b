/** What docs/api.md describes: the modules `xs-web-socket` and `xs-web-socket/chunks`. */

export * from "../../modules/chunks/chunks.js";
export * from "../../modules/websocket/websocket.js";
