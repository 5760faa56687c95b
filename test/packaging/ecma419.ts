/** Checks examples/ecma419: the SDK's WebSocket class on our engine, which is strict where the SDK's is not. */

import { isDeepStrictEqual } from "node:util";
import { frame } from "../support/frames.js";
import { type WsConnection, WsServer } from "../support/wspeer.js";
import type { Check } from "./stage.js";

/** Twelve messages, text and binary, on both sides of every length of a frame's header that fits the device. */
const messages: readonly (string | Buffer)[] = [1, 2, 125, 126, 1000, 3000].flatMap((length) => [
	"ü€".repeat(length).slice(0, length),
	Buffer.alloc(length, length),
]);

async function echo(connection: WsConnection): Promise<void> {
	for (const message of messages) {
		connection.send(message);
		const answer = await connection.message();
		if (!isDeepStrictEqual(answer, message))
			throw new Error(`a message of ${message.length} comes back as ${String(answer).slice(0, 100)}`);
	}
}

async function closesWith(connection: WsConnection, expected: number): Promise<string> {
	const { code, reason } = await connection.closed();
	if (code !== expected) throw new Error(`the device closes with ${code} "${reason}", not ${expected}`);
	return reason;
}

export const ecma419: Check = {
	title: "examples/ecma419",
	async perform(stage) {
		const peer = await WsServer.listen();
		stage.atEnd(() => peer.close());
		const built = await stage.workshop.example("ecma419", { host: "127.0.0.1", port: peer.port });
		const device = await stage.start(built);
		const polite = await peer.connection();
		await echo(polite);
		polite.send("bye");
		if ((await closesWith(polite, 1000)) !== "bye") throw new Error("the reason of the close is lost");
		await device.traced(/^closed with 1000 bye$/);
		const violating = await peer.connection();
		const reservedOpcode = 3;
		violating.request?.socket.write(frame(reservedOpcode));
		const reason = await closesWith(violating, 1002);
		await device.traced(/^error$/);
		await peer.connection();
		return `${messages.length} messages and a close, and a violation: 1002 "${reason}"`;
	},
};
