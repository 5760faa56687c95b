/** The network of the device: connections, listeners and name resolution. */

import { lookup } from "node:dns";
import { createServer, isIPv4, type Server, Socket } from "node:net";
import { Connection, type EventSink, type Windows } from "./connection.js";
import { Event } from "./protocol.js";

/** How a host name resolves: an IPv4 address, `"fail"` (no such name) or `"hang"` (no answer). */
export type HostEntry = string;

export class Network {
	readonly #sink: EventSink;
	readonly #connections = new Map<number, Connection>();
	readonly #listeners = new Map<number, Server>();
	/** Accepted connections have even numbers, outgoing ones odd numbers. */
	#nextNumber = 2;
	/** Applies to new connections. */
	windows: Windows;
	/** Host names resolved here; the computer resolves all others. */
	hosts: Record<string, HostEntry> = {};
	/** Maps ports used by the program to ports of this computer. */
	ports: Record<number, number> = {};

	constructor(sink: EventSink, windows: Windows) {
		this.#sink = sink;
		this.windows = windows;
	}

	connection(number: number): Connection | undefined {
		return this.#connections.get(number);
	}

	connect(number: number, address: string, port: number, options: number): void {
		const socket = new Socket({ allowHalfOpen: true });
		const connection = this.#add(number, socket);
		connection.configure(options);
		socket.on("connect", () => connection.connected());
		socket.connect({ host: address, port: this.ports[port] ?? port });
	}

	/**
	 * Binds and listens.
	 * @returns the port, or undefined if binding failed
	 */
	listen(number: number, address: string, port: number): Promise<number | undefined> {
		return new Promise((resolve) => {
			const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
				const connection = this.#add(this.#nextNumber, socket);
				this.#nextNumber += 2;
				this.#sink
					.event(Event.Incoming)
					.uint32(number)
					.uint32(connection.number)
					.uint32(connection.window)
					.string(socket.remoteAddress ?? "")
					.uint16(socket.remotePort ?? 0);
			});
			server.once("error", () => resolve(undefined));
			server.listen({ host: address, port: this.ports[port] ?? port, exclusive: true }, () => {
				this.#listeners.set(number, server);
				const bound = server.address();
				resolve(typeof bound === "object" && bound ? bound.port : undefined);
			});
		});
	}

	closeListener(number: number): void {
		this.#listeners.get(number)?.close();
		this.#listeners.delete(number);
	}

	/** Resolves a name and sends an event with the address, "" if not found. */
	resolve(request: number, host: string): void {
		const answer = (address: string) => this.#sink.event(Event.Resolved).uint32(request).string(address);
		const entry = Object.hasOwn(this.hosts, host) ? this.hosts[host] : undefined;
		if (entry === "hang") return;
		if (entry === "fail") answer("");
		else if (entry !== undefined) answer(entry);
		else if (isIPv4(host)) answer(host);
		else if (host === "localhost") answer("127.0.0.1");
		else lookup(host, { family: 4 }, (error, address) => answer(error ? "" : address));
	}

	/** Resumes connections that waited for the device to handle a batch. */
	batchHandled(batch: number): void {
		for (const connection of this.#connections.values()) connection.batchHandled(batch);
	}

	/** Resets all connections and closes all listeners. */
	destroy(): void {
		for (const connection of [...this.#connections.values()]) connection.destroy();
		for (const server of this.#listeners.values()) server.close();
		this.#listeners.clear();
	}

	#add(number: number, socket: Socket): Connection {
		const connection = new Connection(number, socket, this.#sink, this.windows, () =>
			this.#connections.delete(number),
		);
		this.#connections.set(number, connection);
		return connection;
	}
}
