/**
 * The peer of a case: it writes whatever octets the case says, and reads the device's with every rule of RFC 6455
 * that a receiver can check, so that each case also proves what the device may not send.
 */
import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { opcodes } from "../support/frames.js";
import { isUtf8 } from "../support/utf8.js";
import { Watch } from "../support/watch.js";

/** What side of the connection the device is. */
export type Role = "client" | "server";

/** What the device has sent, a message put together from its fragments. */
export type Received =
	| { kind: "text"; text: string }
	| { kind: "binary"; octets: Buffer }
	| { kind: "ping" | "pong"; octets: Buffer }
	/** `code` is undefined for an empty close frame. */
	| { kind: "close"; code: number | undefined; reason: string }
	/** The connection has ended; `inside` a frame or not. */
	| { kind: "end"; inside: boolean };

/** A wait that takes longer than this has failed: 64 KiB through a window of one octet take seconds. Milliseconds. */
const patience = 60_000;

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What answers the key in a request's head. */
export function acceptFor(head: string): string {
	const key = /^sec-websocket-key:[ \t]*(\S*)[ \t]*$/im.exec(head)?.[1] ?? "";
	return createHash("sha1").update(`${key}${guid}`).digest("base64");
}

export class StrictPeer {
	readonly #socket: Socket;
	readonly #device: Role;
	readonly #watch = new Watch(patience);
	#octets: Buffer = Buffer.alloc(0);
	#ended = false;
	#fragments: Buffer[] | undefined;
	#opcode = 0;
	#closeSeen = false;
	/** Masking keys of the frames so far. */
	readonly keys: string[] = [];

	/** @param device the side that the device is */
	constructor(socket: Socket, device: Role) {
		this.#socket = socket;
		this.#device = device;
		socket.setNoDelay(true);
		socket.on("data", (octets) => {
			this.#octets = this.#octets.length ? Buffer.concat([this.#octets, octets]) : octets;
			this.#watch.changed();
		});
		const end = () => {
			this.#ended = true;
			this.#watch.changed();
		};
		socket.on("end", end).on("close", end).on("error", end);
	}

	/** A connection to the device's server. */
	static async connect(host: string, port: number): Promise<StrictPeer> {
		const socket = connect({ host, port, allowHalfOpen: true });
		await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
		return new StrictPeer(socket, "server");
	}

	/** Whether what is sent to the device must be masked. */
	get masks(): boolean {
		return this.#device === "server";
	}

	write(octets: Uint8Array | string): void {
		if (!this.#socket.destroyed) this.#socket.write(octets);
	}

	/** Stops reading, as a peer does that is busy. */
	pause(): void {
		this.#socket.pause();
	}

	resume(): void {
		this.#socket.resume();
	}

	/** Ends this side. Repeating it does nothing. */
	end(): void {
		this.#socket.end();
	}

	destroy(): void {
		this.#socket.destroy();
	}

	/** The head of the device's HTTP message, to the empty line. */
	head(): Promise<string> {
		return this.#until(() => {
			const end = this.#octets.indexOf("\r\n\r\n");
			return end < 0 ? undefined : this.#take(end + 4).toString("latin1");
		}, "a head");
	}

	/** So many octets that are no frames. */
	octets(count: number): Promise<string> {
		return this.#until(
			() => (this.#octets.length < count ? undefined : this.#take(count).toString("latin1")),
			`${count} octets`,
		);
	}

	/** Everything up to the end of the connection. */
	async rest(): Promise<string> {
		await this.#until(() => this.#ended || undefined, "the end of the connection");
		return this.#take(this.#octets.length).toString("latin1");
	}

	/** What the device sends next. @throws Error that cites the rule it broke. */
	next(): Promise<Received> {
		return this.#until(() => {
			for (;;) {
				const frame = this.#frame();
				if (!frame) break;
				const received = this.#receive(frame);
				if (received) return received;
			}
			return this.#ended ? { kind: "end", inside: this.#octets.length > 0 } : undefined;
		}, "a frame");
	}

	#frame(): { fin: boolean; opcode: number; payload: Buffer } | undefined {
		const octets = this.#octets;
		if (octets.length > 0 && this.#closeSeen) throw new Error("section 5.5.1: octets follow the close frame");
		if (octets.length < 2) return undefined;
		const [first, second] = [octets.readUInt8(0), octets.readUInt8(1)];
		const masked = (second & 0x80) !== 0;
		if (first & 0x70) throw new Error("section 5.2: a reserved bit is set");
		if (masked !== (this.#device === "client"))
			throw new Error(`section 5.1: a frame of the ${this.#device} is ${masked ? "" : "not "}masked`);
		let length = second & 0x7f;
		let position = 2;
		if (length === 126) {
			if (octets.length < 4) return undefined;
			length = octets.readUInt16BE(2);
			position = 4;
			if (length < 126) throw new Error(`section 5.2: the length ${length} is told in 16 bits`);
		} else if (length === 127) {
			if (octets.length < 10) return undefined;
			length = Number(octets.readBigUInt64BE(2));
			position = 10;
			if (length < 65536) throw new Error(`section 5.2: the length ${length} is told in 64 bits`);
		}
		const start = masked ? position + 4 : position;
		if (octets.length < start + length) return undefined;
		const taken = this.#take(start + length);
		const payload = taken.subarray(start);
		if (masked) {
			const key = taken.subarray(position, start);
			this.keys.push(key.toString("hex"));
			for (let i = 0; i < length; i++) payload[i] = (payload[i] as number) ^ (key[i & 3] as number);
		}
		return { fin: (first & 0x80) !== 0, opcode: first & 0x0f, payload };
	}

	#receive({
		fin,
		opcode,
		payload,
	}: {
		fin: boolean;
		opcode: number;
		payload: Buffer;
	}): Received | undefined {
		if (opcode >= opcodes.close) {
			if (!fin) throw new Error("section 5.5: a control frame is fragmented");
			if (payload.length > 125) throw new Error("section 5.5: a control frame has more than 125 octets");
			if (opcode === opcodes.ping) return { kind: "ping", octets: payload };
			if (opcode === opcodes.pong) return { kind: "pong", octets: payload };
			if (opcode === opcodes.close) return this.#receiveClose(payload);
		}
		if (opcode > opcodes.binary) throw new Error(`section 5.2: the opcode ${opcode} is reserved`);
		if (opcode === opcodes.continuation) {
			if (!this.#fragments) throw new Error("section 5.4: a frame continues nothing");
		} else {
			if (this.#fragments) throw new Error("section 5.4: a message begins inside another");
			this.#fragments = [];
			this.#opcode = opcode;
		}
		this.#fragments.push(payload);
		if (!fin) return undefined;
		const message = Buffer.concat(this.#fragments);
		this.#fragments = undefined;
		if (this.#opcode === opcodes.binary) return { kind: "binary", octets: message };
		if (!isUtf8(message)) throw new Error("section 5.6: a text message is not UTF-8");
		return { kind: "text", text: message.toString() };
	}

	#receiveClose(payload: Buffer): Received {
		this.#closeSeen = true;
		if (payload.length === 0) return { kind: "close", code: undefined, reason: "" };
		if (payload.length === 1) throw new Error("section 5.5.1: a close frame has one octet");
		const code = payload.readUInt16BE(0);
		const named = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
		if (!named && (code < 3000 || code > 4999))
			throw new Error(`section 7.4: the code ${code} is in a close frame`);
		const reason = payload.subarray(2);
		if (!isUtf8(reason)) throw new Error("section 5.5.1: the reason is not UTF-8");
		return { kind: "close", code, reason: reason.toString() };
	}

	#take(count: number): Buffer {
		const taken = this.#octets.subarray(0, count);
		this.#octets = this.#octets.subarray(count);
		return taken;
	}

	#until<T>(give: () => T | undefined, what: string): Promise<T> {
		const unread = () => this.#octets.subarray(0, 100).toString("latin1");
		return this.#watch.until(
			() => {
				const value = give();
				if (value === undefined && this.#ended)
					throw new Error(`the connection ended before ${what} came; unread: ${JSON.stringify(unread())}`);
				return value;
			},
			() => `${what} did not come; unread: ${JSON.stringify(unread())}`,
		);
	}
}
