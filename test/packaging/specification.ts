/** Checks examples/specification: the two examples of the specification on their original ports. */

import { once } from "node:events";
import { createServer } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { WsConnection, wsConnect } from "../support/wspeer.js";
import type { Check } from "./stage.js";

const clientPort = 8080;
const serverPort = 8082;

/** @throws Error if the port is in use */
async function isFree(port: number): Promise<void> {
	const server = createServer().listen(port, "0.0.0.0");
	await once(server, "listening").catch(() => {
		throw new Error(`port ${port} is in use, but the ports of the specification's examples are fixed`);
	});
	server.close();
	await once(server, "close");
}

function expect(what: unknown, expected: string): void {
	if (JSON.stringify(what) !== expected)
		throw new Error(`received ${JSON.stringify(what)} instead of ${expected}`);
}

export const specification: Check = {
	title: "examples/specification",
	async perform(stage) {
		const built = await stage.workshop.example("specification", {});
		await isFree(clientPort);
		await isFree(serverPort);
		const server = new WebSocketServer({ host: "127.0.0.1", port: clientPort });
		stage.atEnd(() => server.close());
		const comes = once(server, "connection") as Promise<[WebSocket]>;
		const device = await stage.start(built);
		await device.traced(new RegExp(`^listening on port ${serverPort}$`));
		const client = new WsConnection((await comes)[0]);
		stage.atEnd(() => client.socket.terminate());
		expect(await client.json(), '{"foo":"bar"}');
		client.send('"hello"');
		await device.traced(/^Received from web socket: hello$/);
		const peer = await wsConnect("127.0.0.1", serverPort);
		stage.atEnd(() => peer.socket.terminate());
		peer.send('"Hello, server"');
		await device.traced(/^Hello, server$/);
		expect(await peer.json(), '"Reply message"');
		return "the client's and the server's example";
	},
};
