/** Checks that the app of test/packaging/app echoes as a client and as a server, with `ws` as the peer. */

import { isDeepStrictEqual } from "node:util";
import { httpRequest } from "../support/http.js";
import { type WsConnection, type WsServer, wsConnect, wsRefused } from "../support/wspeer.js";
import type { Device } from "./device.js";

/** Messages to send in JSON. The longest needs several buffers of the simulator's sockets. */
const messages = ["hello", { temperature: 21.5, unit: "°C" }, [1, null, true], "🌡".repeat(900), ""];

async function echoes(connection: WsConnection, who: string): Promise<void> {
	for (const message of messages) {
		connection.send(JSON.stringify(message));
		const answer = await connection.json();
		if (!isDeepStrictEqual(answer, message))
			throw new Error(`the ${who} echoes ${JSON.stringify(answer)} for ${JSON.stringify(message)}`);
	}
}

/**
 * @param peer the server that the app's client connects to
 * @returns a summary of what was checked
 */
export async function checkEcho(device: Device, peer: WsServer): Promise<string> {
	await device.traced(/^engine is ours$/);
	const port = Number((await device.traced(/^server listens on (\d+)$/))[1]);
	const client = await peer.connection();
	await echoes(client, "client");
	client.socket.close(1000, "done");
	const { length } = messages;
	await device.traced(new RegExp(`^client closes with 1000 done, received ${length}, sent ${length}$`));
	const { body, headers } = await httpRequest("127.0.0.1", port);
	if (body.toString() !== "a page") throw new Error(`the page is ${JSON.stringify(body.toString())}`);
	const known = { "If-None-Match": headers.etag as string };
	const { status } = await httpRequest("127.0.0.1", port, "/", { headers: known });
	if (status !== 304) throw new Error(`the page that is known gets ${status}`);
	const visitor = await wsConnect("127.0.0.1", port);
	await echoes(visitor, "server");
	const guest = await wsConnect("127.0.0.1", port, "/pieces");
	const pieces = await guest.message();
	if (String(pieces) !== "one two") throw new Error(`the message from a source is ${JSON.stringify(pieces)}`);
	for (const each of [guest, visitor])
		if ((await each.json()) !== "for all") throw new Error("the broadcast is another message");
	const refused = (await wsRefused("127.0.0.1", port, "/forbidden")).status;
	if (refused !== 403) throw new Error(`what verify() refuses gets ${refused}`);
	visitor.socket.close(1000);
	await device.traced(/^socket closes with 1000$/);
	return `${2 * length} messages echoed with ws, as client and as server, a page, a broadcast, a message from a source`;
}
