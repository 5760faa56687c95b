/** A WebSocketClient whose messages are read anyhow: READING_SEED=N repeats the run of that seed. */
import "../../../sim/node/globals.js";
import test from "ava";
import WebSocketClient from "../../../modules/ecma419/websocketclient.js";
import { nextTurn } from "../../support/clock.js";
import { closePayload, frame, opcodes } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { Random } from "../../support/random.js";

interface Sent {
	bytes: Buffer;
	events: string[];
}

/** What a server sends, and the events that it must cause: complete messages, control frames, the end. */
function streamOf(random: Random): Sent {
	const frames: Buffer[] = [];
	const events: string[] = [];
	for (let count = random.integer(1, 6); count > 0; count--) {
		const binary = random.next() < 0.5;
		const length = random.pick([0, 1, 5, 125, 126, 1024, 1025, 1448, 1449, 5000]);
		const bytes = binary ? random.bytes(length) : Buffer.from("é".repeat(length).slice(0, length));
		const parts = random.pick([1, 1, 2, 5]);
		for (let part = 0; part < parts; part++) {
			const from = Math.floor((bytes.length * part) / parts);
			const piece = bytes.subarray(from, Math.floor((bytes.length * (part + 1)) / parts));
			const opcode = part ? opcodes.continuation : binary ? opcodes.binary : opcodes.text;
			if (random.next() < 0.2) {
				frames.push(frame(opcodes.ping, `${count}${part}`));
				events.push(`control 9 ${count}${part}`);
			}
			frames.push(frame(opcode, piece, { fin: part === parts - 1 }));
		}
		events.push(`message ${binary} ${bytes.toString("hex")}`);
	}
	frames.push(frame(opcodes.close, closePayload(1000)));
	events.push(`control 8 ${closePayload(1000).toString("latin1")}`, "close");
	return { bytes: Buffer.concat(frames), events };
}

function play(seed: number): { expected: string[]; actual: string[] } {
	const random = new Random(seed);
	const { bytes, events: expected } = streamOf(random);
	const actual: string[] = [];
	let message: Buffer[] = [];
	let unread = 0;
	let isLast = false;
	let isBinary = false;
	let isInside = false;
	const read = (): void => {
		const wanted = random.integer(1, unread + 10);
		const way = random.choose({ all: 1, count: 1, buffer: 1 });
		isInside = true;
		let piece: Buffer;
		if (way === "buffer") {
			const buffer = new Uint8Array(wanted);
			const count = client.read(buffer) as number;
			piece = Buffer.from(buffer.subarray(0, count));
		} else piece = Buffer.from((way === "all" ? client.read() : client.read(wanted)) as ArrayBuffer);
		isInside = false;
		unread -= piece.length;
		message.push(piece);
		end();
	};
	const end = (): void => {
		if (unread || !isLast) return;
		isLast = false;
		actual.push(`message ${isBinary} ${Buffer.concat(message).toString("hex")}`);
		message = [];
	};
	const note = (event: string): void => {
		actual.push(isInside ? `${event} inside a method` : unread ? `${event} before all was read` : event);
	};
	const client = new WebSocketClient({
		host: "127.0.0.1",
		socket: { io: MemorySocket as never },
		onReadable(count, { more, binary }) {
			if (unread || isInside) note("readable");
			unread = count;
			isLast = !more;
			isBinary = binary;
			end();
			while (unread && random.next() < 0.5) read();
		},
		onControl: (opcode, payload) => note(`control ${opcode} ${Buffer.from(payload).toString("latin1")}`),
		onClose: () => note("close"),
		onError: ({ message: text }) => note(`error ${text}`),
	});
	const socket = MemorySocket.last;
	socket.grant(2000);
	const head = Buffer.from(acceptingResponse(acceptFor(socket.take().toString("latin1"))), "latin1");
	const all = Buffer.concat([head, bytes]);
	for (let at = 0; at < all.length || unread; ) {
		if (unread && random.next() < 0.7) read();
		else {
			const size = random.pick([1, 2, 3, 20, 500, 1448, 4000]);
			if (at < all.length) socket.receive(all.subarray(at, at + size));
			at += size;
		}
		if (random.next() < 0.7) nextTurn();
		// Answers must not fill the window.
		socket.window = 2000;
	}
	for (let turn = 0; turn < 50; turn++) {
		nextTurn();
		while (unread) read();
	}
	socket.fail();
	nextTurn();
	return { expected, actual };
}

const { seed } = new Random("READING_SEED");

test(`messages that are read anyhow arrive whole and in order: READING_SEED=${seed}`, (t) => {
	for (let index = 0; index < 1000; index++) {
		const { expected, actual } = play(seed + index);
		t.deepEqual(actual, expected, `READING_SEED=${seed + index}`);
	}
});
