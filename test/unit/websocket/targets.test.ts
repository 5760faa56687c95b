import "../../../sim/node/globals.js";
import test from "ava";
import type { ClientOptions } from "../../../modules/websocket/websocket.js";
import { pass } from "../../support/clock.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { hostile } from "../../support/hostile.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { Pair, untilAttempt } from "./pair.js";

const { Client } = await import("../../../modules/websocket/websocket.js");

test.serial("url, path, headers and protocols may be functions, called before each attempt", (t) => {
	let attempt = 0;
	const pair = new Pair({
		host: "127.0.0.1",
		path: () => `/${++attempt}`,
		headers: () => ({ Authorization: `Bearer ${attempt}` }),
		protocols: () => [`v${attempt}`, "v0"],
	});
	for (const number of [1, 2, 3]) {
		const request = pair.refuse(500);
		t.true(request.startsWith(`GET /${number} HTTP/1.1\r\nHost: 127.0.0.1\r\n`));
		t.true(request.includes(`\r\nAuthorization: Bearer ${number}\r\n`));
		t.true(request.includes(`\r\nSec-WebSocket-Protocol: v${number}, v0\r\n`));
		untilAttempt();
	}
	pair.accept();
	pair.end();
	untilAttempt();
	t.true(pair.refuse(500).startsWith("GET /5 "), "also after a lost connection");
	pair.client.close();
	pass(0);
	const urls = ["ws://127.0.0.1:81/a", "ws://127.0.0.2/b"];
	const other = new Pair({ host: null, url: () => urls.shift() ?? "" });
	t.like(MemorySocket.last.options, { address: "127.0.0.1", port: 81 });
	t.true(other.refuse(500).startsWith("GET /a HTTP/1.1\r\nHost: 127.0.0.1:81\r\n"));
	untilAttempt();
	t.like(MemorySocket.last.options, { address: "127.0.0.2", port: 80 });
	t.true(other.refuse(500).startsWith("GET /b "));
	other.client.close();
	pass(0);
});

test.serial("a function without a value stands for the default", (t) => {
	const pair = new Pair({ path: () => null, headers: () => null, protocols: () => null });
	t.true(pair.refuse(500).startsWith("GET / "));
	pair.client.close();
	pass(0);
});

test.serial("an exception of a function, or an invalid value, is a failed attempt", (t) => {
	const values: unknown[] = [
		() => {
			throw new Error("no token yet");
		},
		() => "path",
		() => Promise.resolve("/"),
		() => "/at-last",
	];
	const pair = new Pair({ path: () => (values.shift() as () => string)() });
	for (let attempt = 0; attempt < 3; attempt++) {
		pass(0);
		pass(1000);
	}
	t.deepEqual(
		pair.events.filter(([event]) => event === "retry").map(([, , reason]) => reason),
		[
			"no token yet",
			'path is "path"; it must start with "/" and hold visible ASCII without space and "#"',
			"path is an object; it must be a string",
		],
	);
	t.is(pair.events[1]?.[1], "no connection after 1 attempt: no token yet", "the server is not known yet");
	pass(1000);
	t.true(pair.accept().startsWith("GET /at-last "));
	pair.client.close();
	pair.end(1000);
	const nowhere = new Pair({ host: null, url: (() => undefined) as unknown as () => string });
	pass(0);
	t.is(nowhere.events[0]?.[2], "url() is undefined; it must be a string");
	nowhere.client.close();
	pass(0);
});

test.serial("an exception may be anything, also what throws when it is looked at", (t) => {
	for (const thrown of hostile()) {
		const path = () => {
			throw thrown;
		};
		const pair = new Pair({ path, reconnect: false });
		pass(0);
		t.deepEqual(
			pair.events.map(([event]) => event),
			["retry", "error"],
		);
		t.is(typeof pair.events[0]?.[2], "string");
	}
});

test.serial("a promise of header fields is a failed attempt, not a request without them", (t) => {
	const headers = async () => ({ Authorization: "Bearer x" });
	const { count } = MemorySocket;
	const pair = new Pair({ headers: headers as never, reconnect: false });
	pass(0);
	t.is(pair.events[0]?.[2], "headers is a promise; it must be the header fields themselves");
	t.is(MemorySocket.count, count);
	t.throws(() => new Client({ headers: headers() as never }), { message: /^headers is a promise/ });
});

test.serial("the hosts of a list are tried in turn, from the first one on", (t) => {
	const host = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
	const pair = new Pair({ host });
	host.reverse();
	const tried: unknown[] = [];
	for (let attempt = 0; attempt < 5; attempt++) {
		tried.push(MemorySocket.last.options.address);
		if (attempt === 2) pair.accept();
		pair.end();
		untilAttempt();
	}
	t.deepEqual(tried, ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1", "127.0.0.2"]);
	pair.client.close();
	pass(0);
});

test("hosts and the other options are checked by the constructor, also beside functions", (t) => {
	for (const [options, message] of [
		[{ host: [] }, /^host is an array; it must be a host or a list of at least one$/],
		[{ host: ["a", 1] }, /^host is 1; it must be a string$/],
		[{ host: ["a", "b:c"] }, /^host is "b:c"/],
		[{ host: ["a", "b"], port: 0 }, /^port is 0/],
		[{ path: () => "/", port: 0 }, /^port is 0/],
		[{ url: () => "ws://a", host: "b" }, /^url and host are both given/],
		[{ url: () => "ws://a", host: ["b"] }, /^url and host are both given/],
		[{ headers: () => null, protocols: "a b" }, /^protocols has "a b"/],
		[{ host: () => "a" }, /^host is .*; it must be a string$/s],
	] as const)
		t.throws(() => new Client(options as unknown as ClientOptions), { message });
});

test.serial("a function that closes the client ends the attempt, whatever it does then", (t) => {
	for (const isOpenedAgain of [false, true])
		for (const timeBetweenRetries of [0, 50])
			for (const throws of [false, true]) {
				const events: unknown[] = [];
				let calls = 0;
				const path = () => {
					if (calls++) return "/";
					client.close();
					if (isOpenedAgain) client.open();
					if (throws) throw new Error("no path");
					return "/";
				};
				const client = new Client({ host: "127.0.0.1", path, timeBetweenRetries, connectTimeout: 0 });
				for (const event of ["open", "close", "error", "retry"] as const)
					client.on(event, () => events.push(event));
				const { count } = MemorySocket;
				client.open();
				pass(0);
				t.deepEqual(events, ["close"]);
				pass(50);
				t.is(MemorySocket.count, count + (isOpenedAgain ? 1 : 0));
				if (isOpenedAgain) {
					const socket = MemorySocket.last;
					socket.grant(1000);
					socket.receive(acceptingResponse(acceptFor(socket.take().toString("latin1"))));
					client.close();
					socket.fail();
				}
				pass(5000);
				t.deepEqual(events, isOpenedAgain ? ["close", "open", "close"] : ["close"], "nothing follows");
			}
});

test.serial("an exception of a function may have any message", (t) => {
	for (const [message, shown] of [
		[Symbol("odd"), "Symbol(odd)"],
		[undefined, "undefined"],
		[{ code: 7 }, "[object Object]"],
		[Object.create(null), "an exception without a text"],
	]) {
		const path = () => {
			throw Object.defineProperty(new Error(), "message", { value: message });
		};
		const pair = new Pair({ path, reconnect: false });
		pass(0);
		t.is(pair.events[0]?.[2], shown);
		t.is(pair.events[1]?.[1], `no connection after 1 attempt: ${shown}`);
	}
});

test.serial(
	"header fields of an iterator, subprotocols and inherited options are those of every attempt",
	(t) => {
		const protocols = ["v2", "v1"];
		const inherited = { port: 81, protocols, headers: new Map([["Authorization", "Bearer x"]]).entries() };
		for (const own of [{ host: ["127.0.0.1", "127.0.0.2"] }, { host: "127.0.0.1", path: () => "/" }]) {
			inherited.headers = new Map([["Authorization", "Bearer x"]]).entries();
			const options = Object.assign(Object.create(inherited), {
				...{ numberOfRetries: 1, timeBetweenRetries: 0, connectTimeout: 0, pingInterval: 0 },
				...own,
			});
			const client = new Client(options);
			client.open();
			for (let attempt = 0; attempt < 2; attempt++, pass(0)) {
				const socket = MemorySocket.last;
				socket.grant(1000);
				const request = socket.take().toString("latin1");
				t.regex(request, /\r\nHost: 127.0.0.\d:81\r\n/);
				t.regex(request, /\r\nAuthorization: Bearer x\r\n/);
				socket.fail();
			}
		}
	},
);
