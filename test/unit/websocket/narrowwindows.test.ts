/**
 * Windows that are narrower than a control frame, where frames leave in stages: what the peer receives is what was sent, in order
 * and once, over lost connections, too. NARROW_SEED=N repeats the run of that seed.
 */

import "../../../sim/node/globals.js";
import test from "ava";
import type { Client, Socket } from "../../../modules/websocket/websocket.js";
import { traces } from "../../../sim/node/globals.js";
import { nextTurn } from "../../support/clock.js";
import { closePayload, frame, opcodes, takeFrame } from "../../support/frames.js";
import { acceptFor, acceptingResponse, upgradeRequest } from "../../support/handshake.js";
import { MemoryListener } from "../../support/memorylistener.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { Random } from "../../support/random.js";

const module = await import("../../../modules/websocket/websocket.js");
const { sendChunks } = await import("../../../modules/chunks/chunks.js");

Object.assign(globalThis, {
	device: { network: { ws: { socket: { io: MemorySocket }, listener: { io: MemoryListener } } } },
});

type Role = "Client" | "Socket";

/** A Client, or one Socket after the other, and the peer, which reads. */
class Pair {
	/** All Sockets so far, or the Client. */
	readonly connections: (Client | Socket)[] = [];
	/** Messages that have arrived whole, over all connections. */
	readonly received: string[] = [];
	readonly fates = new Map<string, string[]>();
	/** Connections that have ended: the frame that was on its way may have been cut off. */
	cuts = 0;
	readonly accepted: string[] = [];
	/** Codes of the close frames of this connection. */
	#codes: number[] = [];
	readonly #role: Role;
	readonly #random: Random;
	readonly #widest: number;
	#socket: MemorySocket | undefined;
	#rest = Buffer.alloc(0);
	#parts = "";
	#count = 0;

	constructor(role: Role, random: Random, widest: number, overflow: "refuse" | "drop-oldest") {
		this.#role = role;
		this.#random = random;
		this.#widest = widest;
		const options = { sendType: "text/plain", sendQueueSize: 600, pingInterval: 0, overflow };
		if (role === "Client") {
			const client = new module.Client({
				...options,
				host: "127.0.0.1",
				connectTimeout: 0,
				timeBetweenRetries: 0,
			});
			client.on("error", () => {});
			this.connections.push(client);
			return;
		}
		const server = new module.Server(options);
		server.start();
		server.on("connection", (socket) => {
			socket.on("error", () => {});
			this.connections.push(socket);
		});
		this.connect();
	}

	get connection(): Client | Socket {
		return this.connections.at(-1) as Client | Socket;
	}

	connect(): void {
		if (this.#socket) return;
		this.#codes = [];
		if (this.#role === "Client") this.#open();
		else {
			const { length } = this.connections;
			const socket = MemoryListener.last.connect(MemorySocket);
			socket.receive(upgradeRequest());
			while (this.connections.length === length) socket.grant(1);
			socket.take();
			this.#socket = socket;
		}
	}

	#open(): void {
		(this.connection as Client).open();
		nextTurn();
		const socket = MemorySocket.last;
		if (socket.isClosed) return;
		socket.grant(1000);
		const accept = acceptFor(socket.take().toString("latin1"));
		socket.grant(0);
		this.#socket = socket;
		socket.receive(acceptingResponse(accept));
	}

	send(isFromSource: boolean): void {
		const random = this.#random;
		const name = `${++this.#count}:`;
		const text = name.padEnd(random.pick([name.length, 30, 125, 126, random.integer(1, 400)]), "x");
		const onSettled = (fate: string): void => {
			this.fates.set(text, [...(this.fates.get(text) ?? []), fate]);
		};
		let outcome: string;
		if (isFromSource) {
			const cut = random.integer(0, text.length);
			const pieces = [text.slice(0, cut), text.slice(cut)].map((piece) => Buffer.from(piece));
			outcome = sendChunks(this.connection as Client, pieces, { binary: random.next() < 0.5, onSettled });
		} else outcome = this.connection.send(text, { onSettled });
		if (outcome === "queued") this.fates.set(text, []);
		if (outcome !== "discarded") this.accepted.push(text);
	}

	grant(): void {
		this.#socket?.grant(this.#random.integer(0, this.#widest));
	}

	ping(): void {
		this.#socket?.receive(this.#frame(opcodes.ping, "ping"));
	}

	#frame(opcode: number, payload: string | Buffer): Buffer {
		return frame(opcode, payload, { mask: this.#role === "Socket" });
	}

	/** Reads all frames that have arrived whole. */
	read(): void {
		let bytes = Buffer.concat([this.#rest, this.#socket?.take() ?? Buffer.alloc(0)]);
		for (let taken = takeFrame(bytes); taken; taken = takeFrame(bytes)) {
			bytes = Buffer.from(taken.rest);
			const { opcode, fin, payload } = taken.frame;
			if (opcode === opcodes.close) this.#codes.push(payload.readUInt16BE());
			if (opcode >= opcodes.close) continue;
			if (this.#codes.length) throw new Error("data after the close frame");
			if ((opcode === opcodes.continuation) !== (this.#parts !== "")) throw new Error(`opcode ${opcode}`);
			this.#parts += payload.toString();
			if (!fin) continue;
			this.received.push(this.#parts);
			this.#parts = "";
		}
		this.#rest = bytes;
	}

	/** The connection ends, with a closing handshake or without. */
	end(closes: boolean): void {
		const socket = this.#socket;
		if (!socket) return;
		if (closes) {
			this.connection.close();
			for (let turn = 0; turn < 1000; turn++) this.grant();
			this.read();
			if (this.#codes.join() !== "1000") throw new Error(`closed with ${this.#codes}`);
			socket.receive(this.#frame(opcodes.close, closePayload(1000)));
		}
		this.read();
		this.#socket = undefined;
		socket.fail();
		this.cuts++;
		this.#rest = Buffer.alloc(0);
		this.#parts = "";
		nextTurn();
	}

	/** All that waits is sent. */
	finish(): void {
		this.connect();
		for (
			let turn = 0;
			turn < 20_000 && this.connection.bufferedAmount + this.connection.counters.waiting;
			turn++
		) {
			this.grant();
			nextTurn();
		}
		for (let turn = 0; turn < 1000; turn++) this.grant();
		this.read();
	}
}

const roles: Role[] = ["Client", "Socket"];

for (const [role, widest] of roles.flatMap((role): [Role, number][] =>
	[1, 2, 7, 128, 130, 200].map((widest) => [role, widest]),
))
	for (const overflow of ["refuse", "drop-oldest"] as const)
		test.serial(`${role}, ${widest} bytes, ${overflow}: messages arrive whole, in order and once`, (t) => {
			const random = new Random("NARROW_SEED");
			t.log(`NARROW_SEED=${random.seed}`);
			const rounds = Number(process.env["NARROW_ROUNDS"] ?? 5);
			for (let round = 0; round < rounds; round++) {
				const pair = new Pair(role, random, widest, overflow);
				for (let step = 0; step < 2000; step++) {
					const weights = { send: 2, source: 1, grant: 60, ping: 1, connect: 2, lose: 0.3, close: 0.05 };
					const action = random.choose(weights);
					if (action === "send" || action === "source") pair.send(action === "source");
					else if (action === "grant") pair.grant();
					else if (action === "ping") pair.ping();
					else if (action === "connect") pair.connect();
					else pair.end(action === "close");
					nextTurn();
					pair.read();
				}
				pair.finish();
				const sum = (name: "accepted" | "sent" | "waiting" | "lost" | "bytesSent") =>
					pair.connections.reduce((total, { counters }) => total + counters[name], 0);
				const sent = sum("sent");
				t.is(sum("accepted"), pair.accepted.length);
				t.is(sum("accepted"), sent + sum("lost"));
				t.is(sum("waiting"), 0);
				// Those that were received are among the accepted ones, in their order, and none twice.
				let index = -1;
				const places = new Map(pair.accepted.map((text, place) => [text, place]));
				for (const text of pair.received) {
					const next = places.get(text) ?? -1;
					t.true(next > index, `${text} after ${pair.accepted[index]}`);
					index = next;
					t.false(pair.fates.get(text)?.includes("lost") ?? false, text);
				}
				// A frame whose rest waits for the window is handed over: it is cut off with its connection.
				const missing = sent - pair.received.length;
				t.true(missing >= 0 && missing <= pair.cuts, `${missing} of ${sent} are missing, ${pair.cuts} cuts`);
				const bytes = pair.received.reduce((sum, text) => sum + text.length, 0);
				t.true(sum("bytesSent") >= bytes);
				for (const [text, fates] of pair.fates) t.is(fates.length, 1, text);
				pair.end(true);
			}
			t.deepEqual(traces, []);
		});
