import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import test, { type ExecutionContext } from "ava";
import { type WebSocket, WebSocketServer } from "ws";
import { npmRun } from "./support.js";

/** Tests one connection; returns whether it passed. */
type Case = (socket: WebSocket) => Promise<boolean>;

async function closeCode(socket: WebSocket): Promise<number> {
	const [code] = await once(socket, "close");
	return code;
}

/** Sends a message, whole or in fragments, and expects it back. */
function echo(message: string | Buffer, fragment = 0): Case {
	return async (socket) => {
		const bytes = Buffer.from(message as string);
		const binary = typeof message !== "string";
		if (fragment === 0) socket.send(bytes, { binary });
		for (let start = 0; fragment && start < bytes.length; start += fragment)
			socket.send(bytes.subarray(start, start + fragment), {
				binary,
				fin: start + fragment >= bytes.length,
			});
		const [data, isBinary] = await once(socket, "message");
		socket.close(1000);
		return bytes.equals(data) && isBinary === binary && (await closeCode(socket)) === 1000;
	};
}

/** Sends an invalid frame and expects a close code. */
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
	/** Requested paths, and the names of passed cases. */
	readonly requests: string[];
	readonly passed: string[];
	/** Started cases. The end of a connection may be noticed later here than on the device. */
	readonly running: Promise<void>[];
	/** Stops listening. */
	close(): void;
}

/** Starts a server that works like Autobahn's. `refuse` may answer a request itself; it then returns true. */
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

test("runs every case, echoes every message, requests the reports, and ends with status 0", async (t) => {
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
	t.is(command.printed.output, `echo client ready: ${count} cases of ${suite.url}\n${count} cases done\n`);
	t.is(command.printed.errors, "");
});

test("--next continues after failures until the answer is 404", async (t) => {
	let faults = 0;
	const suite = await startSuite(t, (_request, socket, { requests }) => {
		if (requests.length > 3 && faults < 3) {
			const status = ["101 Switching Protocols", "500 Internal Server Error"][faults++];
			if (status) socket.end(`HTTP/1.1 ${status}\r\n\r\n`);
			else socket.destroy();
			return true;
		}
		if (requests.length <= names.length + faults) return false;
		socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
		return true;
	});
	const command = npmRun(t, "echo:client", "--url", `${suite.url}/`, "--agent", "me", "--next");
	t.is(await command.status(), 0);
	await Promise.all(suite.running);
	t.deepEqual(suite.passed, names);
	t.is(suite.requests.length, names.length + 4);
	t.true(suite.requests.every((request) => request === "/runNext?agent=me"));
	t.regex(command.printed.output, /^echo client ready: .*\n\d+ cases done\n$/);
	t.is(command.printed.errors, "");
});

test("--next ends with status 0 when the connection is refused", async (t) => {
	const suite = await startSuite(t, (_request, _socket, { requests, close }) => {
		// This connection continues; the next one is refused.
		if (requests.length === 3) close();
		return false;
	});
	const command = npmRun(t, "echo:client", "--url", suite.url, "--next");
	t.is(await command.status(), 0);
	await Promise.all(suite.running);
	t.deepEqual(suite.passed, names.slice(0, 3));
	t.regex(command.printed.output, /\n3 cases done\n$/);
});

test("an unreachable server or an invalid URL is reported in one line, with status 1", async (t) => {
	const suite = await startSuite(t);
	suite.close();
	const alone = npmRun(t, "echo:client", "--url", suite.url);
	t.is(await alone.status(), 1);
	t.regex(
		alone.printed.errors,
		/^The echo client failed: no connection to 127\.0\.0\.1:\d+ after 11 attempts: .*\n$/,
	);
	t.is(alone.printed.output, "");

	const wrong = npmRun(t, "echo:client", "--url", "http://127.0.0.1:9001");
	t.is(await wrong.status(), 1);
	t.is(wrong.printed.errors, "--url is http://127.0.0.1:9001: it must be like ws://127.0.0.1:9001.\n");
});
