import "../../../sim/node/globals.js";
import test from "ava";
import { Client } from "../../../modules/websocket/client.js";
import { Server } from "../../../modules/websocket/server.js";
import { nextTurn, pass } from "../../support/clock.js";
import { frame, opcodes } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { framesIn } from "../rfc6455/frames.js";

/** The host's own ECMA-419 WebSocket class. */
class HostWebSocket {
	static count = 0;

	constructor() {
		HostWebSocket.count++;
	}
}

class HostResolver {
	static readonly hosts: string[] = [];
	resolve({ host, onResolved }: { host: string; onResolved(host: string, address: string): void }): void {
		HostResolver.hosts.push(host);
		setTimeout(() => onResolved(host, "192.0.2.1"), 0);
	}
}

class HostListener {
	static last: HostListener;
	readonly port = 8080;
	readonly options: { port: number; onReadable(this: HostListener): void };
	readonly waiting: MemorySocket[] = [];

	constructor(options: object) {
		this.options = options as HostListener["options"];
		HostListener.last = this;
	}

	read(): MemorySocket | undefined {
		return this.waiting.shift();
	}

	close(): void {}
}

const network = Object.freeze({
	io: HostWebSocket,
	dns: { io: HostResolver, servers: ["192.0.2.53"] },
	socket: { io: MemorySocket, ofHost: true },
	listener: { io: HostListener },
});

function provide(ws: object | undefined): void {
	Object.assign(globalThis, { device: { network: { ws } } });
}

test.beforeEach(() => provide(network));

/** Opens a client. */
function open(options: object): { client: Client; socket: MemorySocket; events: unknown[][] } {
	const client = new Client({ host: "server.example", connectTimeout: 0, pingInterval: 0, ...options });
	const events: unknown[][] = [];
	client.on("message", (message, { binary }) => events.push(["message", message, binary]));
	client.on("error", (message) => events.push(["error", message]));
	client.open();
	nextTurn();
	const socket = MemorySocket.last;
	socket.grant(1000);
	socket.receive(acceptingResponse(acceptFor(socket.take().toString("latin1"))));
	return { client, socket, events };
}

test.serial("a Client uses dns and socket of the host, but not its io", (t) => {
	const { client, socket } = open({});
	t.true(client.isOpen());
	t.deepEqual(HostResolver.hosts, ["server.example"]);
	t.like(socket.options, { address: "192.0.2.1", host: "server.example", port: 80, ofHost: true });
	t.is(HostWebSocket.count, 0);
});

test.serial("a Server uses listener of the host and the class of its sockets, but not its io", (t) => {
	const server = new Server({ port: 8080 });
	server.start();
	const listener = HostListener.last;
	t.is(listener.options.port, 8080);
	t.is(server.port, 8080);
	const accepted = new MemorySocket({ remoteAddress: "192.0.2.9" });
	listener.waiting.push(accepted);
	listener.options.onReadable.call(listener);
	t.true(accepted.successor instanceof MemorySocket);
	t.is(HostWebSocket.count, 0);
	nextTurn();
	server.stop();
	nextTurn();
});

test.serial("messages arrive, whole and in pieces", (t) => {
	const { socket, events } = open({ receiveType: "text/plain", maxMessageSize: 500 });
	const part = (opcode: number, text: string, fin: boolean) => socket.receive(frame(opcode, text, { fin }));
	part(opcodes.text, "whole", true);
	part(opcodes.text, "in ", false);
	part(opcodes.continuation, "", false);
	part(opcodes.continuation, "pieces €", true);
	part(opcodes.text, "", true);
	part(opcodes.binary, "b".repeat(300), false);
	part(opcodes.continuation, "b".repeat(200), true);
	t.deepEqual(events, [
		["message", "whole", false],
		["message", "in pieces €", false],
		["message", "", false],
		["message", "b".repeat(500), true],
	]);
});

test.serial(
	"a message that is too long, whole or in pieces, closes with 1009, and no further message is emitted",
	(t) => {
		for (const pieces of [["x".repeat(101)], ["x".repeat(60), "x".repeat(41)]]) {
			const { client, socket, events } = open({ maxMessageSize: 100 });
			for (const [index, piece] of pieces.entries())
				socket.receive(
					frame(index ? opcodes.continuation : opcodes.text, piece, { fin: index === pieces.length - 1 }),
				);
			socket.receive(frame(opcodes.text, '"late"'));
			t.is(events.length, 1);
			t.regex(String(events[0]?.[1]), /a message has 101 bytes or more; maxMessageSize is 100/);
			const [close, ...more] = framesIn(socket.take());
			t.is(close?.opcode, opcodes.close);
			t.is(close?.payload.readUInt16BE(), 1009);
			t.deepEqual(more, []);
			t.false(client.isOpen());
			pass(500);
			t.is(events.length, 1);
		}
	},
);

test.serial("an error names the class that the host lacks", (t) => {
	for (const [ws, reason] of [
		[undefined, /the host has no device\.network\.ws/],
		[{ io: HostWebSocket }, /the network has no dns/],
		[{ ...network, socket: undefined }, /the network has no socket/],
	] as const) {
		provide(ws);
		const client = new Client({ host: "server.example", numberOfRetries: 0 });
		const errors: string[] = [];
		client.on("error", (message) => errors.push(message));
		client.open();
		t.deepEqual(errors, []);
		nextTurn();
		t.is(errors.length, 1);
		t.regex(errors[0] as string, reason);
	}
	provide({ ...network, listener: undefined });
	const server = new Server();
	const errors: string[] = [];
	server.on("error", (message) => errors.push(message));
	server.start();
	nextTurn();
	t.regex(errors[0] as string, /device\.network\.ws\.listener/);
	t.is(HostWebSocket.count, 0);
});

test.serial(
	"with TLS a Client uses the host's wss, with its settings, and waits longer for the connection",
	(t) => {
		const secure = { certificate: "of the authority" };
		const settings = (options: Record<string, unknown>, host: string) => ({
			...secure,
			tls: options["tls"],
			host,
		});
		const wss = { ...network, socket: { io: MemorySocket, settings } };
		Object.assign(globalThis, { device: { network: { ws: undefined, wss } } });
		for (const [connectTimeout, limit] of [
			[null, 15000],
			[3000, 3000],
		] as const) {
			const client = new Client({ url: "wss://server.example", tls: {}, connectTimeout, numberOfRetries: 0 });
			const errors: string[] = [];
			client.on("error", (message) => errors.push(message));
			client.open();
			nextTurn();
			t.like(MemorySocket.last.options, {
				address: "192.0.2.1",
				host: "server.example",
				port: 443,
				secure: { ...secure, tls: {}, host: "server.example" },
			});
			pass(limit - 1);
			t.deepEqual(errors, []);
			pass(1);
			t.is(errors.length, 1);
			t.true(errors[0]?.endsWith(`no connection within ${limit} ms (connectTimeout)`), errors[0]);
		}
	},
);

test.serial("a permanent error of a socket ends the attempts, another does not", (t) => {
	for (const [permanent, attempts] of [
		[true, 1],
		[false, 3],
	] as const) {
		const client = new Client({ host: "server.example", numberOfRetries: 2, timeBetweenRetries: 0 });
		const errors: string[] = [];
		client.on("error", (message) => errors.push(message));
		client.open();
		for (let attempt = 0; attempt < attempts; attempt++) {
			nextTurn();
			nextTurn();
			t.deepEqual(errors, []);
			const { options } = MemorySocket.last;
			const onError = options.onError as (this: MemorySocket, error: Error) => void;
			onError.call(MemorySocket.last, Object.assign(new Error("no certificate"), { permanent }));
		}
		t.deepEqual(errors, [
			`no connection to server.example:80 after ${permanent ? "1 attempt" : "3 attempts"}: no certificate`,
		]);
	}
});
