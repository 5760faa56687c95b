/** A Client or a Socket whose messages are compared with a model, over a socket in memory whose peer is the test. */

import "../../../sim/node/globals.js";
import { sendChunks } from "../../../modules/chunks/chunks.js";
import type { Client, Socket } from "../../../modules/websocket/websocket.js";
import { type Frame, frame, opcodes, takeFrame } from "../../support/frames.js";
import { MemorySocket } from "../../support/memorysocket.js";
import type { Random } from "../../support/random.js";
import { equal, type Message, SendModel } from "./sendmodel.js";
import { Source, type SourceUser } from "./sendsource.js";

export interface LaneOptions {
	readonly sendQueueSize: number;
	readonly overflow: "refuse" | "drop-oldest";
	/** The widest window. */
	readonly window: number;
}

/** A socket that may have no memory for a write. */
export class LaneSocket extends MemorySocket {
	/** First byte of the frame that could not be written. */
	failed = -1;

	override write(bytes: ArrayBuffer | ArrayBufferView): number {
		if (this.writesLeft === 0) {
			this.writesLeft = Number.POSITIVE_INFINITY;
			this.failed = new DataView(ArrayBuffer.isView(bytes) ? bytes.buffer : bytes).getUint8(0);
			throw new Error("no memory");
		}
		return super.write(bytes);
	}
}

/** Number of messages, from which their names are made. */
export const names = { count: 0 };

export class Lane implements SourceUser {
	readonly connection: Client | Socket;
	readonly model: SendModel;
	readonly messages: Message[] = [];
	/** Those whose messages have no fate yet, or whose return() was not called. */
	#sources: Source[] = [];
	socket: LaneSocket | undefined;
	/** True while a write has failed, or may fail. */
	isBlocked = false;
	/** True until a ping is answered: the pong goes before all data. */
	#isPinged = false;
	/** Set by callbacks that may do anything: what they do, and the most of it. */
	meddle: (() => void) | undefined;
	readonly #random: Random;
	readonly #options: LaneOptions;
	readonly #isClient: boolean;
	#rest = Buffer.alloc(0);
	/** The parts of the unfinished message that the peer has received. */
	#parts: Buffer[] = [];
	#direct: Message | undefined;
	#errors = "";

	constructor(connection: Client | Socket, random: Random, options: LaneOptions, isClient: boolean) {
		this.connection = connection;
		this.#random = random;
		this.#options = options;
		this.#isClient = isClient;
		this.model = new SendModel(options.sendQueueSize, options.overflow === "drop-oldest", isClient);
		const emitter = connection as Client;
		emitter.on("open", () => {
			this.model.isOpen = true;
			this.meddle?.();
		});
		emitter.on("drain", () => {
			this.sync();
			if (this.model.series === "none") throw new Error("drain without a series");
			if (this.model.waiting) throw new Error("drain while messages wait");
			this.model.series = "none";
			this.meddle?.();
		});
		emitter.on("error", (text) => {
			this.#errors += text;
			this.meddle?.();
		});
		emitter.on("close", () => {
			this.model.endConnection();
			if (!isClient) this.model.loseAll();
			this.socket = undefined;
			this.meddle?.();
		});
	}

	/** A new connection is ready. */
	start(socket: LaneSocket): void {
		this.socket = socket;
		this.#rest = Buffer.alloc(0);
		this.#parts = [];
		this.isBlocked = false;
		this.#isPinged = false;
	}

	/** The first window is the widest: one of less than 132 bytes would make frames leave in stages. */
	widen(): void {
		this.socket?.grant(this.#options.window);
		this.sync();
	}

	send(): void {
		const message = this.#add(this.#makeMessage());
		this.sync();
		const mustBeSent = this.fitsNow(message);
		const watched = this.#random.next() < 0.7;
		let inside = true;
		const outcome = this.connection.send(dataOf(message), {
			binary: message.binary,
			key: message.key ?? null,
			onSettled: watched
				? (fate) => {
						if (inside) message.told.push("inside send()");
						message.told.push(fate);
						this.meddle?.();
					}
				: null,
		});
		inside = false;
		this.afterSend(message, outcome, watched);
		if (mustBeSent) equal(outcome, "sent", "a message that fits");
	}

	/** Compares the outcome with the model. */
	afterSend(message: Message, outcome: string, watched: boolean): void {
		const { model } = this;
		if (outcome === "sent") {
			equal(model.waiting, 0, "waiting, as a message was sent at once");
			equal(model.isOpen, true, "isOpen, as a message was sent at once");
			this.#direct = message;
			this.sync();
			equal(message.fate, "sent", "a message that was sent at once");
			return;
		}
		message.isWatched = watched && outcome === "queued";
		equal(outcome, model.accept(message), `send() of ${message.name}`);
		this.sync();
	}

	#makeMessage(): Message {
		const random = this.#random;
		const { sendQueueSize, window } = this.#options;
		const key = random.next() < 0.4 ? random.pick(["a", "bb", "é", "k".repeat(126)]) : undefined;
		const { free } = this.model;
		const length = random.pick([
			0,
			random.integer(0, 20),
			random.integer(0, Math.min(sendQueueSize, 400)),
			random.integer(0, window),
			window + random.integer(-10, 30),
			free - 4 - Buffer.byteLength(key ?? ""),
			free - 4 - random.integer(-5, 5),
			sendQueueSize - 4 + random.integer(-1, 1),
		]);
		const name = `${++names.count}`;
		const text = `${name}é\0`.padEnd(Math.max(length - 1, 0), "x");
		const all = Buffer.from(text);
		const bytes = length <= 0 ? Buffer.alloc(0) : all.length > length ? Buffer.from(name) : all;
		const message = { name, bytes, binary: random.next() < 0.5, key, isFromSource: false };
		return { ...message, isWatched: false, told: [] };
	}

	/** Returns a message for broadcast(), that is interesting for this one. */
	makeBroadcast() {
		const message = this.#makeMessage();
		const options = { binary: message.binary, key: message.key ?? null };
		return { message, data: dataOf(message), options };
	}

	sendFromSource(): void {
		const random = this.#random;
		const binary = random.next() < 0.5;
		const name = `source ${++names.count}`;
		const message: Message = {
			name,
			bytes: Buffer.alloc(0),
			binary,
			isFromSource: true,
			isWatched: false,
			told: [],
		};
		this.#add(message);
		this.sync();
		const isWatched = random.next() < 0.7;
		const source = new Source(this, message, random, this.#options.window);
		const outcome = sendChunks(this.connection as Client, source.iterable, {
			binary,
			onSettled: isWatched
				? (fate) => {
						message.told.push(fate);
						this.meddle?.();
					}
				: null,
		});
		message.isWatched = isWatched && outcome === "queued";
		if (outcome === "queued") this.#sources.push(source);
		equal(outcome, this.model.accept(message), `sendChunks() of ${message.name}`);
		this.sync();
	}

	/** Settles a promise of a source. */
	settle(): void {
		this.sync();
		this.#sources.some((source) => source.settle());
		this.sync();
	}

	cutOff(): void {
		this.#parts = [];
	}

	grant(): void {
		const { socket } = this;
		if (!socket) return;
		const { window } = this.#options;
		this.isBlocked = socket.writesLeft === 0;
		socket.grant(this.#random.pick([0, 1, 5, window, this.#random.integer(0, window)]));
		this.sync();
	}

	ping(): void {
		if (!this.model.isOpen) return;
		this.#isPinged = true;
		this.socket?.receive(frame(opcodes.ping, "ping", { mask: !this.#isClient }));
		this.sync();
	}

	/** The next write fails: there is no memory. */
	fail(): void {
		if (!this.socket) return;
		this.socket.writesLeft = 0;
		this.isBlocked = true;
	}

	/** Answers a ping. */
	answer(): void {
		this.socket?.receive(frame(opcodes.pong, "", { mask: !this.#isClient }));
	}

	/** What is to be called before the connection ends for the silence of the peer. */
	expectEnd(): void {
		this.sync();
		this.model.endConnection();
		this.#parts = [];
		this.#rest = Buffer.alloc(0);
	}

	/** What is to be called before close() of the connection, or stop() of its server. */
	expectClose(): void {
		this.sync();
		this.model.loseAll();
		this.model.endConnection();
		this.#parts = [];
	}

	close(): void {
		this.expectClose();
		this.connection.close();
		this.#readEnd();
	}

	/** The peer starts the closing handshake. */
	receiveClose(): void {
		if (!this.model.isOpen) return;
		this.sync();
		this.model.endConnection();
		this.socket?.receive(frame(opcodes.close, "", { mask: !this.#isClient }));
		this.#readEnd();
	}

	/** The connection is lost. */
	lose(): void {
		const { socket } = this;
		if (!socket) return;
		this.sync();
		this.socket = undefined;
		this.model.endConnection();
		socket.fail();
	}

	/** Reads what the connection has sent. */
	sync(): void {
		const { socket } = this;
		// The first part of a message was to be written: from then on it is not replaced or discarded.
		if (socket?.failed === opcodes.text || socket?.failed === opcodes.binary) this.model.begin(true);
		if (socket) socket.failed = -1;
		let bytes = Buffer.concat([this.#rest, socket?.take() ?? Buffer.alloc(0)]);
		for (let taken = takeFrame(bytes); taken; taken = takeFrame(bytes)) {
			bytes = Buffer.from(taken.rest);
			this.#takeFrame(taken.frame);
		}
		this.#rest = bytes;
	}

	/** Compares the connection with the model, when all callbacks have been called. */
	check(): void {
		const { model, connection } = this;
		this.sync();
		for (const { message, hasEnded, hasReturned } of this.#sources)
			equal(hasReturned, message.fate === "lost" && !hasEnded, `return() of ${message.name} was called`);
		const { sent, lost, replaced, discarded, bytesSent } = model.counts;
		const { received: _, bytesReceived: __, ...counters } = connection.counters;
		const { waiting } = model;
		const accepted = sent + lost + replaced + waiting;
		equal(
			JSON.stringify(counters),
			JSON.stringify({ accepted, sent, waiting, lost, replaced, discarded, bytesSent }),
			"counters",
		);
		equal(connection.bufferedAmount, model.bufferedAmount, "bufferedAmount");
		equal(connection.isOpen(), model.isOpen, "isOpen()");
		// While a connection closes, drain waits for its end.
		if (!waiting && (model.isOpen || !this.socket)) equal(model.series, "none", "series of an empty queue");
		for (const { name, told, fate, isWatched } of this.messages)
			equal(told.join(), isWatched && fate ? fate : "", `onSettled of ${name}`);
		const reports = this.#errors.match(
			/the send queue is full|is too long for the send queue|takes no message|wait already/g,
		);
		equal(reports?.length ?? 0, model.discardSeries, "errors for discarded messages");
		this.#sources = this.#sources.filter(({ message }) => !message.fate);
		const { messages } = this;
		messages.splice(0, messages.length, ...messages.filter(({ fate }) => !fate));
	}

	/** True when the window takes a message, and nothing waits before it. */
	fitsNow({ bytes }: Message): boolean {
		const { socket, model } = this;
		if (!socket || !model.isOpen || model.waiting || this.isBlocked || this.#isPinged) return false;
		const { length } = bytes;
		const header = length < 126 ? 2 : length < 65536 ? 4 : 10;
		return length + header + (this.#isClient ? 4 : 0) <= socket.window;
	}

	#add(message: Message): Message {
		this.messages.push(message);
		return message;
	}

	/** Reads the close frame. */
	#readEnd(): void {
		this.sync();
		this.#parts = [];
		this.#rest = Buffer.alloc(0);
	}

	#takeFrame({ opcode, fin, payload, masked }: Frame): void {
		const { model } = this;
		equal(masked, this.#isClient, "masked");
		if (opcode === opcodes.pong) this.#isPinged = false;
		if (opcode >= opcodes.close) return;
		const message = model.oldest ?? this.#direct;
		if (!message) throw new Error(`a frame that was not sent: ${opcode} ${payload}`);
		const isFirst = this.#parts.length === 0;
		equal(
			opcode,
			isFirst ? (message.binary ? opcodes.binary : opcodes.text) : opcodes.continuation,
			`opcode of ${message.name}`,
		);
		this.#parts.push(payload);
		const received = Buffer.concat(this.#parts);
		equal(
			message.bytes.subarray(0, received.length).equals(received),
			true,
			`${received.length} bytes of ${message.name}`,
		);
		if (!fin) {
			if (!model.oldest) throw new Error("a part of a message that was not queued");
			model.begin(true);
			model.hasStarted = true;
			model.partSent = received.length;
			return;
		}
		equal(received.length, message.bytes.length, `length of ${message.name}`);
		this.#parts = [];
		if (model.oldest) return model.finish();
		this.#direct = undefined;
		model.sendDirect(message);
	}
}

const dataOf = ({ bytes, binary }: Message): unknown => (binary ? new Uint8Array(bytes) : bytes.toString());
