/** A hostile peer of the besieged device: one TCP connection, and what has come of it. */

import { closePayload, type FrameOptions, frame, opcodes, takeFrame } from "../support/frames.js";
import type { RawConnection } from "../support/rawconnection.js";

export class Peer {
	readonly raw: RawConnection;
	/** Whether frames are masked: the device is a server. */
	readonly #masks: boolean;
	#upgraded: boolean;
	#position = 0;
	/** What the device has done to the peer, in the order in which it did so. */
	readonly #outcomes = new Set<string>();
	/** Data messages received. */
	replies = 0;
	#fragments: Buffer[] = [];
	#text = "";
	closed = false;
	/** It has gone by itself. */
	#left = false;

	/** @param upgraded whether the opening handshake is over */
	constructor(raw: RawConnection, masks: boolean, upgraded: boolean) {
		this.raw = raw;
		this.#masks = masks;
		this.#upgraded = upgraded;
		raw.socket.on("data", () => this.#look());
	}

	/** The last data message as text. */
	get text(): string {
		return this.#text;
	}

	/** What has come of it, in words: "value", "string", "close 1009", "HTTP 431", "ended", or "open" when nothing has come of it. */
	get outcomes(): readonly string[] {
		if (this.raw.ended && !this.#left) this.#outcomes.add("ended");
		return this.#outcomes.size > 0 ? [...this.#outcomes] : ["open"];
	}

	get ended(): boolean {
		return this.raw.ended;
	}

	/** The opening handshake is over: what comes now are frames. */
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

	/** Sends one message in one frame. */
	send(payload: string | Uint8Array): void {
		this.write(this.frame(typeof payload === "string" ? opcodes.text : opcodes.binary, payload));
	}

	/** Leaves in good order: the closing handshake where there is a WebSocket, and the end of this side. */
	leave(): void {
		if (this.#left) return;
		if (!this.raw.ended && this.#upgraded) this.write(this.frame(opcodes.close, closePayload(1000)));
		this.#left = true;
		// An end that follows what is still unread comes as a reset, which the simulator of the SDK may not report.
		this.raw.socket.resume();
		this.raw.end();
	}

	/** Nothing is left of the connection. */
	destroy(): void {
		this.raw.socket.destroy();
	}

	#look(): void {
		if (!this.#upgraded) {
			const status = /^HTTP\/1\.1 (\d{3}) /.exec(this.raw.unread.toString("latin1", 0, 20))?.[1];
			if (status && status !== "101") this.#outcomes.add(`HTTP ${status}`);
			return;
		}
		// The connection keeps what has come: only what is new is looked at.
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

/** What an echo tells of what the app has received: the value, or the text because it was not parsed. */
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
