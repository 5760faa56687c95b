import WebSocketClient from "../../../modules/ecma419/websocketclient.js";
import type { Case } from "./case.js";
import { engineCases } from "./engines.js";
import { floorCases } from "./floor.js";
import type { Message } from "./messages.js";
import { connect, connectShut, ownCases, queueCase } from "./ours.js";

/** Room for 100 of the longer messages, and for none where none has to wait. */
const longQueue = 28672;
const noQueue = 64;
// A ping would come in between.
const pingInterval = 0;
const roles = ["client", "server"] as const;

/** The cases that run on every engine. */
export function commonCases(messages: readonly Message[]): Case[] {
	const pairs = roles.map((role) => connect(role, { pingInterval, sendQueueSize: noQueue }));
	const shutPairs = roles.map((role) => connectShut(role, { pingInterval, sendQueueSize: longQueue }));
	return [
		...messages.flatMap(floorCases),
		...pairs.flatMap((pair) => messages.flatMap((message) => ownCases(message, pair))),
		...shutPairs.flatMap((pair) =>
			messages.flatMap((message) => [1, 10, 100].map((batch) => queueCase(message, pair, batch))),
		),
		...roles.flatMap((role) => engineCases("xs-web-socket WebSocketClient", WebSocketClient, messages, role)),
	];
}
