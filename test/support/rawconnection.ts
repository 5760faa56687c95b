/** A TCP connection that a test reads and writes octet by octet, in either role of a WebSocket. */
import { createHash, randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { type Frame, type FrameOptions, frame, opcodes, takeFrame } from "./frames.js";
import { Watch } from "./watch.js";

export class RawConnection {
	readonly socket: Socket;
	/** The peer's FIN or RST has come. */
	ended = false;
	#octets: Buffer = Buffer.alloc(0);
	readonly #watch = new Watch();

	constructor(socket: Socket) {
		this.socket = socket;
		socket.setNoDelay(true);
		socket.on("data", (octets) => {
			this.#octets = Buffer.concat([this.#octets, octets]);
			this.#watch.changed();
		});
		const end = () => {
			this.ended = true;
			this.#watch.changed();
		};
		socket.on("end", end);
		socket.on("close", end);
		socket.on("error", end);
	}

	/** Connects to a port; with `allowHalfOpen` this side stays open after the peer's FIN. */
	static async connect(port: number, host = "127.0.0.1"): Promise<RawConnection> {
		const socket = connect({ port, host, allowHalfOpen: true });
		await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
		return new RawConnection(socket);
	}

	/** Octets received and not yet taken. */
	get unread(): Buffer {
		return this.#octets;
	}

	write(...parts: (string | Uint8Array)[]): void {
		this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
	}

	/** Sends a frame; a client's connection masks it. */
	send(opcode: number, payload: string | Uint8Array = "", options: FrameOptions = {}): void {
		this.write(frame(opcode, payload, { mask: this.#isClient, ...options }));
	}

	#isClient = false;

	/** The octets up to and with `mark`. */
	readUntil(mark: string): Promise<string> {
		return this.#until(
			() => {
				const end = this.#octets.indexOf(mark);
				if (end < 0) return undefined;
				return this.#take(end + mark.length).toString("latin1");
			},
			`octets up to ${JSON.stringify(mark)}`,
		);
	}

	/** The head of an HTTP message, to the empty line. */
	readHead(): Promise<string> {
		return this.readUntil("\r\n\r\n");
	}

	/** The next frame, whatever it is. */
	readFrame(): Promise<Frame> {
		return this.#until(() => {
			const taken = takeFrame(this.#octets);
			if (!taken) return undefined;
			this.#octets = taken.rest;
			return taken.frame;
		}, "a frame");
	}

	/** The next frame of `opcode`, those before it dropped. */
	async readFrameOf(opcode: number): Promise<Frame> {
		for (;;) {
			const next = await this.readFrame();
			if (next.opcode === opcode) return next;
		}
	}

	/** The next data message, its fragments put together; control frames are dropped. */
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

	/** The close code of the next close frame (1005 without one). */
	async readClose(): Promise<{ code: number; reason: string }> {
		const { payload } = await this.readFrameOf(opcodes.close);
		if (payload.length === 0) return { code: 1005, reason: "" };
		return { code: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
	}

	/** Waits for the peer's FIN or RST. */
	async readEnd(): Promise<void> {
		await this.#until(() => this.ended || undefined, "the end of the connection");
	}

	/** Client role: asks for a WebSocket and gives the head of the answer. */
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

	/** Client role: as `request`, and the answer must be 101. */
	async upgrade(path = "/", headers: Record<string, string> = {}): Promise<string> {
		const head = await this.request(path, headers);
		if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`the device answered ${head}`);
		return head;
	}

	/** Server role: reads the request, without answering. */
	async readRequest(): Promise<{ head: string; accept: string }> {
		const head = await this.readHead();
		const key = /^sec-websocket-key:\s*(\S+)\s*$/im.exec(head)?.[1] ?? "";
		const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
		return { head, accept };
	}

	/** Server role: reads the request and answers 101, followed by `octets` in the same write. */
	async accept(headers = "", octets: Uint8Array = new Uint8Array()): Promise<string> {
		const { head, accept } = await this.readRequest();
		this.write(
			`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${headers}\r\n`,
			octets,
		);
		return head;
	}

	/** Ends this side (FIN). */
	end(): void {
		this.socket.end();
	}

	/** Breaks the connection (RST). */
	reset(): void {
		this.socket.resetAndDestroy();
	}

	#take(count: number): Buffer {
		const taken = this.#octets.subarray(0, count);
		this.#octets = this.#octets.subarray(count);
		return taken;
	}

	#until<T>(give: () => T | undefined, what: string): Promise<T> {
		const unread = () => JSON.stringify(this.#octets.toString("latin1").slice(0, 400));
		return this.#watch.until(
			() => {
				const value = give();
				if (value === undefined && this.ended)
					throw new Error(`${what} did not come: the connection ended; unread: ${unread()}`);
				return value;
			},
			() => `${what} did not come; unread: ${unread()}`,
		);
	}
}
