/** Checks examples/sensor: reports arrive, also after the server was lost or closed. */

import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";
import type { Built } from "../../sim/moddable/build.js";
import { root } from "../../sim/moddable/sdk.js";
import { WsConnection } from "../support/wspeer.js";
import type { Check, Stage } from "./stage.js";
import type { Config, Workshop } from "./workshop.js";

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

/** Builds the same app on the npm package, which has everything that a Client needs in one module. */
async function onPackage(workshop: Workshop, config: Config): Promise<Built> {
	const name = "packaging-client";
	const folder = workshop.makeApp(name, {
		"package.json": { name, version: "1.0.0", private: true },
		"manifest.json": {
			include: [
				"$(MODDABLE)/examples/manifest_base.json",
				"./node_modules/xs-web-socket/dist/manifest_client.json",
			],
			modules: { "*": "./main" },
		},
		"main.ts": readFileSync(join(root, "examples/sensor/main.ts"), "utf8"),
	});
	await workshop.install(folder);
	return workshop.build(name, { manifest: join(folder, "manifest.json"), config });
}

/** @param build Builds the app. */
const check = (title: string, build: (workshop: Workshop, config: Config) => Promise<Built>): Check => ({
	title,
	async perform(stage) {
		const first = await listen(stage, 0);
		const { port } = first.address() as AddressInfo;
		const built = await build(stage.workshop, { host: "127.0.0.1", port, interval: 200 });
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
});

export const sensor: readonly Check[] = [
	check("examples/sensor", (workshop, config) => workshop.example("sensor", config)),
	check("examples/sensor on npm pack and dist/manifest_client.json", onPackage),
];
