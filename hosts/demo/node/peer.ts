/** The peer of the simulated device: a WebSocket server in Node.js, based on the package `ws`. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Screen } from "./screen.js";

/** Number of reports after which the light is switched. */
const reportsPerSwitch = 3;

export class Peer {
	readonly port: number;
	/** Number of messages. */
	received = 0;
	sent = 0;
	readonly #server: WebSocketServer;
	readonly #screen: Screen;
	#light = false;

	/** Listens on a free port. */
	static async start(screen: Screen): Promise<Peer> {
		const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
		await once(server, "listening");
		return new Peer(server, screen);
	}

	private constructor(server: WebSocketServer, screen: Screen) {
		this.#server = server;
		this.#screen = screen;
		this.port = (server.address() as AddressInfo).port;
		server.on("connection", (socket) => this.#welcome(socket));
	}

	/** Asks the device to shut down. Returns false if it is not connected. */
	stopDevice(): boolean {
		for (const socket of this.#server.clients) this.#send(socket, { stop: true });
		return this.#server.clients.size > 0;
	}

	close(): void {
		for (const socket of this.#server.clients) socket.terminate();
		this.#server.close();
	}

	#welcome(socket: WebSocket): void {
		this.#screen.say("peer", " opens for the device");
		socket.on("error", (error) => this.#screen.say("peer", ` fails: ${error.message}`));
		socket.on("close", (code) => this.#screen.say("peer", ` closes with ${code}`));
		socket.on("message", (data) => {
			const text = String(data);
			this.received++;
			this.#screen.say("peer", ` receives ${text}`);
			const { report } = JSON.parse(text) as { report: number };
			if (report % reportsPerSwitch === 0) {
				this.#light = !this.#light;
				this.#send(socket, { thanksFor: report, light: this.#light });
			} else this.#send(socket, { thanksFor: report });
		});
	}

	#send(socket: WebSocket, message: object): void {
		const text = JSON.stringify(message);
		this.sent++;
		this.#screen.say("peer", ` sends ${text}`);
		socket.send(text);
	}
}
