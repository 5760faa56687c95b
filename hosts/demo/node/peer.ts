/** The peer of the simulated device: a WebSocket server in Node.js, based on the package `ws`. */

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { type WebSocket, WebSocketServer } from "ws";
import type { Identity } from "../../../sim/certificates.js";
import type { Screen } from "./screen.js";

/** Number of reports after which the light is switched: rarely, because people switch it, too. */
const reportsPerSwitch = 20;

export class Peer {
	readonly port: number;
	/** Number of messages. */
	received = 0;
	sent = 0;
	readonly #http: Server;
	readonly #server: WebSocketServer;
	readonly #screen: Screen;
	#light = false;

	/**
	 * Listens on a free port.
	 * @param identity certificate and key for TLS; none for connections in the clear
	 */
	static async start(screen: Screen, identity?: Identity): Promise<Peer> {
		const http = identity ? createSecureServer({ cert: identity.chain, key: identity.key }) : createServer();
		http.listen(0, "127.0.0.1");
		await once(http, "listening");
		return new Peer(http, screen);
	}

	private constructor(http: Server, screen: Screen) {
		this.#http = http;
		this.#server = new WebSocketServer({ server: http });
		this.#screen = screen;
		this.port = (http.address() as AddressInfo).port;
		this.#server.on("connection", (socket, { socket: beneath }) => this.#welcome(socket, beneath));
	}

	/** Asks the device to shut down. Returns false if it is not connected. */
	stopDevice(): boolean {
		for (const socket of this.#server.clients) this.#send(socket, { stop: true });
		return this.#server.clients.size > 0;
	}

	close(): void {
		for (const socket of this.#server.clients) socket.terminate();
		this.#server.close();
		this.#http.close();
	}

	#welcome(socket: WebSocket, beneath: Socket): void {
		const how = beneath instanceof TLSSocket ? `, ${beneath.getProtocol()}, ${beneath.getCipher().name}` : "";
		this.#screen.say("peer", ` opens for the device${how}`);
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
