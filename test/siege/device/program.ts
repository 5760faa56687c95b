/**
 * The attacked programs: plain apps with the default options. They trace "listening PORT" and the messages of
 * their `error` events.
 */

import Timer from "timer";
import { Client, type ClientOptions, type SendOutcome, Server, type Socket } from "xs-web-socket";
import { receiveChunks, sendChunks } from "xs-web-socket/chunks";

export interface Setting {
	/**
	 * An echo server, the same with pages, the same that receives and sends large messages in chunks, a server that sends each
	 * message to all clients, or a program with two clients.
	 */
	program: "echo" | "pages" | "chunks" | "chat" | "client";
	/** MIME type of the messages; "" for the default. */
	type: string;
	/** Ports of the servers that the clients connect to. */
	ports: number[];
}

/** Milliseconds before a failed or closed client is opened again. */
const pause = 500;

/** Size of the page in bytes. It is in memory, because a Resource needs a file. */
const pageSize = 8_000;

/** Bytes of a large message after which the app takes its time. */
const digestible = 65_536;

function say(text: string): void {
	trace(`${text}\n`);
}

/** Common interface of Client and Socket, as needed here. */
interface Connection {
	send(data: unknown): SendOutcome;
}

/** Answers with the message inside a new value, or with its length if that does not fit into the send queue. */
function answer(connection: Connection, type: string, message: unknown): void {
	if (connection.send(type ? message : { echo: message }) !== "discarded") return;
	const length = typeof message === "string" ? message.length : (message as ArrayBuffer).byteLength;
	connection.send(type ? `length ${length}` : { length });
}

/** @param keep called with each message, to keep it for memory measurements */
export function run({ program, type, ports }: Setting, keep: (message: unknown) => void = () => {}): void {
	const types = type ? { receiveType: type, sendType: type } : {};
	if (program === "client") {
		for (const port of ports) connect({ host: "127.0.0.1", port, ...types }, type, keep);
		return;
	}
	const pages = program === "pages" && {
		"/": new Uint8Array(pageSize).fill(97),
		"/short": ArrayBuffer.fromString("short"),
	};
	const server = new Server({ port: 0, ...types, pages: pages || null });
	server.on("listening", () => say(`listening ${server.port}`));
	server.on("error", (message) => say(`server: ${message}`));
	server.on("connection", (socket) => {
		if (program === "chunks") receiveLarge(socket);
		socket.on("message", (message) => {
			keep(message);
			if (program === "chunks" && isOrder(message)) sendChunks(socket, pieces(message.send));
			else if (program === "chat") server.broadcast({ echo: message });
			else answer(socket, type, message);
		});
		socket.on("error", (message) => say(`socket: ${message}`));
	});
	server.start();
}

/** Answers each binary message with its length. */
function receiveLarge(socket: Socket): void {
	let length = 0;
	let taken = 0;
	receiveChunks(socket, (bytes, { first, last }) => {
		if (first) length = taken = 0;
		length += bytes.byteLength;
		if (last) socket.send({ length });
		if (length - taken < digestible) return undefined;
		taken = length;
		return new Promise((resolve) => void Timer.set(resolve, 10));
	});
}

/** Returns whether a message asks for a large one. */
function isOrder(message: unknown): message is { send: number } {
	return typeof (message as { send?: unknown } | null)?.send === "number";
}

/** Yields the bytes of a message in pieces. */
function* pieces(length: number): Iterable<Uint8Array> {
	const piece = new Uint8Array(1000);
	for (let sent = 0; sent < length; sent += piece.length) yield piece;
}

function connect(options: ClientOptions, type: string, keep: (message: unknown) => void): void {
	const client = new Client(options);
	const again = () => {
		Timer.set(() => client.open(), pause);
	};
	client.on("message", (message) => {
		keep(message);
		answer(client, type, message);
	});
	client.on("error", (message) => {
		say(`client: ${message}`);
		again();
	});
	client.on("close", again);
	client.open();
}
