/** A hostile peer of the attacked device: one TCP connection and its outcomes. */

import { closePayload, type FrameOptions, frame, opcodes, takeFrame } from "../support/frames.js";
import type { RawConnection } from "../support/rawconnection.js";

export class Peer {
	readonly raw: RawConnection;
	/** Whether to mask frames: true if the device is a server. */
	readonly #masks: boolean;
	#upgraded: boolean;
	#position = 0;
	/** Outcomes in order of occurrence. */
	readonly #outcomes = new Set<string>();
	/** Number of data messages received. */
	replies = 0;
	#fragments: Buffer[] = [];
	#text = "";
	closed = false;
	/** True if this peer has disconnected. */
	#left = false;

	/** @param upgraded whether the opening handshake is complete */
	constructor(raw: RawConnection, masks: boolean, upgraded: boolean) {
		this.raw = raw;
		this.#masks = masks;
		this.#upgraded = upgraded;
		raw.socket.on("data", () => this.#look());
	}

	/** Last data message as text. */
	get text(): string {
		return this.#text;
	}

	/** Outcomes: "value", "string", "close 1009", "HTTP 431", "ended", or "open" if there is none. */
	get outcomes(): readonly string[] {
		if (this.raw.ended && !this.#left) this.#outcomes.add("ended");
		return this.#outcomes.size > 0 ? [...this.#outcomes] : ["open"];
	}

	get ended(): boolean {
		return this.raw.ended;
	}

	/** Marks the opening handshake as complete: frames follow. */
	upgraded(): void {
		this.#upgraded = true;
		this.#position = 0;
		this.#look();
	}

	write(...parts: (string | Uint8Array)[]): void {
		if (!this.raw.ended) this.raw.write(...parts);
	}

	frame(opcode: number, payload: string | Uint8Array = "", options: FrameOptions = {}): Buffer {
		return frame(opcode, payload, { mask: this.#masks, ...options });
	}

	/** Sends a message in a single frame. */
	send(payload: string | Uint8Array): void {
		this.write(this.frame(typeof payload === "string" ? opcodes.text : opcodes.binary, payload));
	}

	/** Disconnects: sends a close frame if the WebSocket is open, then ends this side of the connection. */
	leave(): void {
		if (this.#left) return;
		if (!this.raw.ended && this.#upgraded) this.write(this.frame(opcodes.close, closePayload(1000)));
		this.#left = true;
		// Read remaining data: otherwise the end becomes a reset, which the SDK's simulator may not report.
		this.raw.socket.resume();
		this.raw.end();
	}

	/** Destroys the connection. */
	destroy(): void {
		this.raw.socket.destroy();
	}

	#look(): void {
		if (!this.#upgraded) {
			const status = /^HTTP\/1\.1 (\d{3}) /.exec(this.raw.unread.toString("latin1", 0, 20))?.[1];
			if (status && status !== "101") this.#outcomes.add(`HTTP ${status}`);
			return;
		}
		// `unread` keeps all received data: parse only new data.
		for (;;) {
			const taken = takeFrame(this.raw.unread.subarray(this.#position));
			if (!taken) return;
			this.#position = this.raw.unread.length - taken.rest.length;
			this.#take(taken.frame);
		}
	}

	#take({ opcode, fin, payload }: { opcode: number; fin: boolean; payload: Buffer }): void {
		if (opcode === opcodes.close) {
			this.closed = true;
			this.#outcomes.add(`close ${payload.length < 2 ? 1005 : payload.readUInt16BE(0)}`);
		}
		if (opcode > opcodes.binary) return;
		this.#fragments.push(payload);
		if (!fin) return;
		const message = Buffer.concat(this.#fragments);
		this.#fragments = [];
		this.replies++;
		this.#text = message.toString();
		this.#outcomes.add(kindOf(this.#text));
	}
}

/** Returns from an echo whether the app received a value or, because it was not parsed, a string. */
function kindOf(text: string): string {
	let answer: { echo?: unknown };
	try {
		answer = JSON.parse(text);
	} catch {
		return "echo";
	}
	if (typeof answer !== "object" || answer === null) return "echo";
	if (!("echo" in answer)) return "length";
	return typeof answer.echo === "string" ? "string" : "value";
}
