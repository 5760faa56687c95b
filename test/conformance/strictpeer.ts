/**
 * The peer of a case. It writes any bytes, and checks the bytes of the device against every rule of RFC 6455 that a
 * receiver can check. So each case also proves that the device sends nothing invalid.
 */
import { connect, type Socket } from "node:net";
import { type Frame, isMinimal, opcodes, readHeader, takeFrame } from "../support/frames.js";
import { SocketReader } from "../support/socketreader.js";
import { isUtf8 } from "../support/utf8.js";

/** The device's side of the connection. */
export type Role = "client" | "server";

/** A message, frame or end that was received from the device; fragments are assembled. */
export type Received =
	| { kind: "text"; text: string }
	| { kind: "binary"; bytes: Buffer }
	| { kind: "ping" | "pong"; bytes: Buffer }
	/** `code` is undefined for an empty close frame. */
	| { kind: "close"; code: number | undefined; reason: string }
	/** The connection has ended; `inside` a frame or not. */
	| { kind: "end"; inside: boolean };

/** Timeout of a wait, in milliseconds. Transferring 64 KiB through a window of one byte takes seconds. */
const patience = 60_000;

export class StrictPeer {
	readonly #socket: Socket;
	readonly #device: Role;
	readonly #reader: SocketReader;
	#fragments: Buffer[] | undefined;
	#opcode = 0;
	#closeSeen = false;
	/** Masking keys of the frames so far. */
	readonly keys: string[] = [];

	/** @param device Role of the device. */
	constructor(socket: Socket, device: Role) {
		this.#socket = socket;
		this.#device = device;
		socket.setNoDelay(true);
		this.#reader = new SocketReader(socket, patience);
	}

	/** Connects to the device's server. */
	static async connect(host: string, port: number): Promise<StrictPeer> {
		const socket = connect({ host, port, allowHalfOpen: true });
		await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
		return new StrictPeer(socket, "server");
	}

	/** True if frames for the device must be masked. */
	get masks(): boolean {
		return this.#device === "server";
	}

	write(bytes: Uint8Array | string): void {
		if (!this.#socket.destroyed) this.#socket.write(bytes);
	}

	/** Stops reading, like a busy peer. */
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

	/** Reads the head of the device's HTTP message, including the empty line. */
	head(): Promise<string> {
		return this.#reader.readHead();
	}

	/** Reads the next `count` bytes without parsing frames. */
	bytes(count: number): Promise<string> {
		return this.#reader.until(
			() => (this.#reader.unread.length < count ? undefined : this.#reader.take(count).toString("latin1")),
			`${count} bytes`,
		);
	}

	/** Reads all bytes up to the end of the connection. */
	async rest(): Promise<string> {
		await this.#reader.readEnd();
		return this.#reader.take(this.#reader.unread.length).toString("latin1");
	}

	/** Reads the next item that the device sends. @throws Error that names the rule it broke. */
	next(): Promise<Received> {
		return this.#reader.until(() => {
			for (let frame = this.#frame(); frame; frame = this.#frame()) {
				const received = this.#receive(frame);
				if (received) return received;
			}
			return this.#reader.ended ? { kind: "end", inside: this.#reader.unread.length > 0 } : undefined;
		}, "a frame");
	}

	#frame(): Frame | undefined {
		const { unread } = this.#reader;
		if (unread.length > 0 && this.#closeSeen) throw new Error("section 5.5.1: bytes follow the close frame");
		const header = readHeader(unread);
		if (!header) return undefined;
		const { masked, length, lengthBits, size } = header;
		if (header.rsv !== 0) throw new Error("section 5.2: a reserved bit is set");
		if (masked !== (this.#device === "client"))
			throw new Error(`section 5.1: a frame of the ${this.#device} is ${masked ? "" : "not "}masked`);
		if (!isMinimal(header))
			throw new Error(`section 5.2: non-minimal length encoding: ${length} in ${lengthBits} bits`);
		const taken = takeFrame(unread);
		if (!taken) return undefined;
		if (masked) this.keys.push(unread.toString("hex", size - 4, size));
		this.#reader.take(unread.length - taken.rest.length);
		return taken.frame;
	}

	#receive({ fin, opcode, payload }: Frame): Received | undefined {
		if (opcode >= opcodes.close) {
			if (!fin) throw new Error("section 5.5: a control frame is fragmented");
			if (payload.length > 125) throw new Error("section 5.5: a control frame has more than 125 bytes");
			if (opcode === opcodes.ping) return { kind: "ping", bytes: payload };
			if (opcode === opcodes.pong) return { kind: "pong", bytes: payload };
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
		if (this.#opcode === opcodes.binary) return { kind: "binary", bytes: message };
		if (!isUtf8(message)) throw new Error("section 5.6: a text message is not UTF-8");
		return { kind: "text", text: message.toString() };
	}

	#receiveClose(payload: Buffer): Received {
		this.#closeSeen = true;
		if (payload.length === 0) return { kind: "close", code: undefined, reason: "" };
		if (payload.length === 1) throw new Error("section 5.5.1: a close frame has one byte");
		const code = payload.readUInt16BE(0);
		const named = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
		if (!named && (code < 3000 || code > 4999))
			throw new Error(`section 7.4: the code ${code} is in a close frame`);
		const reason = payload.subarray(2);
		if (!isUtf8(reason)) throw new Error("section 5.5.1: the reason is not UTF-8");
		return { kind: "close", code, reason: reason.toString() };
	}
}
