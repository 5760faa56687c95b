import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import test, { type ExecutionContext } from "ava";
import { type WebSocket, WebSocketServer } from "ws";
import { npmRun } from "./support.js";

/** What a test suite does with one connection; returns whether it got what it wants. */
type Case = (socket: WebSocket) => Promise<boolean>;

async function closeCode(socket: WebSocket): Promise<number> {
	const [code] = await once(socket, "close");
	return code;
}

/** Sends a message, in fragments or whole, and wants it back. */
function echo(message: string | Buffer, fragment = 0): Case {
	return async (socket) => {
		const octets = Buffer.from(message as string);
		const binary = typeof message !== "string";
		if (fragment === 0) socket.send(octets, { binary });
		for (let start = 0; fragment && start < octets.length; start += fragment)
			socket.send(octets.subarray(start, start + fragment), {
				binary,
				fin: start + fragment >= octets.length,
			});
		const [data, isBinary] = await once(socket, "message");
		socket.close(1000);
		return octets.equals(data) && isBinary === binary && (await closeCode(socket)) === 1000;
	};
}

/** Sends octets that are no proper frame, and wants a close code. */
function violate(frame: string, code: number): Case {
	return async (socket) => {
		(socket as unknown as { _socket: Duplex })._socket.write(Buffer.from(frame, "hex"));
		return (await closeCode(socket)) === code;
	};
}

const cases: Record<string, Case> = {
	"short text": echo("Hällo"),
	"empty binary": echo(Buffer.alloc(0)),
	"2 MiB of text": echo("ü".repeat(1024 * 1024)),
	"2 MiB of binary": echo(randomBytes(2 * 1024 * 1024)),
	fragments: echo("fragments".repeat(1000), 64),
	"invalid UTF-8": violate("8101ff", 1007),
	"reserved bit": violate("c100", 1002),
	"a connection that breaks": async (socket) => {
		socket.terminate();
		return (await closeCode(socket)) === 1006;
	},
	"close with a code": async (socket) => {
		socket.close(4321, "because");
		return (await closeCode(socket)) === 4321;
	},
	"many at once": async (socket) => {
		for (let number = 0; number < 500; number++) socket.send(`message ${number}`);
		let wanted = 0;
		let right = true;
		socket.on("message", (data) => {
			right &&= String(data) === `message ${wanted++}`;
			if (wanted === 500) socket.close(1000);
		});
		return (await closeCode(socket)) === 1000 && right && wanted === 500;
	},
};
const names = Object.keys(cases);

interface Suite {
	readonly url: string;
	/** What was asked for, and the cases that went as they should. */
	readonly requests: string[];
	readonly passed: string[];
	/** The cases that have begun: the end of a connection may be seen here later than at the device. */
	readonly running: Promise<void>[];
	/** Listens no longer. */
	close(): void;
}

/** A server after Autobahn's example. `refuse` may answer a request in its own way, and then returns true. */
async function startSuite(
	t: ExecutionContext,
	refuse: (request: IncomingMessage, socket: Duplex, suite: Suite) => boolean = () => false,
): Promise<Suite> {
	const http = createServer();
	const server = new WebSocketServer({ noServer: true, maxPayload: 0 });
	http.listen(0, "127.0.0.1");
	await once(http, "listening");
	const { port } = http.address() as AddressInfo;
	const suite: Suite = {
		url: `ws://127.0.0.1:${port}`,
		requests: [],
		passed: [],
		running: [],
		close: () => http.close(),
	};
	let next = 0;
	http.on("upgrade", (request, stream, head) => {
		const url = new URL(request.url as string, suite.url);
		suite.requests.push(`${url.pathname}${url.search}`);
		stream.on("error", () => {});
		if (refuse(request, stream, suite)) return;
		server.handleUpgrade(request, stream, head, (socket) => {
			socket.on("error", () => {});
			const name = names[url.pathname === "/runNext" ? next++ : Number(url.searchParams.get("case")) - 1];
			if (url.pathname === "/getCaseCount") socket.send(String(names.length));
			if (url.pathname.startsWith("/run") && name)
				suite.running.push(
					(cases[name] as Case)(socket).then((passed) => {
						if (passed) suite.passed.push(name);
					}),
				);
			else socket.close();
		});
	});
	t.teardown(() => {
		for (const client of server.clients) client.terminate();
		http.close();
	});
	return suite;
}

test("every case is run, every message echoed, the reports are asked for, and the status is 0", async (t) => {
	const suite = await startSuite(t);
	const command = npmRun(t, "echo:client", "--url", suite.url, "--agent", "a b&c");
	t.is(await command.status(), 0);
	await Promise.all(suite.running);
	t.deepEqual(suite.passed, names);
	t.deepEqual(suite.requests, [
		"/getCaseCount",
		...names.map((_, index) => `/runCase?case=${index + 1}&agent=a%20b%26c`),
		"/updateReports?agent=a%20b%26c",
	]);
	const count = names.length;
	t.is(command.said.output, `echo client ready: ${count} cases of ${suite.url}\n${count} cases done\n`);
	t.is(command.said.errors, "");
});

test("--next goes on after whatever goes wrong, until it is answered with 404", async (t) => {
	let faults = 0;
	const suite = await startSuite(t, (_request, socket, { passed }) => {
		if (passed.length === 3 && faults < 3) {
			const status = ["101 Switching Protocols", "500 Internal Server Error"][faults++];
			if (status) socket.end(`HTTP/1.1 ${status}\r\n\r\n`);
			else socket.destroy();
			return true;
		}
		if (passed.length < names.length) return false;
		socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
		return true;
	});
	const command = npmRun(t, "echo:client", "--url", `${suite.url}/`, "--agent", "me", "--next");
	t.is(await command.status(), 0);
	await Promise.all(suite.running);
	t.deepEqual(suite.passed, names);
	t.is(suite.requests.length, names.length + 4);
	t.true(suite.requests.every((request) => request === "/runNext?agent=me"));
	t.regex(command.said.output, /^echo client ready: .*\n\d+ cases done\n$/);
	t.is(command.said.errors, "");
});

test("--next ends with status 0 when the connection is refused", async (t) => {
	const suite = await startSuite(t, (_request, _socket, { requests, close }) => {
		// The last one: its connection goes on, the next one finds nobody.
		if (requests.length === 3) close();
		return false;
	});
	const command = npmRun(t, "echo:client", "--url", suite.url, "--next");
	t.is(await command.status(), 0);
	await Promise.all(suite.running);
	t.deepEqual(suite.passed, names.slice(0, 3));
	t.regex(command.said.output, /\n3 cases done\n$/);
});

test("a suite that is not there, or says nothing sensible, is one sentence and status 1", async (t) => {
	const suite = await startSuite(t);
	suite.close();
	const alone = npmRun(t, "echo:client", "--url", suite.url);
	t.is(await alone.status(), 1);
	t.regex(
		alone.said.errors,
		/^The echo client failed: no connection to 127\.0\.0\.1:\d+ after 11 attempts: .*\n$/,
	);
	t.is(alone.said.output, "");

	const wrong = npmRun(t, "echo:client", "--url", "http://127.0.0.1:9001");
	t.is(await wrong.status(), 1);
	t.is(wrong.said.errors, "--url is http://127.0.0.1:9001: it must be like ws://127.0.0.1:9001.\n");
});
