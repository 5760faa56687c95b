import { randomBytes } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import { WebSocket } from "ws";
import { type WsConnection, wsConnect } from "../support/wspeer.js";
import { type Command, npmRun, takenPort } from "./support.js";

const maxMessage = 3 * 1024 * 1024;

/** One server for all tests: it must still work after each of them. */
let server: Command;
let port: number;

async function start(t: ExecutionContext | undefined, ...parameters: string[]): Promise<[Command, number]> {
	const command = npmRun(t, "echo:server", ...parameters);
	const [, bound] = await command.line(/^echo server ready on ws:\/\/127\.0\.0\.1:(\d+)\n$/);
	return [command, Number(bound)];
}

test.before(async () => {
	[server, port] = await start(undefined, "--port", "0", "--max-message", String(maxMessage));
});

test.after.always(async (t) => {
	server.signal("SIGTERM");
	t.is(await server.status(), 0);
	t.is(server.printed.errors, "");
});

async function open(t: ExecutionContext): Promise<WsConnection> {
	const connection = await wsConnect("127.0.0.1", port, "/", [], {
		perMessageDeflate: false,
		maxPayload: 0,
	});
	t.teardown(() => connection.socket.terminate());
	return connection;
}

async function echoes(
	t: ExecutionContext,
	connection: WsConnection,
	message: string | Buffer,
): Promise<void> {
	connection.send(message);
	const echo = await connection.message();
	t.is(typeof echo, typeof message);
	t.true(Buffer.from(message as string).equals(Buffer.from(echo as string)), `of ${message.length}`);
}

test("text and binary messages of every length encoding are echoed", async (t) => {
	const connection = await open(t);
	for (const length of [0, 1, 125, 126, 127, 128, 65535, 65536]) {
		await echoes(t, connection, "é".repeat(length / 2) + "x".repeat(length % 2));
		await echoes(t, connection, randomBytes(length));
	}
	await echoes(t, connection, '\uFEFF{"not": "parsed"\0 \u{1F600}');
});

test("messages up to --max-message are echoed, also in fragments; longer ones close with 1009", async (t) => {
	const connection = await open(t);
	await echoes(t, connection, randomBytes(maxMessage));
	await echoes(t, connection, "m".repeat(maxMessage));
	const bytes = randomBytes(maxMessage);
	const piece = maxMessage / 48;
	for (let start = 0; start < maxMessage; start += piece)
		connection.socket.send(bytes.subarray(start, start + piece), { fin: start + piece === maxMessage });
	t.true(bytes.equals((await connection.message()) as Buffer));
	connection.send(Buffer.alloc(maxMessage + 1));
	t.is((await connection.closed()).code, 1009);
});

test("a text message in two thousand fragments with pings in between is echoed", async (t) => {
	const connection = await open(t);
	let pongs = 0;
	connection.socket.on("pong", () => pongs++);
	const parts = Array.from({ length: 2000 }, (_, number) => ` ${number} ü`);
	parts.forEach((part, number) => {
		connection.socket.send(part, { fin: number === parts.length - 1, binary: false });
		if (number % 500 === 0) connection.socket.ping(String(number));
	});
	t.is(await connection.message(), parts.join(""));
	t.true(pongs > 0);
});

test("thousands of messages sent at once are echoed in order", async (t) => {
	const connection = await open(t);
	for (let number = 0; number < 3000; number++)
		connection.send(number % 2 ? `text ${number}` : Buffer.from(`bytes ${number}`));
	for (let number = 0; number < 3000; number++) {
		const message = await connection.message();
		if (String(message) !== `${number % 2 ? "text" : "bytes"} ${number}`)
			return t.fail(`${number}: ${message}`);
	}
	t.pass();
});

test("messages that a peer sends before it reads are echoed in order", async (t) => {
	const connection = await open(t);
	connection.socket.pause();
	// One fits the device's send buffer, three the system's buffers, and four the echo queue.
	const messages = Array.from({ length: 5 }, () => randomBytes(maxMessage));
	const { socket } = connection;
	await Promise.all(messages.map((message) => new Promise((resolve) => socket.send(message, resolve))));
	socket.resume();
	for (const message of messages) t.true(message.equals((await connection.message()) as Buffer));
	await echoes(t, connection, "in step again");
});

test("hundreds of connections are served, in sequence and in parallel", async (t) => {
	for (let number = 0; number < 100; number++) {
		const connection = await open(t);
		await echoes(t, connection, `one ${number}`);
		connection.socket.close(1000);
		t.is((await connection.closed()).code, 1000);
	}
	const connections = await Promise.all(Array.from({ length: 100 }, () => open(t)));
	await Promise.all(connections.map((connection, number) => echoes(t, connection, `many ${number}`)));
});

test("close codes are echoed, and violations get the right close code", async (t) => {
	for (const code of [1000, 1001, 1007, 1011, 3000, 4999]) {
		const connection = await open(t);
		connection.socket.close(code, "a reason");
		t.is((await connection.closed()).code, code);
	}
	for (const [code, frame] of [
		[1007, "8184000000003cffff3e"],
		[1002, "f18000000000"],
		[1002, "8b8000000000"],
		[1002, "8100"],
	] as const) {
		const connection = await open(t);
		// A frame that ws cannot send: write it directly to the socket.
		(connection.socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(
			Buffer.from(frame, "hex"),
		);
		t.is((await connection.closed()).code, code, frame);
	}
	for (let number = 0; number < 10; number++) (await open(t)).socket.terminate();
	await echoes(t, await open(t), "still there");
});

test("only a peer that sends without reading is closed", async (t) => {
	const [command, own] = await start(t, "--port", "0", "--max-message", "65536");
	const greedy = new WebSocket(`ws://127.0.0.1:${own}`);
	const closed = new Promise<number>((resolve) => greedy.on("close", resolve));
	greedy.on("error", () => {});
	await new Promise((resolve) => greedy.on("open", resolve));
	greedy.pause();
	const message = Buffer.alloc(65536);
	// More than all buffers can hold.
	const sent = Array.from({ length: 400 }, () => new Promise((resolve) => greedy.send(message, resolve)));
	await Promise.all(sent);
	greedy.resume();
	// The close frame arrives only if the peer reads again in time.
	t.true([1013, 1006].includes(await closed));
	const other = await wsConnect("127.0.0.1", own);
	await echoes(t, other, "served");
	t.is(command.printed.errors, "");
	command.signal("SIGINT", true);
	t.is(await command.status(), 0);
	t.not((await other.closed()).code, 1000);
});

test("a port in use is reported in one line, with status 1", async (t) => {
	const taken = await takenPort(t);
	const command = npmRun(t, "echo:server", "--port", String(taken));
	t.is(await command.status(), 1);
	t.is(command.printed.output, "");
	t.regex(command.printed.errors, new RegExp(`^Port ${taken} is not available, .*--port.*\\n$`));
});

test("invalid options are reported in one line, with status 1", async (t) => {
	for (const [parameters, sentence] of [
		[["--port", "http"], /^--port is http: it must be a whole number from 0 to 65535\.\n$/],
		[["--max-message", "0"], /^--max-message is 0: it must be a whole number from 1 to \d+\.\n$/],
		[["--pört"], /^Unknown option '--pört'.*\n$/],
	] as const) {
		const command = npmRun(t, "echo:server", ...parameters);
		t.is(await command.status(), 1);
		t.regex(command.printed.errors, sentence);
	}
});
