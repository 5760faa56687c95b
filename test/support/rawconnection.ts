/** A TCP connection that a test reads and writes directly, in either role of a WebSocket. */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import {
	type Frame,
	type FrameHeader,
	type FrameOptions,
	frame,
	opcodes,
	readHeader,
	takeFrame,
} from "./frames.js";
import { acceptFor, acceptingResponse } from "./handshake.js";
import { SocketReader } from "./socketreader.js";

export class RawConnection {
	readonly socket: Socket;
	readonly #reader: SocketReader;
	/** Masking key of the last frame that was read, if it was masked. */
	lastKey: Buffer | undefined;

	constructor(socket: Socket) {
		this.socket = socket;
		socket.setNoDelay(true);
		this.#reader = new SocketReader(socket);
	}

	/** Connects to a port. With `allowHalfOpen`, this side stays open after the peer's FIN. */
	static async connect(port: number, host = "127.0.0.1"): Promise<RawConnection> {
		const socket = connect({ port, host, allowHalfOpen: true });
		await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
		return new RawConnection(socket);
	}

	/** Received bytes that have not been read. */
	get unread(): Buffer {
		return this.#reader.unread;
	}

	/** True once the peer's FIN or RST was received. */
	get ended(): boolean {
		return this.#reader.ended;
	}

	write(...parts: (string | Uint8Array)[]): void {
		this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
	}

	/** Sends a frame; a client's connection masks it. */
	send(opcode: number, payload: string | Uint8Array = "", options: FrameOptions = {}): void {
		this.write(frame(opcode, payload, { mask: this.#isClient, ...options }));
	}

	#isClient = false;

	/** Reads text up to and including `mark`, one character per byte. */
	readUntil(mark: string): Promise<string> {
		return this.#reader.readUntil(mark);
	}

	/** Reads the head of an HTTP message, including the empty line. */
	readHead(): Promise<string> {
		return this.#reader.readHead();
	}

	/** Reads the next frame of any type. */
	readFrame(): Promise<Frame> {
		return this.#reader.until(() => {
			const taken = takeFrame(this.unread);
			if (taken?.frame.masked) {
				const { size } = readHeader(this.unread) as FrameHeader;
				this.lastKey = Buffer.from(this.unread.subarray(size - 4, size));
			}
			if (taken) this.#reader.take(this.unread.length - taken.rest.length);
			return taken?.frame;
		}, "a frame");
	}

	/** Reads the next frame with `opcode`; other frames are dropped. */
	async readFrameOf(opcode: number): Promise<Frame> {
		for (;;) {
			const next = await this.readFrame();
			if (next.opcode === opcode) return next;
		}
	}

	/** Reads the next data message and assembles its fragments; control frames are dropped. */
	async readMessage(): Promise<{ binary: boolean; text: string; payload: Buffer; frames: number }> {
		const payloads: Buffer[] = [];
		let binary = false;
		for (;;) {
			const next = await this.readFrame();
			if (next.opcode > 2) continue;
			if (next.opcode > 0) binary = next.opcode === opcodes.binary;
			payloads.push(next.payload);
			if (!next.fin) continue;
			const payload = Buffer.concat(payloads);
			return { binary, text: payload.toString(), payload, frames: payloads.length };
		}
	}

	/** Reads the next close frame; its code is 1005 if it has none. */
	async readClose(): Promise<{ code: number; reason: string }> {
		const { payload } = await this.readFrameOf(opcodes.close);
		if (payload.length === 0) return { code: 1005, reason: "" };
		return { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
	}

	/** Waits for the peer's FIN or RST. */
	readEnd(): Promise<void> {
		return this.#reader.readEnd();
	}

	/** Client role: sends a request and returns the head of the answer. */
	async request(path = "/", headers: Record<string, string> = {}): Promise<string> {
		this.#isClient = true;
		const lines = Object.entries({
			Host: "localhost",
			Upgrade: "websocket",
			Connection: "Upgrade",
			"Sec-WebSocket-Key": randomBytes(16).toString("base64"),
			"Sec-WebSocket-Version": "13",
			...headers,
		}).map(([name, value]) => `${name}: ${value}\r\n`);
		this.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
		return this.readHead();
	}

	/** Client role: as request(), but throws unless the status is 101. */
	async upgrade(path = "/", headers: Record<string, string> = {}): Promise<string> {
		const head = await this.request(path, headers);
		if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`the device answered ${head}`);
		return head;
	}

	/** Server role: reads the request, without answering. */
	async readRequest(): Promise<{ head: string; accept: string }> {
		const head = await this.readHead();
		return { head, accept: acceptFor(head) };
	}

	/** Server role: reads the request and answers 101, followed by `bytes` in the same write. */
	async accept(headers = "", bytes: Uint8Array = new Uint8Array()): Promise<string> {
		const { head, accept } = await this.readRequest();
		this.write(acceptingResponse(accept, headers), bytes);
		return head;
	}

	/** Ends this side (FIN). */
	end(): void {
		this.socket.end();
	}

	/** Resets the connection (RST). */
	reset(): void {
		this.socket.resetAndDestroy();
	}
}
