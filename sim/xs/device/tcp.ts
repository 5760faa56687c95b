/**
 * Stand-in for the SDK's native TCP (`embedded:io/socket/tcp`), modeled on its lwIP implementation: network
 * events only set triggers; the callbacks run later, together for each socket, in the order readable, writable,
 * error.
 */

import { Ended, Event, Operation, SocketOptions } from "../protocol.js";
import { copy, join, type WireReader, WireWriter } from "../wire.js";
import { abort, type Deliverable, onEvent, onReply, operations, post } from "./machine.js";

enum Trigger {
	None = 0,
	Writable = 1,
	Readable = 2,
	Error = 4,
}

type Format = "buffer" | "number";
type Callback = (this: TCP, count?: number) => void;

interface Options {
	address?: string;
	port?: number;
	from?: TCP;
	nodelay?: boolean;
	format?: Format;
	target?: unknown;
	onReadable?: Callback;
	onWritable?: Callback;
	onError?: Callback;
}

/** Native sockets by number. */
const connections = new Map<number, Connection>();
/** Sockets with unsent data. */
const written: Connection[] = [];
/** Sockets of which bytes were read that the simulator does not know of. */
const reading: Connection[] = [];
/** Longest read that is copied byte by byte. */
const shortRead = 8;
/** Outgoing connections have odd numbers, accepted ones even numbers. */
let nextNumber = 1;

/** The native socket. It outlives the TCP object when `from` moves it to another one. */
class Connection {
	readonly number: number;
	readonly address: string;
	readonly port: number;
	/** Received data that is not read yet; the first buffer is unread from `offset` on. */
	readonly buffers: Uint8Array[] = [];
	offset = 0;
	readable = 0;
	/** Bytes that were read since the last report. */
	unreported = 0;
	window = 0;
	ready = false;
	/** True if the native socket no longer exists. */
	gone = false;
	owner: TCP | undefined;
	/** Data written by callbacks of this batch. Like lwIP, it is sent after the callbacks, all at once. */
	readonly unsent = new WireWriter(64);
	/** How the connection ended, if that happened before it had an owner. */
	ended: Ended | undefined;

	constructor(number: number, address: string, port: number) {
		this.number = number;
		this.address = address;
		this.port = port;
		connections.set(number, this);
	}

	/** Moves received bytes into `out`, which must not be longer than `readable`. */
	take(out: Uint8Array): void {
		const { length } = out;
		this.consumed(length);
		const { offset } = this;
		const first = this.buffers[0] as Uint8Array;
		// The header of a frame has a few bytes, and is read in several pieces.
		if (length <= shortRead && offset + length < first.length) {
			for (let i = 0; i < length; i++) out[i] = first[offset + i] as number;
			this.readable -= length;
			this.offset = offset + length;
			return;
		}
		let position = 0;
		while (position < length) {
			const { buffer, start, count } = this.next(length - position);
			copy(new Uint8Array(buffer, start, count), out.subarray(position, position + count));
			position += count;
		}
	}

	/** Returns received bytes in a new buffer; `amount` must not exceed `readable`. */
	takeBuffer(amount: number): ArrayBuffer {
		const pieces: ArrayBuffer[] = [];
		for (let missing = amount; missing > 0; ) {
			const { buffer, start, count } = this.next(missing);
			pieces.push(buffer.slice(start, start + count));
			missing -= count;
		}
		this.consumed(amount);
		return join(pieces);
	}

	/** Locates the next received bytes, at most `limit`, and marks them as read. */
	private next(limit: number): { buffer: ArrayBuffer; start: number; count: number } {
		const { buffer, byteOffset, byteLength } = this.buffers[0] as Uint8Array<ArrayBuffer>;
		const start = byteOffset + this.offset;
		const count = Math.min(limit, byteLength - this.offset);
		this.readable -= count;
		this.offset += count;
		if (this.offset === byteLength) {
			this.buffers.shift();
			this.offset = 0;
		}
		return { buffer, start, count };
	}

	/** Counts bytes that were read; the simulator is told with the reply. */
	private consumed(count: number): void {
		if (this.unreported === 0) reading.push(this);
		this.unreported += count;
	}

	/** Tells the simulator how many bytes were read, which makes room for more. */
	report(): void {
		if (this.unreported === 0) return;
		operations.uint8(Operation.Consumed).uint32(this.number).uint32(this.unreported);
		this.unreported = 0;
	}

	write(bytes: Uint8Array): void {
		if (this.unsent.length === 0) written.push(this);
		this.unsent.raw(bytes);
		this.window -= bytes.byteLength;
	}

	flush(): void {
		if (this.unsent.length === 0) return;
		operations.uint8(Operation.Write).uint32(this.number).bytes(new Uint8Array(this.unsent.take()));
	}

	/** Resets the connection if there are unread bytes; unsent data is then lost. */
	close(): void {
		this.report();
		if (this.readable) this.unsent.take();
		else this.flush();
		connections.delete(this.number);
		operations
			.uint8(Operation.Close)
			.uint32(this.number)
			.uint8(this.readable ? 1 : 0);
	}
}

/** Marks constructor calls for accepted connections. */
const accepting = Symbol("accepting");

class TCP implements Deliverable {
	private connection: Connection | undefined;
	private triggerable = Trigger.None;
	private triggered = Trigger.None;
	private error = false;
	private valueFormat: Format = "buffer";
	private onReadable: Callback | undefined;
	private onWritable: Callback | undefined;
	private onError: Callback | undefined;
	declare target?: unknown;

	constructor(options: Options, connection?: Connection, mark?: symbol) {
		if (mark === accepting && connection) {
			this.connection = connection;
			connection.owner = this;
			connection.ready = true;
			operations.uint8(Operation.Accept).uint32(connection.number);
			if (connection.ended !== undefined) this.ended(connection.ended);
			return;
		}
		if ("format" in options && options.format) this.valueFormat = checkFormat(options.format);
		this.onReadable = callback(options.onReadable);
		this.onWritable = callback(options.onWritable);
		this.onError = callback(options.onError);
		const triggerable =
			(this.onReadable ? Trigger.Readable : 0) |
			(this.onWritable ? Trigger.Writable : 0) |
			(this.onError ? Trigger.Error : 0);
		const flags =
			(this.onWritable ? SocketOptions.Writable : 0) |
			("nodelay" in options ? (options.nodelay ? SocketOptions.NoDelay : SocketOptions.Delay) : 0);

		if ("from" in options) this.move(options.from, triggerable, flags);
		else this.connect(options, flags);
		this.triggerable = triggerable;
		if ("target" in options) this.target = options.target;
	}

	private connect(options: Options, flags: number): void {
		const address = String(options.address);
		if (!isAddress(address)) throw new Error("invalid address");
		if (options.port === undefined) throw new Error("invalid");
		const port = Number(options.port) | 0;
		if (port < 0 || port > 65535) throw new RangeError("invalid port");
		const connection = new Connection(nextNumber, address, port);
		nextNumber += 2;
		connection.owner = this;
		this.connection = connection;
		operations.uint8(Operation.Connect).uint32(connection.number).string(address).uint16(port).uint8(flags);
	}

	/**
	 * Moves the native socket from `from`, which is closed. Received bytes and the free window are announced
	 * again. The new object reports an end that happens later, or that `from` would have reported in a later turn. One that was
	 * reported to `from`, if only to no callback, is not reported again: writing throws then.
	 */
	private move(from: unknown, triggerable: number, flags: number): void {
		if (!isTCP(from)) throw new SyntaxError("C: xsGetHostData: not a host object");
		const connection = from.native();
		if (connection.gone) throw new Error("invalid from");
		let triggered = from.triggered;
		if (triggerable & Trigger.Writable && connection.window) triggered |= Trigger.Writable;
		if (triggerable & Trigger.Readable && connection.readable) triggered |= Trigger.Readable;
		from.release();
		this.connection = connection;
		connection.owner = this;
		operations.uint8(Operation.Configure).uint32(connection.number).uint8(flags);
		if (triggered) this.trigger(triggered);
	}

	/**
	 * Reads everything if called without argument. Throws if more is requested than available; returns
	 * undefined if there is nothing.
	 */
	read(wanted?: number | ArrayBuffer | ArrayBufferView): ArrayBuffer | number | undefined {
		const connection = this.native();
		if (!connection.readable) return undefined;
		if (this.valueFormat === "number") {
			const value = new Uint8Array(1);
			this.take(connection, value);
			return value[0];
		}
		let out: Uint8Array<ArrayBuffer> | undefined;
		let count = connection.readable;
		if (typeof wanted === "object" && wanted !== null) {
			out = bytesOf(wanted) as Uint8Array<ArrayBuffer>;
			count = out.byteLength;
		} else if (wanted !== undefined) count = Number(wanted) | 0;
		if (count <= 0 || count > connection.readable) throw new Error("invalid");
		if (out) {
			this.take(connection, out);
			return count;
		}
		const bytes = connection.takeBuffer(count);
		this.noteDrained(connection);
		return bytes;
	}

	/** Writes all bytes or throws. Returns the remaining window, or undefined after the end of the connection. */
	write(data: number | ArrayBuffer | ArrayBufferView): number | undefined {
		const connection = this.native();
		if (!connection.ready) throw new Error("not ready");
		if (this.error || connection.gone) return undefined;
		const bytes = this.valueFormat === "number" ? Uint8Array.of(Number(data)) : bytesOf(data);
		if (bytes.byteLength > connection.window) throw new Error("would block");
		connection.write(bytes);
		return connection.window;
	}

	/**
	 * Sends the written data, then a FIN. With unread data it resets instead, and data written in this callback
	 * is lost. May be called again.
	 */
	close(): void {
		if (!this.connection) return;
		this.connection.close();
		this.release();
	}

	get remoteAddress(): string {
		return this.peer().address;
	}

	get remotePort(): number {
		return this.peer().port;
	}

	get format(): Format {
		this.native();
		return this.valueFormat;
	}

	set format(format: Format) {
		this.native();
		this.valueFormat = checkFormat(format);
	}

	/** Called for network events. */
	trigger(trigger: number): void {
		const before = this.triggered;
		this.triggered |= trigger;
		if (!before) post(this);
	}

	deliver(): void {
		let triggered = this.triggered;
		const connection = this.connection;
		this.triggered = Trigger.None;
		if (!connection) return;
		if (triggered & Trigger.Error) {
			triggered &= ~Trigger.Writable;
			this.error = true;
			connection.ready = false;
		}
		if (triggered & this.triggerable & Trigger.Readable && connection.readable)
			this.onReadable?.call(this, connection.readable);
		if (this.error) {
			if (!connection.readable && this.triggerable & Trigger.Error) this.onError?.call(this);
		} else if (triggered & this.triggerable & Trigger.Writable && !connection.gone)
			this.onWritable?.call(this, connection.window);
	}

	ended(how: Ended): void {
		const connection = this.connection;
		if (!connection) return;
		if (how === Ended.Gone) {
			connection.gone = true;
			if (!(this.triggerable & Trigger.Error)) return;
		}
		this.trigger(Trigger.Error);
	}

	received(): void {
		if (this.triggerable & Trigger.Readable) this.trigger(Trigger.Readable);
	}

	private take(connection: Connection, out: Uint8Array): void {
		connection.take(out);
		this.noteDrained(connection);
	}

	/** Reports the error only after all received data has been read. */
	noteDrained(connection: Connection): void {
		if (!connection.readable && this.error) this.trigger(Trigger.Error);
	}

	private native(): Connection {
		if (!this.connection) throw new SyntaxError("C: xsGetHostData: invalid host data");
		return this.connection;
	}

	peer(): Connection {
		const connection = this.native();
		// The native code dereferences a null pointer here, which restarts the device. Nothing can catch that.
		if (connection.gone) {
			const fault = new Error("the remote address is read after the connection was lost");
			abort("null pointer", fault);
			throw fault;
		}
		return connection;
	}

	private release(): void {
		this.connection = undefined;
		this.triggerable = Trigger.None;
		this.triggered = Trigger.None;
	}
}

function isTCP(value: unknown): value is TCP {
	return value instanceof TCP;
}

function callback(value: unknown): Callback | undefined {
	if (value === undefined || value === null) return undefined;
	if (typeof value !== "function") throw new Error("not a function");
	return value as Callback;
}

function checkFormat(format: unknown): Format {
	if (format !== "buffer" && format !== "number") throw new RangeError("unimplemented");
	return format;
}

function isAddress(text: string): boolean {
	const parts = text.split(".");
	return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
}

function bytesOf(value: unknown): Uint8Array {
	if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
	if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
	throw new TypeError("no buffer");
}

/** Makes a pending connection of a listener. */
export function incoming(number: number, window: number, address: string, port: number): Connection {
	const connection = new Connection(number, address, port);
	connection.window = window;
	return connection;
}

/** Makes the TCP object of an accepted connection. It has no callbacks until `from` moves it. */
export function accept(connection: Connection): TCP {
	return new TCP({}, connection, accepting);
}

export type { Connection };

onReply(() => {
	for (const connection of reading) connection.report();
	reading.length = 0;
	for (const connection of written) connection.flush();
	written.length = 0;
});

function socketEvent(
	event: Event,
	handle: (connection: Connection | undefined, reader: WireReader) => void,
): void {
	onEvent(event, (reader) => handle(connections.get(reader.uint32()), reader));
}

socketEvent(Event.Connected, (connection, reader) => {
	const window = reader.uint32();
	if (!connection) return;
	connection.window = window;
	connection.ready = true;
	connection.owner?.trigger(Trigger.Writable);
});

socketEvent(Event.Received, (connection, reader) => {
	const bytes = reader.bytes();
	if (!connection) return;
	connection.buffers.push(bytes);
	connection.readable += bytes.byteLength;
	connection.owner?.received();
});

socketEvent(Event.Released, (connection, reader) => {
	const count = reader.uint32();
	if (!connection) return;
	connection.window += count;
	connection.owner?.trigger(Trigger.Writable);
});

socketEvent(Event.Ended, (connection, reader) => {
	const how = reader.uint8();
	if (!connection) return;
	connection.ended = how;
	connection.owner?.ended(how);
});

export default TCP;
