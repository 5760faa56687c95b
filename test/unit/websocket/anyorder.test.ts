/** A Server whose methods are called in any order, also by its own listeners, while its peers do anything. */
import "../../../sim/node/globals.js";
import test from "ava";
import type { Server } from "../../../modules/websocket/server.js";
import type { Socket } from "../../../modules/websocket/socket.js";
import { AnyOrder } from "../../support/anyorder.js";
import { pass } from "../../support/clock.js";
import { frame, opcodes } from "../../support/frames.js";
import { upgradeHeaders, upgradeRequest } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { Random } from "../../support/random.js";

// The device modules read the globals of the SDK's engine when they are loaded.
const webSocket = await import("../../../modules/websocket/websocket.js");
const { makeVerifier } = await import("../../../modules/verify/verifier.js");
const { arrivalOf } = await import("../../../modules/attach/attach.js");
const { broadcast } = await import("../../../modules/broadcast/broadcast.js");
const { makePages } = await import("../../../modules/pages/pages.js");

/** As strict as lwIP: a connection is moved once, and not after it was lost, and has no address then. */
class Connection extends MemorySocket {
	isLost = false;

	constructor(options: { from?: Connection } = {}) {
		const { from } = options;
		if (from?.isLost || from?.successor || from?.isClosed) throw new Error("invalid from");
		super(options);
	}
}

class Listener {
	static open: Listener | undefined;
	static isPortTaken = false;
	readonly port = 80;
	readonly pending: Connection[] = [];
	readonly options: { onReadable(): void };

	constructor(options: object) {
		if (Listener.isPortTaken) throw new Error("bind");
		this.options = options as Listener["options"];
		Listener.open = this;
	}

	read(): Connection | undefined {
		return this.pending.shift();
	}

	close(): void {
		Listener.open = undefined;
	}
}

const ws = {
	verify: makeVerifier,
	attach: arrivalOf,
	broadcast,
	pages: makePages,
	listener: { io: Listener },
};
Object.assign(globalThis, { device: { network: { ws } } });

/** One server with its peers. */
class Play extends AnyOrder {
	private readonly server: Server;
	private readonly most: number;
	private readonly connections: Connection[] = [];
	private readonly sockets: Socket[] = [];
	/** Settles what verify() has promised. */
	private readonly promised: ((verdict: unknown) => void)[] = [];
	private depth = 0;

	constructor(seed: number) {
		super(seed);
		this.most = this.random.integer(1, 3);
		Listener.open = undefined;
		Listener.isPortTaken = false;
		this.server = new webSocket.Server({
			maxConnections: this.most,
			handshakeTimeout: this.random.pick([0, 5000]),
			closeTimeout: 1000,
			pages: { "/page": new ArrayBuffer(3000) },
			verify: this.random.pick([undefined, null, () => this.verify() as boolean]),
		} as object);
		for (const event of ["listening", "error"] as const) this.server.on(event, () => this.onEvent(event));
		this.server.on("connection", (socket) => this.onConnection(socket));
		this.server.on("close", () => {
			if (this.taken.length) this.problems.push(`close, but ${this.taken.length} connections`);
			this.onEvent("close");
		});
	}

	/** One step: of the app, or of the network. */
	step(): void {
		if (this.random.next() < 0.35) this.useModule();
		else this.useNetwork();
		if (this.server.sockets.length > this.most) this.problems.push("more than maxConnections");
	}

	/** Nothing may be left after stop(), and the server can be used again. */
	async end(): Promise<void> {
		this.depth = 10;
		Listener.isPortTaken = false;
		const settle = async () => {
			for (let count = 0; count < 6; count++, await null) this.outside("time", () => pass(20000));
		};
		await settle();
		this.run("stop", () => this.server.stop());
		await settle();
		if (this.taken.length) this.problems.push(`${this.taken.length} connections at the end`);
		const from = this.log.length;
		for (const method of ["start", "stop"] as const) {
			this.run(method, () => this.server[method]());
			await settle();
		}
		const events = this.log.slice(from).filter((entry) => entry.startsWith("event"));
		if (events.join() !== "event listening,event close") this.problems.push(`at the end: ${events}`);
	}

	/** The connections that the server has taken over and not ended. */
	private get taken(): Connection[] {
		return this.alive.filter((connection) => connection.options.from);
	}

	private get alive(): Connection[] {
		return this.connections
			.map((first) => {
				let last: MemorySocket = first;
				while (last.successor) last = last.successor;
				return last as Connection;
			})
			.filter((connection) => !connection.isClosed);
	}

	private verify(): unknown {
		this.useModuleInside();
		switch (this.random.integer(0, 5)) {
			case 0:
				return false;
			case 1:
				throw this.random.pick([Symbol("odd"), new Error("broken"), Object.create(null)]);
			case 2:
				return { status: 429 };
			case 3:
				return new Promise((resolve) => this.promised.push(resolve));
			case 4:
				// biome-ignore lint/suspicious/noThenProperty: verify() may return any thenable
				return { then: (resolve: (verdict: unknown) => void) => this.promised.push(resolve) };
		}
		return true;
	}

	private onConnection(socket: Socket): void {
		this.sockets.push(socket);
		let isClosed = false;
		for (const event of ["open", "message", "error", "drain", "close"] as const)
			socket.on(event, () => {
				if (isClosed) this.problems.push(`${event} of a socket after its close`);
				isClosed ||= event === "close";
				this.onEvent(`${event} of a socket`);
			});
		this.onEvent("connection");
	}

	private onEvent(event: string): void {
		this.log.push(`event ${event}`);
		if (this.method) this.problems.push(`${event} inside ${this.method}`);
		this.useModuleInside();
	}

	/** What listeners, verify() and toJSON() do. */
	private useModuleInside(): void {
		if (this.depth > 3 || this.random.next() < 0.6) return;
		this.depth++;
		const { method } = this;
		this.useModule();
		this.method = method;
		if (this.random.next() < 0.2) this.settleOne();
		this.depth--;
	}

	private settleOne(): void {
		const verdict = this.random.pick([true, true, false, 5, Symbol("odd")]);
		this.outside("settle", () => this.promised.shift()?.(verdict));
	}

	private useModule(): void {
		const { random, server, sockets } = this;
		const socket = sockets.length ? random.pick(sockets) : undefined;
		const value = { toJSON: () => this.useModuleInside() ?? 1 };
		switch (random.choose({ start: 4, stop: 1, attach: 5, close: 4, broadcast: 4, send: 4 })) {
			case "start":
				return this.run("start", () => server.start());
			case "stop":
				return this.run("stop", () => server.stop());
			case "attach": {
				const connection = this.arrive();
				const request = {
					method: "GET",
					path: "/",
					headers: random.pick([upgradeHeaders, upgradeHeaders, {}]),
				};
				for (let count = random.pick([1, 1, 1, 2]); count > 0; count--)
					this.run("attach", () => server.attach(connection, request));
				return;
			}
			case "close":
				return this.run("close", () => socket?.close());
			case "broadcast":
				return this.run("broadcast", () => server.broadcast(value, { except: socket ?? null }));
			case "send":
				return this.run("send", () => socket?.send("x".repeat(random.integer(1, 900))));
		}
	}

	private arrive(): Connection {
		const connection = new Connection({ remoteAddress: "192.0.2.1" } as object);
		connection.window = 1000;
		this.connections.push(connection);
		return connection;
	}

	private useNetwork(): void {
		const { random, alive } = this;
		const listener = Listener.open;
		const connection = alive.length ? random.pick(alive) : undefined;
		const request = random.pick([
			upgradeRequest(),
			upgradeRequest(),
			"GET /page HTTP/1.1\r\nHost: a\r\n\r\n",
		]);
		const message = frame(random.pick([opcodes.text, opcodes.close]), "", { mask: true });
		switch (
			random.choose({ connect: 3, window: 4, request: 8, frame: 3, lose: 2, settle: 3, time: 3, port: 1 })
		) {
			case "connect":
				for (let count = random.pick([1, 8]); count > 0; count--) listener?.pending.push(this.arrive());
				return this.outside("connect", () => listener?.options.onReadable());
			case "window":
				return this.outside("window", () => connection?.grant(random.pick([1, 100, 5000])));
			case "request":
				this.outside("window", () => connection?.grant(1000));
				return this.outside("request", () => connection?.receive(request));
			case "frame":
				return this.outside("frame", () => connection?.receive(message));
			case "lose":
				if (connection) connection.isLost = connection.isBroken = true;
				return this.outside("lose", () => connection?.fail());
			case "settle":
				return this.settleOne();
			case "time":
				return this.outside("time", () => pass(random.pick([0, 250, 600, 1000, 5000])));
			case "port":
				Listener.isPortTaken = random.next() < 0.3;
		}
	}
}

const { seed } = new Random("ANY_ORDER_SEED");

test(`a server used in any order keeps its bounds and its order of events, and ends: ANY_ORDER_SEED=${seed}`, async (t) => {
	const events = new Map<string, number>();
	for (let index = 0; index < 400; index++) {
		const play = new Play(seed + index);
		for (let step = 0; step < 150; step++) {
			play.step();
			if (step % 5 === 0) await null;
		}
		await play.end();
		for (const entry of play.log) events.set(entry, (events.get(entry) ?? 0) + 1);
		if (play.problems.length) t.log(`ANY_ORDER_SEED=${seed + index}`, play.log);
		t.deepEqual(play.problems, []);
	}
	for (const event of ["connection", "open of a socket", "close of a socket", "listening", "close", "error"])
		t.true((events.get(`event ${event}`) ?? 0) > 50, event);
});
