import "../../../sim/node/globals.js";
import test, { type ExecutionContext } from "ava";
import type { Listener } from "../../../modules/websocket/engine.js";
import { Server, type ServerOptions } from "../../../modules/websocket/server.js";

/** A TCP socket that a listener gives: one that is taken over stays open until its new owner closes it. */
class FakeSocket {
	readonly remoteAddress: string | undefined;
	closed = false;
	taken = false;

	constructor(options: { from?: FakeSocket; remoteAddress?: string }) {
		this.remoteAddress = options.from?.remoteAddress ?? options.remoteAddress;
		if (options.from) options.from.taken = true;
	}

	close(): void {
		this.closed = true;
	}
}

/** A listener whose connections are those that the test gives it. */
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

	/** A connection from an address: whether the server keeps it. */
	admits(remoteAddress: string | undefined): boolean {
		const socket = new FakeSocket(remoteAddress === undefined ? {} : { remoteAddress });
		this.#waiting.push(socket);
		this.options.onReadable.call(this);
		if (socket.taken === socket.closed) throw new Error("a connection is either taken over or closed");
		return socket.taken;
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
	test(`a server on ${hostInterface} lets in this device alone, where every interface is listened on`, (t) => {
		const listener = listening(t, { hostInterface, maxConnections: 10 });
		for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
			t.true(listener.admits(address), address);
		for (const address of ["192.0.2.1", "1.127.0.0", "::2", "::ffff:192.0.2.1", "fe80::1", "", undefined])
			t.false(listener.admits(address), address);
	});
}

test("a server on localhost or 0.0.0.0 lets in everybody", (t) => {
	for (const options of [{}, { hostInterface: "localhost" }, { hostInterface: "0.0.0.0" }]) {
		const listener = listening(t, options);
		t.is(listener.options.address, undefined);
		for (const address of ["127.0.0.1", "192.0.2.1"]) t.true(listener.admits(address), address);
	}
});

test("as many connections as the server takes wait for a 503 at a time; more are closed without a word", (t) => {
	const listener = listening(t, { maxConnections: 3, handshakeTimeout: 0 });
	for (let count = 0; count < 3 + 3; count++) t.true(listener.admits("192.0.2.1"));
	for (let count = 0; count < 5; count++) t.false(listener.admits("192.0.2.1"));
});
