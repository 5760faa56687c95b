/** An honest peer based on `ws`: it must get an echo of each of its messages before, during and after an attack. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import type { Setting } from "./device/program.js";
import type { Besieged } from "./target/target.js";

/** Milliseconds between two messages. */
const pause = 15;
/** Timeout of an echo in milliseconds; not a performance limit. */
export const echoTimeout = 20_000;
/**
 * Milliseconds during which a peer tries to connect. Less than the default `handshakeTimeout`, which must not
 * block other clients.
 */
const connectPeriod = 4000;

let number = 0;

export class Honest {
	readonly #socket: WebSocket;
	readonly #type: string;
	/** Received messages that were not read yet. */
	readonly #messages: string[] = [];
	#wake: () => void = () => {};
	#running = false;
	#loop: Promise<void> = Promise.resolve();
	/** Longest time until an echo arrived, in milliseconds. */
	longest = 0;
	/** Number of echoes received. */
	echoes = 0;

	constructor(socket: WebSocket, { type }: Setting) {
		this.#socket = socket;
		this.#type = type;
		socket.on("message", (data: RawData) => {
			this.#messages.push((data as Buffer).toString());
			this.#wake();
		});
		socket.on("error", () => {});
		socket.on("close", () => this.#wake());
	}

	/**
	 * Connects to the device's Server and retries while it is not accepted.
	 * @param longest maximum time in milliseconds
	 */
	static async enter(device: Besieged, setting: Setting, longest = connectPeriod): Promise<Honest> {
		const port = await device.port;
		const end = Date.now() + longest;
		for (;;) {
			const socket = new WebSocket(`ws://127.0.0.1:${port}/honest`, { handshakeTimeout: echoTimeout });
			try {
				await once(socket, "open");
				return new Honest(socket, setting);
			} catch (error) {
				if (Date.now() > end) throw new Error(`an honest peer was not accepted: ${(error as Error).message}`);
				await delay(100);
			}
		}
	}

	/**
	 * Sends a unique message and waits for its echo.
	 * @throws Error if it does not arrive
	 */
	async echo(): Promise<void> {
		const start = performance.now();
		const text = `honest ${++number}`;
		this.#socket.send(this.#type === "" ? JSON.stringify(text) : text, {
			binary: this.#type === "application/octet-stream",
		});
		const wanted = this.#type === "" ? JSON.stringify({ echo: text }) : text;
		const timer = setTimeout(() => this.#wake(), echoTimeout);
		for (;;) {
			// A chat also has messages of other peers.
			const next = this.#messages.shift();
			if (next === wanted) break;
			if (next !== undefined) continue;
			if (this.#socket.readyState !== WebSocket.OPEN) throw new Error("the honest connection has ended");
			if (performance.now() - start >= echoTimeout) throw new Error("an honest peer received no echo");
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		clearTimeout(timer);
		this.longest = Math.max(this.longest, performance.now() - start);
		this.echoes++;
	}

	/** Starts to send messages repeatedly. */
	start(): void {
		this.#running = true;
		this.#loop = this.#go();
		this.#loop.catch(() => {});
	}

	/**
	 * Stops sending messages.
	 * @throws Error if an echo did not arrive
	 */
	async stop(): Promise<void> {
		this.#running = false;
		await this.#loop;
	}

	leave(): void {
		this.#socket.terminate();
	}

	async #go(): Promise<void> {
		while (this.#running) {
			await this.echo();
			await delay(pause);
		}
	}
}

/** An honest server for a Client of the device. */
export class HonestServer {
	readonly port: number;
	readonly #server: WebSocketServer;
	#connection: Promise<Honest>;

	static async listen(setting: Setting): Promise<HonestServer> {
		const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
		await once(server, "listening");
		return new HonestServer(server, setting);
	}

	private constructor(server: WebSocketServer, setting: Setting) {
		this.#server = server;
		this.port = (server.address() as AddressInfo).port;
		this.#connection = once(server, "connection").then(([socket]) => new Honest(socket, setting));
	}

	/** Resolves with the first connection. */
	get connection(): Promise<Honest> {
		return this.#connection;
	}

	close(): void {
		for (const client of this.#server.clients) client.terminate();
		this.#server.close();
	}
}
