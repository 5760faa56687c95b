/** Stand-in for the SDK's native Listener (`embedded:io/socket/listener`). */

import { Event, Operation, Query } from "../protocol.js";
import { WireWriter } from "../wire.js";
import { type Deliverable, onEvent, operations, post, query } from "./machine.js";
import { accept, type Connection, incoming } from "./tcp.js";

interface Options {
	port?: number;
	address?: string;
	format?: string;
	target?: unknown;
	onReadable?: (this: Listener, count: number) => void;
}

const listeners = new Map<number, Listener>();
let nextNumber = 1;

class Listener implements Deliverable {
	private number: number | undefined;
	private boundPort: number;
	private pending: Connection[] = [];
	private triggered = false;
	private onReadable: Options["onReadable"];
	declare target?: unknown;

	/**
	 * Binds and listens, or throws. The native class ignores `address` and binds every interface. This one
	 * binds `address`, 127.0.0.1 by default, so that a desktop is not exposed to its network.
	 */
	constructor(options: Options) {
		let port = 0;
		if ("port" in options) {
			if (options.port === undefined) throw new Error("invalid");
			port = Number(options.port) | 0;
			if (port < 0 || port > 65535) throw new RangeError("invalid port");
		}
		const { onReadable } = options;
		if (onReadable !== undefined && onReadable !== null && typeof onReadable !== "function")
			throw new Error("not a function");
		if (options.format && options.format !== "socket/tcp") throw new RangeError("unimplemented");
		const number = nextNumber++;
		const address = options.address === undefined ? "127.0.0.1" : String(options.address);
		const answer = query(Query.Listen, new WireWriter(64).uint32(number).string(address).uint16(port));
		if (!answer.uint8()) throw new Error("socket bind");
		this.boundPort = answer.uint16();
		this.number = number;
		this.onReadable = onReadable ?? undefined;
		listeners.set(number, this);
		if ("target" in options) this.target = options.target;
	}

	/** Returns the next pending connection as a TCP object to move with `from`, or undefined. */
	read(): ReturnType<typeof accept> | undefined {
		this.check();
		const connection = this.pending.shift();
		return connection && accept(connection);
	}

	/** Also closes connections that were not read. */
	close(): void {
		if (this.number === undefined) return;
		operations.uint8(Operation.CloseListener).uint32(this.number);
		listeners.delete(this.number);
		for (const connection of this.pending) connection.close();
		this.pending.length = 0;
		this.number = undefined;
	}

	get port(): number {
		this.check();
		return this.boundPort;
	}

	get format(): string {
		return "socket/tcp";
	}

	set format(format: string) {
		if (format !== "socket/tcp") throw new RangeError();
	}

	deliver(): void {
		this.triggered = false;
		if (this.pending.length) this.onReadable?.call(this, this.pending.length);
	}

	incoming(connection: Connection): void {
		this.pending.push(connection);
		if (this.triggered || !this.onReadable) return;
		this.triggered = true;
		post(this);
	}

	private check(): void {
		if (this.number === undefined) throw new SyntaxError("C: xsGetHostData: invalid host data");
	}
}

onEvent(Event.Incoming, (reader) => {
	const listener = listeners.get(reader.uint32());
	const connection = incoming(reader.uint32(), reader.uint32(), reader.string(), reader.uint16());
	if (listener) listener.incoming(connection);
	else connection.close();
});

export default Listener;
