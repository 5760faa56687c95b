/** One side of an open WebSocket over a socket in memory, for tests. */
import "../../../sim/node/globals.js";
import { openChannel, type SocketChannel } from "../../../modules/channel/channel.js";
import type { ChannelListener } from "../../../modules/channel/contract.js";
import { socketOptions, type TcpSocket } from "../../../modules/channel/tcp.js";
import { bytesOf, type MessageData } from "../../../modules/rfc6455/bytes.js";
import type { Opcode } from "../../../modules/rfc6455/frame.js";
import { pass } from "../../support/clock.js";
import { MemorySocket } from "../../support/memorysocket.js";

export type Role = "client" | "server";

export const roles: readonly Role[] = ["client", "server"];

/** How messages that do not arrive whole are received: collected, as for a Client, or in pieces. */
export type Mode = "collected" | "pieces";

/** Both roles, in both modes. */
export const everyWay = roles.flatMap((role): [Role, Mode][] => [
	[role, "collected"],
	[role, "pieces"],
]);

/** An event of the channel. */
export type Happening =
	| { what: "message"; binary: boolean; value: string | Buffer }
	| { what: "control"; opcode: number; payload: string }
	| { what: "fault"; code: number; message: string }
	| { what: "closing" }
	| { what: "closed"; code: number; reason: string; failure: string | undefined };

export interface EndpointOptions {
	/** Longest message received, in bytes. Default: no limit. */
	maxMessageSize?: number;
	/** True to receive text as strings. Default true. */
	strings?: boolean;
	/** Initial window; open() changes it. Default: more than any test needs. */
	window?: number;
	/** Default "collected". */
	mode?: Mode;
	/** Largest buffer of an unfinished message, in bytes. Default: no limit. */
	memory?: number;
}

export interface SendOptions {
	/** Default: false for text, otherwise true. */
	binary?: boolean;
	/** Default false. */
	more?: boolean;
}

const wide = 2 ** 24;

export class Endpoint implements ChannelListener {
	/** Every event so far. */
	readonly happenings: Happening[] = [];
	/** Every capacity reported by onWindow(). */
	readonly windows: number[] = [];
	readonly socket: MemorySocket;
	readonly #strings: boolean;
	readonly #memory: number;
	#channel: SocketChannel | undefined;
	#pieces: Buffer[] = [];

	constructor(role: Role, options: EndpointOptions = {}) {
		const { maxMessageSize = Number.MAX_SAFE_INTEGER, strings = true, window = wide } = options;
		const isClient = role === "client";
		const pieces = options.mode === "pieces";
		const settings = { maxMessageSize, strings, pieces, word: new Uint8Array(2), closeTimeout: 2000 };
		this.#strings = strings;
		this.#memory = options.memory ?? Number.MAX_SAFE_INTEGER;
		// A listener that has this method gets binary messages in pieces, whatever the settings say.
		if (!pieces) Object.defineProperty(this, "onPiece", { value: undefined });
		this.socket = new MemorySocket(socketOptions);
		this.socket.window = window;
		openChannel(this.socket as TcpSocket, window, 0, "", isClient, settings, this);
	}

	get channel(): SocketChannel {
		return this.#channel as SocketChannel;
	}

	/** Receives bytes from the peer. */
	push(bytes: Uint8Array): void {
		this.socket.receive(bytes);
	}

	/** Sets the window. Returns the longest data that may be sent then, in bytes. */
	open(window: number): number {
		this.socket.grant(window);
		return this.channel.writer.capacity;
	}

	/** Sends a message, or a part of one, as write() of a MessageWriter. */
	send(data: MessageData, options: SendOptions = {}): number {
		const { binary = typeof data !== "string", more = false } = options;
		return this.channel.writer.write(data, binary, more);
	}

	/** Sends a ping or pong. Returns whether it fits. */
	control(opcode: number, payload: string | Uint8Array): boolean {
		return this.channel.sendControl(opcode as Opcode, bytesOf(Buffer.from(payload as string)));
	}

	/** Advances the clock by the time in which an endpoint ends after the closing handshake. */
	settle(): void {
		pass(100);
	}

	/** Returns the bytes written since the last call. */
	takeWritten(): Buffer {
		return this.socket.take();
	}

	/** Number of unread bytes in the socket. */
	get unread(): number {
		return this.socket.readable;
	}

	/** Remaining window, in bytes. */
	get windowLeft(): number {
		return this.socket.window;
	}

	/** The first fault reported. */
	get fault(): (Happening & { what: "fault" }) | undefined {
		return this.happenings.find((happening) => happening.what === "fault");
	}

	/** Returns how often an event has occurred. */
	count(what: Happening["what"]): number {
		return this.happenings.filter((happening) => happening.what === what).length;
	}

	/** Messages received: text as a string, unless bytes were requested; binary ones as a Buffer. */
	get messages(): (string | Buffer)[] {
		return this.happenings.flatMap((happening) => (happening.what === "message" ? [happening.value] : []));
	}

	onOpen(channel: SocketChannel): void {
		this.#channel = channel;
	}

	onMessage(data: ArrayBuffer | string | undefined, count: number, binary: boolean): void {
		const content = data ?? this.channel.takeMessage();
		const value = typeof content === "string" ? content : Buffer.from(content);
		if (Buffer.byteLength(value) !== count) throw new Error(`${count} bytes announced, ${value} given`);
		this.happenings.push({ what: "message", binary, value });
	}

	onPiece(bytes: ArrayBuffer, binary: boolean, last: boolean): void {
		this.#pieces.push(Buffer.from(bytes));
		if (!last) return;
		const message = Buffer.concat(this.#pieces);
		this.#pieces = [];
		this.happenings.push({
			what: "message",
			binary,
			value: binary || !this.#strings ? message : message.toString(),
		});
	}

	onActivity(): void {}

	mayBuffer(size: number): boolean {
		return size <= this.#memory;
	}

	onWindow(): void {
		this.windows.push(this.channel.writer.capacity);
	}

	onControl(opcode: number, payload: ArrayBuffer): void {
		this.happenings.push({ what: "control", opcode, payload: Buffer.from(payload).toString("latin1") });
	}

	onClosing(): void {
		this.happenings.push({ what: "closing" });
	}

	onFault(code: number, message: string): void {
		this.happenings.push({ what: "fault", code, message });
	}

	onClose(code: number, reason: string, failure: string | undefined): void {
		this.happenings.push({ what: "closed", code, reason, failure });
	}
}
