import "../../../sim/node/globals.js";
import test from "ava";
import { settings } from "../../../modules/tls/settings.js";
import type { ClientOptions } from "../../../modules/websocket/websocket.js";
import { pass } from "../../support/clock.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { exact, Pair, untilAttempt } from "./pair.js";

test.before(() => {
	const socket = { io: MemorySocket };
	const network = { ws: { socket }, wss: { socket: { ...socket, settings } } };
	Object.assign(globalThis, { device: { network } });
});

/** Returns the reasons of the failed attempts. */
function reasons({ events }: Pair): unknown[] {
	return events.filter(([event]) => event === "retry").map(([, , reason]) => reason);
}

/** Makes a client whose URLs are these, one for each attempt. */
function visiting(urls: readonly string[], options: ClientOptions = {}): Pair {
	const rest = [...urls];
	return new Pair({ host: null, url: () => rest.shift() as string, ...options });
}

function end({ client }: Pair): void {
	client.close();
	pass(0);
}

test.serial("each attempt has the settings of TLS for its own URL", (t) => {
	const pair = visiting(["wss://127.0.0.1", "wss://127.0.0.2:444/b"], { tls: { verify: false } });
	const secure = { verify: false, cache: false };
	t.like(MemorySocket.last.options, { port: 443, secure: { ...secure, serverName: "127.0.0.1" } });
	t.true(pair.refuse(500).startsWith("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
	t.is(untilAttempt(), 100);
	t.like(MemorySocket.last.options, { port: 444, secure: { ...secure, serverName: "127.0.0.2" } });
	t.true(pair.refuse(500).startsWith("GET /b HTTP/1.1\r\nHost: 127.0.0.2:444\r\n"));
	end(pair);
});

test.serial("each attempt has the settings of TLS for its own host of a list", (t) => {
	const pair = new Pair({ host: ["127.0.0.1", "127.0.0.2"], tls: {} });
	const names: unknown[] = [];
	for (let attempt = 0; attempt < 3; attempt++) {
		const { options } = MemorySocket.last as unknown as { options: { secure: { serverName: string } } };
		names.push(options.secure.serverName);
		pair.end();
		untilAttempt();
	}
	t.deepEqual(names, ["127.0.0.1", "127.0.0.2", "127.0.0.1"]);
	end(pair);
});

test.serial("a URL in the clear after one with TLS is a failed attempt, and nothing is sent", (t) => {
	const pair = visiting(["ws://127.0.0.1", "wss://127.0.0.1", "ws://127.0.0.1", "wss://127.0.0.1"]);
	t.false("secure" in MemorySocket.last.options);
	pair.refuse(500);
	t.is(untilAttempt(), 100);
	t.true("secure" in MemorySocket.last.options);
	pair.refuse(500);
	const { count } = MemorySocket;
	pass(200);
	pass(0);
	t.is(MemorySocket.count, count);
	t.is(
		reasons(pair)[2],
		'url() is "ws://127.0.0.1"; it must be one that starts with "wss://", as one before',
	);
	t.false(pair.failures.at(-1)?.permanent);
	t.is(untilAttempt(), 400);
	t.true("secure" in MemorySocket.last.options);
	end(pair);
});

test.serial("options for TLS are checked at once, and every URL must be with TLS then", (t) => {
	t.throws(() => visiting([], { tls: { ca: Uint8Array.of(1) } }), { message: /^tls\.ca is not in DER/ });
	const { count } = MemorySocket;
	const pair = visiting(["ws://127.0.0.1", "wss://127.0.0.1"], { tls: {} });
	pass(0);
	t.is(MemorySocket.count, count);
	t.regex(reasons(pair)[0] as string, /^tls is given, but the connection is without TLS/);
	t.is(untilAttempt(), 100);
	t.true("secure" in MemorySocket.last.options);
	end(pair);
});

test.serial("the default of connectTimeout is that of the attempt's URL", (t) => {
	const urls = ["ws://127.0.0.1", "wss://127.0.0.1", "wss://127.0.0.1"];
	for (const [connectTimeout, limits] of [
		[null, [1000, 15_000]],
		[2000, [2000, 2000]],
	] as const) {
		const pair = visiting(urls, { connectTimeout });
		for (const limit of limits) {
			const before = reasons(pair).length;
			pass(limit - 1);
			t.is(reasons(pair).length, before);
			pass(1);
			t.is(reasons(pair).at(-1), `no connection within ${limit} ms (connectTimeout)`);
			untilAttempt();
		}
		end(pair);
	}
});

for (const reconnect of [exact, false] as const)
	test.serial(`a refused certificate ends the attempts, ${reconnect ? "with" : "without"} reconnect`, (t) => {
		const pair = new Pair({ tls: {}, numberOfRetries: 5, reconnect });
		const { onError } = MemorySocket.last.options as unknown as {
			onError(this: MemorySocket, error: Error): void;
		};
		const error = Object.assign(new Error("the certificate of 127.0.0.1 was refused"), { permanent: true });
		onError.call(MemorySocket.last, error);
		const failure = { permanent: true };
		t.deepEqual(pair.events, [
			["retry", 1, error.message, failure],
			["error", `no connection to 127.0.0.1:443 after 1 attempt: ${error.message}`, failure],
		]);
		t.is(untilAttempt(), undefined);
		pair.client.open();
		pass(0);
		pair.accept();
		t.deepEqual(pair.events.at(-1), ["open"]);
		end(pair);
	});

test.serial("a function may close the client: there is no attempt then", (t) => {
	const { count } = MemorySocket;
	const pair: Pair = new Pair({
		path: () => {
			if (MemorySocket.count > count) pair.client.close();
			return "/";
		},
	});
	t.is(MemorySocket.count, count + 1);
	pair.refuse(500);
	t.is(untilAttempt(), undefined);
	t.deepEqual(pair.events.at(-1), ["close", 1006, ""]);
});
