/** The accessor webSocket module for the Moddable SDK: https://accessors.org/wiki/Version1/WebSocket */

export type { UpgradeRequest } from "../rfc6455/verifier.js";
export { Client, type ClientEvents, type ClientOptions } from "./client.js";
export type { ConnectionEvents, SendOptions, SendOutcome } from "./connection.js";
export type { Counters } from "./counters.js";
export type { Failure } from "./failure.js";
export type { Fate } from "./fates.js";
export { supportedReceiveTypes, supportedSendTypes } from "./mediatypes.js";
export type {
	BroadcastOptions,
	BroadcastOutcome,
	HttpRequest,
	Page,
	PageBytes,
	Verdict,
} from "./parts.js";
export type { ReconnectOptions } from "./reconnect.js";
export { Server, type ServerEvents, type ServerOptions } from "./server.js";
export type { ConnectionOptions } from "./settings.js";
export { Socket } from "./socket.js";
export type { Der, TlsOptions } from "./tlsoptions.js";
