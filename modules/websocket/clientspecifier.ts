/**
 * The module "xs-web-socket" of apps without a Server (manifest_client.json), with the types that a Client needs.
 * specifier.ts says why it has a file of its own.
 */

export { Client } from "xs-web-socket/modules/websocket/client";
export { supportedReceiveTypes, supportedSendTypes } from "xs-web-socket/modules/websocket/mediatypes";
export type { ClientEvents, ClientOptions } from "./client.js";
export type { ConnectionEvents, SendOptions, SendOutcome } from "./connection.js";
export type { Counters } from "./counters.js";
export type { Failure } from "./failure.js";
export type { Fate } from "./fates.js";
export type { ReconnectOptions } from "./reconnect.js";
export type { ConnectionOptions } from "./settings.js";
export type { Der, TlsOptions } from "./tlsoptions.js";
