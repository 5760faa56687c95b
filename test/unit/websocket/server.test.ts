import "../../../sim/node/globals.js";
import test, { type ExecutionContext } from "ava";
import type { Listener } from "../../../modules/channel/network.js";
import { Server, type ServerOptions } from "../../../modules/websocket/server.js";

/** An accepted TCP socket. After a takeover it stays open until its new owner closes it. */
class FakeSocket {
	readonly remoteAddress: string | undefined;
	closed = false;
	/** The new owner after a takeover. */
	owner: FakeSocket | undefined;

	constructor(options: { from?: FakeSocket; remoteAddress?: string }) {
		if (options.from?.isLost) throw new Error("invalid from");
		this.remoteAddress = options.from?.remoteAddress ?? options.remoteAddress;
		if (options.from) options.from.owner = this;
	}

	/** True if the connection was reset before it was read, or lwIP had no memory for it. */
	get isLost(): boolean {
		return false;
	}

	/** The socket that has the connection now. */
	get current(): FakeSocket {
		return this.owner?.current ?? this;
	}

	close(): void {
		this.closed = true;
	}
}

/** A socket as lwIP's: to ask it for an address dereferences a null pointer, and it takes memory until it is closed. */
class LostSocket extends FakeSocket {
	static addressesRead = 0;

	override get isLost(): boolean {
		return true;
	}
}

Object.defineProperty(LostSocket.prototype, "remoteAddress", {
	get: () => {
		LostSocket.addressesRead++;
		return "";
	},
	set: () => {},
});

/** A TCP listener whose connections the test makes. */
class FakeListener implements Listener {
	static last: FakeListener;
	static bindsAddress = false;
	readonly port = 8080;
	readonly options: { address?: string; onReadable(this: Listener): void };
	#waiting: FakeSocket[] = [];

	constructor(options: object) {
		this.options = options as FakeListener["options"];
		FakeListener.last = this;
	}

	/** Connects from an address. Returns whether the server keeps the connection. */
	admits(remoteAddress: string | undefined): boolean {
		return !this.connect(remoteAddress).current.closed;
	}

	connect(remoteAddress: string | undefined, Socket = FakeSocket): FakeSocket {
		const socket = new Socket(remoteAddress === undefined ? {} : { remoteAddress });
		this.#waiting.push(socket);
		this.options.onReadable.call(this);
		return socket;
	}

	read(): FakeSocket | undefined {
		return this.#waiting.shift();
	}

	close(): void {}
}

Object.assign(globalThis, { device: { network: { ws: { io: Object, listener: { io: FakeListener } } } } });

function listening(t: ExecutionContext, options: ServerOptions): FakeListener {
	const server = new Server(options);
	server.start();
	t.teardown(() => server.stop());
	return FakeListener.last;
}

for (const hostInterface of ["127.0.0.1", "127.1.2.3", "::1"]) {
	test(`a server on ${hostInterface} accepts local connections only, even if the platform listens on every interface`, (t) => {
		const listener = listening(t, { hostInterface, maxConnections: 10 });
		for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
			t.true(listener.admits(address), address);
		for (const address of ["192.0.2.1", "1.127.0.0", "::2", "::ffff:192.0.2.1", "fe80::1", "", undefined])
			t.false(listener.admits(address), address);
	});
}

test("a server on localhost or 0.0.0.0 accepts connections from everywhere", (t) => {
	for (const options of [{}, { hostInterface: "localhost" }, { hostInterface: "0.0.0.0" }]) {
		const listener = listening(t, options);
		t.is(listener.options.address, undefined);
		for (const address of ["127.0.0.1", "192.0.2.1"]) t.true(listener.admits(address), address);
	}
});

test("beyond twice maxConnections TCP connections 128 wait; then each new one replaces the oldest silent one", (t) => {
	const listener = listening(t, { maxConnections: 3, handshakeTimeout: 0 });
	const sockets = Array.from({ length: 150 }, () => listener.connect("192.0.2.1"));
	t.deepEqual(
		sockets.map((socket) => socket.owner?.closed),
		[...new Array(16).fill(true), ...new Array(6).fill(false), ...new Array(128).fill(undefined)],
	);
});

test("stop() ends the connections that wait, too", async (t) => {
	const server = new Server({ maxConnections: 1, handshakeTimeout: 0 });
	server.start();
	const listener = FakeListener.last;
	const sockets = Array.from({ length: 5 }, () => listener.connect("192.0.2.1"));
	server.stop();
	await new Promise<void>((resolve) => server.on("close", resolve));
	t.deepEqual(
		sockets.map((socket) => (socket.owner ?? socket).closed),
		new Array(5).fill(true),
	);
});

for (const hostInterface of ["localhost", "127.0.0.1"]) {
	test(`on ${hostInterface} a connection that is lost before it is accepted is closed, and not asked for its address`, (t) => {
		const listener = listening(t, { hostInterface, maxConnections: 1, handshakeTimeout: 0 });
		LostSocket.addressesRead = 0;
		t.true(listener.connect(undefined, LostSocket).closed);
		t.is(LostSocket.addressesRead, 0);
		// The next ones are not disturbed.
		t.true(listener.admits("127.0.0.1"));
	});
}

test("a connection that is lost while it waits for room is closed", (t) => {
	const listener = listening(t, { maxConnections: 1, handshakeTimeout: 0 });
	const sockets = Array.from({ length: 2 }, () => listener.connect("192.0.2.1"));
	const waiting = listener.connect(undefined, LostSocket);
	t.false(waiting.closed);
	// As many more as make room at once.
	for (let count = 0; count < 130; count++) sockets.push(listener.connect("192.0.2.1"));
	t.true(waiting.closed);
});

test("hostInterface is not case-sensitive and may be IPv6", (t) => {
	for (const hostInterface of ["LocalHost", "0.0.0.0", "::", "", null]) {
		const listener = listening(t, {
			hostInterface,
			path: "",
			port: null,
			allowedOrigins: null,
		} as ServerOptions);
		t.is(listener.options.address, undefined);
		t.true(listener.admits("192.0.2.1"));
	}
	t.false(listening(t, { hostInterface: "::FFFF:127.0.0.1" }).admits("192.0.2.1"));
});

test("the address of an interface is bound where the platform can; elsewhere an error lists the alternatives", async (t) => {
	const server = new Server({ hostInterface: "192.0.2.9" });
	const errors: string[] = [];
	server.on("error", (message) => errors.push(message));
	server.start();
	await new Promise((resolve) => setTimeout(resolve));
	for (const part of ['"192.0.2.9"', '"localhost"', '"0.0.0.0"', '"::"', '"127.0.0.1"'])
		t.true(errors[0]?.includes(part), errors[0]);
	FakeListener.bindsAddress = true;
	t.teardown(() => {
		FakeListener.bindsAddress = false;
	});
	t.is(listening(t, { hostInterface: "192.0.2.9" }).options.address, "192.0.2.9");
});

test("path and allowedOrigins that can never match throw a RangeError", (t) => {
	t.throws(() => new Server({ path: "/ws?x" }), { instanceOf: RangeError, message: /^path is "\/ws\?x"/ });
	for (const origin of [
		"example.com",
		"https://example.com/",
		"https://example.com/path",
		"https://",
		"://example.com",
		"https://a b",
		"https://*.example.com",
		"https://user@example.com",
		"http://example.com:80",
		"https://example.com:443",
		"https://exa mple.com",
		"localhost:8080",
		"Null ",
		"Same",
	])
		for (const allowedOrigins of [origin, ["https://a.example", origin]])
			t.throws(() => new Server({ allowedOrigins }), {
				instanceOf: RangeError,
				// Characters beyond ASCII are shown escaped.
				message: new RegExp(
					`^allowedOrigins is "${origin.replaceAll(/[.*?]/g, "\\$&").replace("ä", "\\\\xe4")}"; it must be`,
				),
			});
	for (const origin of [
		"*",
		"same",
		"null",
		"https://Example.com",
		"http://192.0.2.7:8080",
		"http://[::1]:8080",
		"app://x",
	])
		t.notThrows(() => new Server({ allowedOrigins: origin }));
});

test("sockets is frozen, and a new array each time", (t) => {
	const server = new Server();
	t.deepEqual(server.sockets, []);
	t.true(Object.isFrozen(server.sockets));
	t.not(server.sockets, server.sockets);
});
