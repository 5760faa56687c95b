/** One side of a WebSocket after the opening handshake, over octets in memory: what its tests drive and look at. */
import "../../../sim/node/globals.js";
import type { Transport } from "../../../modules/rfc6455/framewriter.js";
import { type MessageReceiver, Protocol, type ReadableInfo } from "../../../modules/rfc6455/protocol.js";

export type Role = "client" | "server";

export const roles: readonly Role[] = ["client", "server"];

/** What the protocol has reported, in order. */
export type Happening =
	| { what: "message"; binary: boolean; value: string | Buffer }
	| { what: "control"; opcode: number; payload: string }
	| { what: "fault"; code: number; message: string }
	| { what: "closing" }
	| { what: "closed" };

export interface EndpointOptions {
	/** The longest message received, in octets. Default: no limit. */
	maxMessageSize?: number;
	/** Give text as strings. Default true. */
	strings?: boolean;
	/** Octets that the transport takes to begin with; `open` gives more. Default: as many as a test can want. */
	window?: number;
	/** Leave the data where it is until `takeData` is called, as a user does that is slow. Default false. */
	slow?: boolean;
	/** Be given complete messages, in place of reading them. Default false. */
	given?: boolean;
	/** The bytes that an unfinished message may take, where messages are given. Default: as many as it wants. */
	memory?: number;
}

const wide = 2 ** 24;

export class Endpoint extends Protocol {
	readonly happenings: Happening[] = [];
	/** Pieces of messages that were announced, in octets. */
	readonly pieces: number[] = [];
	/** read() has emptied a piece outside of a callback. */
	drained = 0;
	readonly #socket: MemorySocket;
	readonly #slow: boolean;
	readonly #strings: boolean;
	#message: Buffer[] = [];
	#text = "";
	/** Octets announced and not yet read. */
	#announced = 0;
	#info: ReadableInfo | undefined;

	constructor(role: Role, options: EndpointOptions = {}) {
		const { strings = true, maxMessageSize = Number.MAX_SAFE_INTEGER } = options;
		const receiver: MessageReceiver = {
			onMessage: (data, count, binary) => this.#take(data, count, binary),
			onCollected: (count, binary) => this.#take(this.take(), count, binary),
			onActivity: () => {},
			mayBuffer: (size) => size <= (options.memory ?? Number.MAX_SAFE_INTEGER),
		};
		super(role === "client", strings, maxMessageSize, options.given ? receiver : undefined);
		this.#strings = strings;
		this.#slow = options.slow ?? false;
		this.#socket = new MemorySocket();
		this.transport = this.#socket;
		this.open(options.window ?? wide);
	}

	/** Gives the endpoint octets that came, the rest of earlier ones included. */
	push(octets: Uint8Array): void {
		this.#socket.put(octets);
		// As onReadable is not called for nothing.
		if (this.#socket.readable) this.receive(this.#socket.readable);
	}

	/** Opens the window to so many octets, and says so. Returns what a message may have. */
	open(window: number): number {
		this.#socket.window = window;
		return this.grant(window);
	}

	/** The octets written since the last call. */
	takeWritten(): Buffer {
		return this.#socket.take();
	}

	/** How many octets the transport holds that nobody has read. */
	get unread(): number {
		return this.#socket.readable;
	}

	/** What is left of the window. */
	get windowLeft(): number {
		return this.#socket.window;
	}

	/** The connection has failed: writing throws from now on, and nobody has said so yet. */
	break(): void {
		this.#socket.broken = true;
	}

	/** For a slow endpoint: takes what waits, then goes on if that was all. */
	takeData(amount?: number): void {
		const { drained } = this;
		const piece = amount === undefined ? this.read() : this.read(amount);
		if (piece !== undefined) this.#append(piece);
		if (this.drained > drained) this.resume();
	}

	/** The first fault reported. */
	get fault(): (Happening & { what: "fault" }) | undefined {
		return this.happenings.find((happening) => happening.what === "fault");
	}

	/** The messages received: text as a string, unless octets were asked for, and binary ones as a Buffer. */
	get messages(): (string | Buffer)[] {
		return this.happenings.flatMap((happening) => (happening.what === "message" ? [happening.value] : []));
	}

	protected override onData(count: number, info: ReadableInfo): void {
		this.pieces.push(count);
		this.#announced = count;
		this.#info = info;
		if (this.#slow && count) return;
		const piece = this.read();
		if ((piece === undefined) !== (count === 0)) throw new Error(`${count} octets announced, ${piece} read`);
		this.#append(piece);
	}

	protected override onControlFrame(opcode: number, payload: ArrayBuffer): void {
		this.happenings.push({ what: "control", opcode, payload: Buffer.from(payload).toString("latin1") });
	}

	protected override onFault(code: number, message: string): void {
		this.happenings.push({ what: "fault", code, message });
	}

	protected override onClosing(): void {
		this.happenings.push({ what: "closing" });
	}

	protected override onClosed(): void {
		this.happenings.push({ what: "closed" });
	}

	protected override onDrained(): void {
		this.drained++;
	}

	#take(data: ArrayBuffer | string, count: number, binary: boolean): void {
		const value = typeof data === "string" ? data : Buffer.from(data);
		if (Buffer.byteLength(value) !== count) throw new Error(`${count} octets announced, ${value} given`);
		this.happenings.push({ what: "message", binary, value });
	}

	#append(piece: ArrayBuffer | string | undefined): void {
		if (typeof piece === "string") this.#text += piece;
		else if (piece) this.#message.push(Buffer.from(piece));
		this.#announced -= typeof piece === "string" ? this.#announced : (piece?.byteLength ?? 0);
		const info = this.#info as ReadableInfo;
		if (info.more || this.#announced) return;
		const value = this.#strings && !info.binary ? this.#text : Buffer.concat(this.#message);
		this.happenings.push({ what: "message", binary: info.binary, value });
		this.#message = [];
		this.#text = "";
	}
}

/** As strict as the native TCP: nothing past what is there or what fits, and all or nothing. */
class MemorySocket implements Transport {
	window = 0;
	broken = false;
	#incoming = new Uint8Array(0);
	#offset = 0;
	#outgoing: Buffer[] = [];

	get readable(): number {
		return this.#incoming.length - this.#offset;
	}

	put(octets: Uint8Array): void {
		this.#incoming = this.readable
			? Buffer.concat([this.#incoming.subarray(this.#offset), octets])
			: new Uint8Array(octets);
		this.#offset = 0;
	}

	take(): Buffer {
		const taken = Buffer.concat(this.#outgoing);
		this.#outgoing = [];
		return taken;
	}

	read(count: number): ArrayBuffer;
	read(buffer: Uint8Array): unknown;
	read(wanted: number | Uint8Array): unknown {
		const count = typeof wanted === "number" ? wanted : wanted.length;
		if (!Number.isInteger(count) || count <= 0 || count > this.readable)
			throw new Error(`read of ${count} octets where ${this.readable} can be read`);
		const octets = this.#incoming.subarray(this.#offset, this.#offset + count);
		this.#offset += count;
		if (typeof wanted === "number") return new Uint8Array(octets).buffer;
		wanted.set(octets);
		return count;
	}

	write(octets: ArrayBuffer | ArrayBufferView): number {
		const buffer = Buffer.from(
			ArrayBuffer.isView(octets)
				? new Uint8Array(octets.buffer, octets.byteOffset, octets.byteLength)
				: new Uint8Array(octets),
		);
		if (this.broken) throw new Error("not ready");
		if (buffer.length > this.window)
			throw new Error(`write of ${buffer.length} octets where ${this.window} fit`);
		this.#outgoing.push(buffer);
		this.window -= buffer.length;
		return this.window;
	}
}
