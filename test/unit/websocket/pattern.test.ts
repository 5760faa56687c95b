import "../../../sim/node/globals.js";
import test from "ava";
import { Client } from "../../../modules/websocket/client.js";
import type {
	ReadableInfo,
	WebSocketClientCallbacks,
	WebSocketProvider,
	WriteOptions,
} from "../../../modules/websocket/engine.js";

/** A class of the ECMA-419 pattern with no additions, as a host may have put in place. */
class PlainWebSocket {
	static last: PlainWebSocket;
	readonly target: unknown;
	/** The opcodes and payloads of control frames written. */
	readonly controls: [opcode: number, payload: Buffer][] = [];
	readonly #callbacks: WebSocketClientCallbacks;
	#data: ArrayBuffer | undefined;

	constructor(options: object) {
		const { target, ...callbacks } = options as WebSocketClientCallbacks & { target: unknown };
		this.target = target;
		this.#callbacks = callbacks;
		PlainWebSocket.last = this;
	}

	/** The WebSocket is open. */
	open(): void {
		this.#callbacks.onWritable.call(this, 1000);
	}

	/** A piece of a message has come. */
	come(text: string, info: ReadableInfo): void {
		const bytes = new Uint8Array(Buffer.from(text));
		this.#data = bytes.length ? bytes.buffer : undefined;
		this.#callbacks.onReadable.call(this, bytes.length, info);
	}

	read(): ArrayBuffer | undefined {
		return this.#data;
	}

	write(data: ArrayBuffer | ArrayBufferView, { opcode }: WriteOptions = {}): number {
		if (opcode !== undefined) this.controls.push([opcode, Buffer.from(data as Uint8Array)]);
		return 1000;
	}

	close(): void {}
}

const provider: WebSocketProvider = { io: PlainWebSocket };
Object.assign(globalThis, { device: { network: { ws: provider } } });

function open(options: object): { client: Client; plain: PlainWebSocket; events: unknown[][] } {
	const client = new Client({ connectTimeout: 0, pingInterval: 0, ...options });
	const events: unknown[][] = [];
	client.on("message", (message, { binary }) => events.push(["message", message, binary]));
	client.on("error", (message) => events.push(["error", message]));
	client.open();
	const plain = PlainWebSocket.last;
	plain.open();
	return { client, plain, events };
}

test("messages of a class with no additions arrive, whole and in pieces", (t) => {
	const { plain, events } = open({ receiveType: "text/plain", maxMessageSize: 500 });
	plain.come("whole", { more: false, binary: false });
	plain.come("in ", { more: true, binary: false });
	plain.come("", { more: true, binary: false });
	plain.come("pieces €", { more: false, binary: false });
	plain.come("", { more: false, binary: false });
	plain.come("b".repeat(300), { more: true, binary: true });
	plain.come("b".repeat(200), { more: false, binary: true });
	t.deepEqual(events, [
		["message", "whole", false],
		["message", "in pieces €", false],
		["message", "", false],
		["message", "b".repeat(500), true],
	]);
});

test("a message that is too long closes with 1009, whole or in pieces, and no more is emitted", (t) => {
	for (const pieces of [["x".repeat(101)], ["x".repeat(60), "x".repeat(41)]]) {
		const { client, plain, events } = open({ maxMessageSize: 100 });
		pieces.forEach((piece, index) => {
			plain.come(piece, { more: index < pieces.length - 1, binary: false });
		});
		plain.come('"late"', { more: false, binary: false });
		t.is(events.length, 1);
		t.regex(String(events[0]?.[1]), /a message has 101 bytes or more; maxMessageSize is 100/);
		t.is(plain.controls[0]?.[0], 8);
		t.is(plain.controls[0]?.[1].readUInt16BE(0), 1009);
		t.false(client.isOpen());
	}
});
