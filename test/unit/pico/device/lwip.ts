/**
 * Stand-in for the SDK's TCP on pico, without a network: each socket reports a window of 11680 bytes, but all share a
 * memory of 4000. A segment takes the peer's segment size and 80 bytes; further bytes join it until it is sent. A write
 * beyond the memory returns undefined, and the connection ends. The test sends and acknowledges.
 */

import type { Options } from "embedded:io/socket/tcp";

const sendBuffer = 11680;
const memorySize = 4000;
/** What lwIP has in the same memory besides: addresses, names, segments without data. */
const otherPackets = 800;
const perSegment = 80;

interface Segment {
	room: number;
	length: number;
	readonly size: number;
}

/** The native socket. It outlives the TCP object when `from` moves it to another one. */
class Connection {
	owner: TCP | undefined;
	failed = false;
	closed = false;
	/** True if it was reset before it was accepted, or there was no memory for it. */
	lost = false;
	/** All bytes that were written. */
	readonly written: number[] = [];
	acknowledged = 0;
	readonly segments: Segment[] = [];
	/** True while bytes may join the last segment. */
	open = false;

	/** @param segmentSize of the peer, in bytes */
	constructor(readonly segmentSize: number) {}

	get window(): number {
		return sendBuffer - (this.written.length - this.acknowledged);
	}
}

/** Bytes of the memory that are in use. */
let used = 0;

export default class TCP {
	/** Connections that were made and not closed, while there is no network. */
	static unreachable = 0;
	/** False to let connect() of lwIP fail, which has no route then. */
	static hasNetwork = true;
	declare target: unknown;
	protected connection: Connection | undefined;
	protected callbacks: Options;

	constructor(options: Options & { segmentSize?: number }) {
		const { from, segmentSize = 1460 } = options as unknown as { from?: TCP; segmentSize?: number };
		if (from?.connection?.lost) throw new Error("invalid from");
		this.callbacks = options;
		this.connection = from ? from.detach() : new Connection(segmentSize);
		if (this.connection) this.connection.owner = this;
		if ("target" in options) this.target = options.target;
		if (from || TCP.hasNetwork) return;
		// Nobody has this object, but lwIP keeps its connection.
		TCP.unreachable++;
		throw new Error("connect error");
	}

	get native(): Connection {
		return this.connection as Connection;
	}

	detach(): Connection | undefined {
		const { connection } = this;
		this.connection = undefined;
		return connection;
	}

	read(): undefined {}

	write(data: ArrayBuffer | ArrayBufferView): number | undefined {
		const { connection } = this;
		if (!connection) throw new Error("not open");
		if (connection.failed) return undefined;
		const bytes = ArrayBuffer.isView(data)
			? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
			: new Uint8Array(data);
		if (bytes.length > connection.window) throw new Error("would block");
		const last = connection.open ? connection.segments.at(-1) : undefined;
		const joining = Math.min(last ? last.room : 0, bytes.length);
		const { segmentSize } = connection;
		const more = Math.ceil((bytes.length - joining) / segmentSize);
		if (used + more * (segmentSize + perSegment) > memorySize - otherPackets) {
			connection.failed = true;
			return undefined;
		}
		if (last) {
			last.room -= joining;
			last.length += joining;
		}
		for (let offset = joining; offset < bytes.length; offset += segmentSize) {
			const length = Math.min(segmentSize, bytes.length - offset);
			const size = segmentSize + perSegment;
			connection.segments.push({ room: segmentSize - length, length, size });
			used += size;
		}
		connection.open = true;
		for (const byte of bytes) connection.written.push(byte);
		return connection.window;
	}

	close(): void {
		if (!this.connection) return;
		if (!TCP.hasNetwork) TCP.unreachable--;
		this.connection.closed = true;
		this.connection.owner = undefined;
		this.connection = undefined;
	}

	callWritable(): void {
		this.callbacks.onWritable?.call(this as never, this.native.window);
	}

	callError(): void {
		this.callbacks.onError?.call(this as never);
	}
}

/** Ends a turn: the segment is sent. */
export function output(connection: Connection): void {
	connection.open = false;
}

/** The peer acknowledges the oldest segment. Returns false when there is none. */
export function acknowledge(connection: Connection): boolean {
	const segment = connection.segments.shift();
	if (!segment) return false;
	if (!connection.segments.length) connection.open = false;
	used -= segment.size;
	connection.acknowledged += segment.length;
	connection.owner?.callWritable();
	return true;
}

/** The connection is lost. */
export function fail(connection: Connection): void {
	connection.failed = true;
	for (const { size } of connection.segments.splice(0)) used -= size;
	connection.owner?.callError();
}

export function memoryInUse(): number {
	return used;
}

export type { Connection };
