/** The benchmark including the SDK's own implementations. */
import WebSocketClient from "embedded:network/websocket/client";
import { commonCases } from "./both.js";
import { type EngineConstructor, engineCases } from "./engines.js";
import { makeMessages } from "./messages.js";
import { runCases } from "./run.js";
import { classicCases, webSocketCases } from "./sdk.js";

const messages = makeMessages();
// Its typings include other formats.
const TheirClient = WebSocketClient as unknown as EngineConstructor;
runCases([
	...commonCases(messages),
	...engineCases("SDK WebSocketClient", TheirClient, messages, "client"),
	...engineCases("SDK WebSocketClient", TheirClient, messages, "server"),
	...webSocketCases(messages, "client"),
	...webSocketCases(messages, "server"),
	...classicCases(messages, "client"),
	...classicCases(messages, "server"),
]);
