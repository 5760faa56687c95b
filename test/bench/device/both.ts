import WebSocketClient from "../../../modules/rfc6455/websocketclient.js";
import type { Case } from "./case.js";
import { engineCases } from "./engines.js";
import { floorCases } from "./floor.js";
import type { Message } from "./messages.js";
import { connect, ownCases, queueCase } from "./ours.js";

/** Room for 100 of the longer messages. */
const sendQueueSize = 28672;

/** The cases that run on every engine. */
export function commonCases(messages: readonly Message[]): Case[] {
	// A ping would come in between.
	const options = { pingInterval: 0, sendQueueSize };
	const pairs = [connect("client", options), connect("server", options)];
	return [
		...messages.flatMap(floorCases),
		...pairs.flatMap((pair) => messages.flatMap((message) => ownCases(message, pair))),
		...pairs.flatMap((pair) =>
			messages.flatMap((message) => [1, 10, 100].map((batch) => queueCase(message, pair, batch))),
		),
		...engineCases("xs-web-socket WebSocketClient", WebSocketClient, messages, "client"),
		...engineCases("xs-web-socket WebSocketClient", WebSocketClient, messages, "server"),
	];
}
