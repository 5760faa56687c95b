/** Checks examples/sensor: reports arrive, also after the server was lost or closed. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { WsConnection } from "../support/wspeer.js";
import type { Check, Stage } from "./stage.js";

/** Starts a server on a given port. */
async function listen(stage: Stage, port: number): Promise<WebSocketServer> {
	const server = new WebSocketServer({ host: "127.0.0.1", port });
	stage.atEnd(() => end(server));
	await once(server, "listening");
	return server;
}

function end(server: WebSocketServer): void {
	for (const client of server.clients) client.terminate();
	server.close();
}

async function nextConnection(server: WebSocketServer): Promise<WsConnection> {
	const [socket] = (await once(server, "connection")) as [WebSocket];
	return new WsConnection(socket);
}

/** Receives three consecutive reports. Returns the number of the last one. */
async function threeReports(connection: WsConnection, after: number): Promise<number> {
	let last = after;
	for (let count = 0; count < 3; count++) {
		const { report, temperature, lost } = (await connection.json()) as Record<string, unknown>;
		// Reports in transit during a restart may be lost; after the first one none may be missing.
		const inOrder = count === 0 ? Number(report) > last : report === last + 1;
		if (!inOrder || typeof temperature !== "number" || lost !== 0)
			throw new Error(`report ${report} follows ${last}, temperature ${temperature}, lost ${lost}`);
		last = Number(report);
	}
	return last;
}

export const sensor: Check = {
	title: "examples/sensor",
	async perform(stage) {
		const first = await listen(stage, 0);
		const { port } = first.address() as AddressInfo;
		const built = await stage.workshop.example("sensor", { host: "127.0.0.1", port, interval: 200 });
		const comes = nextConnection(first);
		const device = await stage.start(built);
		let last = await threeReports(await comes, 0);
		end(first);
		await device.traced(/^disconnected, code 1006$/);
		await device.traced(/^attempt 1: /);
		const second = await listen(stage, port);
		const connection = await nextConnection(second);
		last = await threeReports(connection, last);
		const comesAgain = nextConnection(second);
		connection.socket.close(1001, "restart");
		await device.traced(/^disconnected, code 1001$/);
		last = await threeReports(await comesAgain, last);
		await device.traced(/^\d+ reports: \d+ sent, \d+ waiting, 0 lost$/);
		return `${last} reports over 2 restarts of the server`;
	},
};
