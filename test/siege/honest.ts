/** An honest peer, played by `ws`: it wants an echo of each of its messages, before, during and after an attack. */

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import type { Setting } from "./device/program.js";
import type { Besieged } from "./target/target.js";

/** Milliseconds between two messages. */
const pause = 15;
/** An echo that takes longer than this has failed. Milliseconds; it says nothing about speed. */
export const patience = 20_000;
/** How long a peer asks to be let in during an attack: less than the default `handshakeTimeout`, which locks nobody else out. */
const knocking = 4000;

let number = 0;

export class Honest {
	readonly #socket: WebSocket;
	readonly #type: string;
	/** Messages that have come and that nobody waits for yet. */
	readonly #messages: string[] = [];
	#wake: () => void = () => {};
	#running = false;
	#loop: Promise<void> = Promise.resolve();
	/** The longest time that an echo took, in milliseconds. */
	longest = 0;
	/** Echoes that were asked for and given. */
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

	/** Connects to the device's Server, again and again for a while where it does not let the peer in. Milliseconds. */
	static async enter(device: Besieged, setting: Setting, longest = knocking): Promise<Honest> {
		const port = await device.port;
		const end = Date.now() + longest;
		for (;;) {
			const socket = new WebSocket(`ws://127.0.0.1:${port}/honest`, { handshakeTimeout: patience });
			try {
				await once(socket, "open");
				return new Honest(socket, setting);
			} catch (error) {
				if (Date.now() > end) throw new Error(`an honest peer is not let in: ${(error as Error).message}`);
				await delay(100);
			}
		}
	}

	/** Sends a message of its own, and waits until it has come back. @throws Error when it does not */
	async echo(): Promise<void> {
		const start = performance.now();
		const text = `honest ${++number}`;
		this.#socket.send(this.#type === "" ? JSON.stringify(text) : text, {
			binary: this.#type === "application/octet-stream",
		});
		const wanted = this.#type === "" ? JSON.stringify({ echo: text }) : text;
		const timer = setTimeout(() => this.#wake(), patience);
		for (;;) {
			// In a chat there are messages of others, too.
			const next = this.#messages.shift();
			if (next === wanted) break;
			if (next !== undefined) continue;
			if (this.#socket.readyState !== WebSocket.OPEN) throw new Error("the honest connection has ended");
			if (performance.now() - start >= patience) throw new Error("an honest peer gets no echo");
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		clearTimeout(timer);
		this.longest = Math.max(this.longest, performance.now() - start);
		this.echoes++;
	}

	/** Goes on asking for echoes. */
	start(): void {
		this.#running = true;
		this.#loop = this.#go();
		this.#loop.catch(() => {});
	}

	/** Asks for no more. @throws Error when one was not given */
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

	/** The first connection, as soon as it is open. */
	get connection(): Promise<Honest> {
		return this.#connection;
	}

	close(): void {
		for (const client of this.#server.clients) client.terminate();
		this.#server.close();
	}
}
