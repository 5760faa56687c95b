/**
 * A Client that is used in any order, also by its own listeners and by the functions that it asks, while its server and the
 * network do anything. A model says which events may come. CLIENT_SEED=N repeats the run of that seed.
 */
import "../../support/simulatedtime.js";
import "../../../sim/node/globals.js";
import test from "ava";
import type { Failure } from "../../../modules/websocket/websocket.js";
import { AnyOrder } from "../../support/anyorder.js";
import { closePayload, frame, opcodes } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { Random } from "../../support/random.js";
import { passUntil, time, timers } from "../../support/simulatedtime.js";
import { ClientModel } from "./clientmodel.js";

const { Client } = await import("../../../modules/websocket/websocket.js");

class Resolver {
	static open: Resolver | undefined;
	request?: { onResolved(host: string, address: string): void; onError(): void };

	resolve(request: object): void {
		this.request = request as Required<Resolver>["request"];
		Resolver.open = this;
	}

	close(): void {
		if (Resolver.open === this) Resolver.open = undefined;
	}
}

/** The client has one connection at a time; there may be no socket for it. */
class Socket extends MemorySocket {
	static readonly alive = new Set<Socket>();
	static fails = false;
	request = "";
	isAccepted = false;

	constructor(options: object) {
		if (Socket.fails) throw new Error("no socket left");
		super(options);
		Socket.alive.add(this);
	}

	override close(): void {
		super.close();
		Socket.alive.delete(this);
	}
}

Object.assign(globalThis, { device: { network: { ws: { dns: { io: Resolver }, socket: { io: Socket } } } } });

const refusals = [
	"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n\r\n",
	"HTTP/1.1 401 No\r\n\r\nbody",
	"HTTP/1.1 404 No\r\n",
	"HTTP/1.1 101 Odd\r\n\r\n",
	"HTTP/1.1 100 Continue\r\n\r\n",
	"no HTTP\r\n",
];

/** One client with its server. */
class Play extends AnyOrder {
	private readonly model: ClientModel;
	private readonly client: InstanceType<typeof Client>;
	private depth = 0;
	/** Shortest time between attempts, in milliseconds, and the time from which the next one may start. */
	private readonly pause: number;
	private earliest = 0;
	/** True at the end, when the app's functions do their work. */
	private isCalm = false;

	constructor(seed: number) {
		super(seed);
		const { random } = this;
		Resolver.open = undefined;
		Socket.alive.clear();
		Socket.fails = false;
		Date.now = time;
		Math.irandom = (from?: number, to?: number) => random.integer(from as number, (to as number) - 1);
		const numberOfRetries = random.pick([0, 1, 2, Number.POSITIVE_INFINITY]);
		const timeBetweenRetries = random.pick([0, 50]);
		const reconnects = random.next() < 0.5;
		this.pause = reconnects ? Math.min(timeBetweenRetries, 1) : timeBetweenRetries;
		const asks = random.next() < 0.7;
		const isPermanent = random.pick([undefined, (failure: Failure) => this.judge(failure)]);
		this.model = new ClientModel(reconnects, numberOfRetries, this.problems);
		this.client = new Client({
			host: random.pick<string | string[]>(["127.0.0.1", "hub.example", ["127.0.0.1", "hub.example"]]),
			path: asks ? () => this.ask("path") : null,
			headers: asks && random.next() < 0.5 ? () => ({ Asked: this.ask("headers") }) : null,
			numberOfRetries,
			timeBetweenRetries,
			connectTimeout: random.pick([0, 100]),
			pingInterval: random.pick([0, 200]),
			pongTimeout: 100,
			closeTimeout: random.pick([0, 100]),
			sendQueueSize: 100,
			maxMessageSize: 100,
			discardMessagesBeforeOpen: random.next() < 0.3,
			reconnect: reconnects && {
				...{ minimum: random.pick([1, 20]), maximum: 100, stableAfter: random.pick([0, 50]) },
				isPermanent: isPermanent as () => boolean,
			},
		});
		for (const event of ["open", "message", "drain", "error", "retry", "close"] as const)
			this.client.on(event, (...values: unknown[]) => this.onEvent(event, values));
	}

	/** One step: of the app, of the network, or of time. */
	step(): void {
		if (this.random.next() < 0.05) this.setClock();
		if (this.random.next() < 0.3) this.useClient();
		else {
			// What is due in a later turn comes before what the network takes time for.
			this.outside("turn", () => passUntil(time()));
			this.useNetwork();
		}
		this.check();
	}

	/** The clock of a device may be set, or set back, at any time. */
	private setClock(): void {
		const offset = this.random.pick([0, 1e12, -1e12, 60]);
		Date.now = () => time() + offset;
		// Set forward, it seems that more time has passed.
		this.earliest = 0;
	}

	/** A client can be used again whatever has happened, and leaves nothing behind. */
	end(): void {
		this.depth = 10;
		this.isCalm = true;
		Socket.fails = false;
		const { client, model } = this;
		const rest = () => this.outside("time", () => passUntil(time() + 8_000_000));
		this.call("close");
		for (const socket of Socket.alive) this.outside("lose", () => socket.fail());
		rest();
		if (model.state !== "idle") this.problems.push(`${model.state} at the end`);
		this.checkRest();
		this.call("open");
		for (let step = 0; step < 10 && !client.isOpen(); step++) {
			this.outside("time", () => passUntil(time() + 50));
			this.outside("dns", () => Resolver.open?.request?.onResolved("", "192.0.2.1"));
			for (const socket of Socket.alive) this.accept(socket);
		}
		if (!client.isOpen()) this.problems.push("does not open at the end");
		this.call("close");
		rest();
		if (model.state !== "idle" || model.due) this.problems.push(`${model.state} after the end`);
		this.checkRest();
	}

	private checkRest(): void {
		if (Socket.alive.size) this.problems.push("a socket is left");
		if (Resolver.open) this.problems.push("a resolver is left");
		if (timers()) this.problems.push(`${timers()} timers are left`);
	}

	private check(): void {
		const { client, model, problems } = this;
		if (Socket.alive.size > 1) problems.push(`${Socket.alive.size} connections at a time`);
		if (client.isOpen() && model.state !== "open") problems.push(`isOpen(), but ${model.state}`);
		if (model.state !== "idle" && !Socket.alive.size && !Resolver.open && !timers()) problems.push("stuck");
		const { accepted, sent, waiting, lost, replaced } = client.counters;
		if (accepted !== sent + waiting + lost + replaced) problems.push("counters");
	}

	/** A function of the app that is called before an attempt. */
	private ask(name: string): string {
		this.log.push(`ask ${name}`);
		if (name === "path") {
			this.model.onAttempt();
			if (time() < this.earliest) this.problems.push("an attempt before timeBetweenRetries");
			this.earliest = time() + this.pause;
		}
		this.useClientInside();
		if (this.isCalm) return "/";
		if (this.random.next() < 0.2) throw this.random.pick([Symbol("odd"), new Error("no value"), null]);
		return this.random.pick(["/", "/", "bad"]);
	}

	private judge(failure: Failure): boolean {
		this.log.push(`isPermanent ${JSON.stringify(failure)}`);
		this.model.onJudge(failure);
		const { method } = this;
		this.method = "";
		this.useClientInside();
		this.method = method;
		if (this.random.next() < 0.1) throw Symbol("odd");
		return this.model.onVerdict(!this.isCalm && this.random.next() < 0.2);
	}

	private onEvent(event: string, values: unknown[]): void {
		this.log.push(`event ${event} ${values.map((it) => JSON.stringify(it)).join()}`);
		if (this.method) this.problems.push(`${event} inside ${this.method}()`);
		this.model.onEvent(event, values, this.client.isOpen());
		this.useClientInside();
	}

	/** What listeners and functions do. */
	private useClientInside(): void {
		if (this.depth > 2 || this.random.next() < 0.6) return;
		this.depth++;
		const { method } = this;
		for (let count = this.random.integer(1, 3); count > 0; count--) this.useClient();
		this.method = method;
		this.depth--;
	}

	private useClient(): void {
		const method = this.random.choose({ open: 6, close: 3, send: 4, toJSON: 1, wrong: 1 });
		if (method === "send") this.run("send", () => this.client.send("x".repeat(this.random.integer(1, 150))));
		else if (method === "toJSON")
			this.run("send", () => this.client.send({ toJSON: () => this.useClientInside() ?? 1 }));
		else if (method === "wrong")
			try {
				this.client.close(1005);
				this.problems.push("close(1005) does not throw");
			} catch {}
		else this.call(method);
	}

	private call(method: "open" | "close"): void {
		this.run(method, () => {
			this.model.onCall(method, this.client.isOpen());
			this.client[method]();
		});
	}

	private accept(socket: Socket): void {
		this.outside("window", () => socket.grant(1000));
		if (socket.isAccepted || socket.isClosed) return;
		socket.request += socket.take().toString("latin1");
		if (!socket.request.endsWith("\r\n\r\n")) return;
		socket.isAccepted = true;
		const random = this.random;
		const response = Buffer.from(acceptingResponse(acceptFor(socket.request)), "latin1");
		const more = this.isCalm
			? []
			: random.pick([[], [], [frame(opcodes.text, "1")], [frame(opcodes.close, closePayload(1000))]]);
		const bytes = Buffer.concat([response, ...more]);
		const half = random.integer(0, bytes.length);
		for (const part of [bytes.subarray(0, half), bytes.subarray(half)])
			this.outside("accept", () => socket.receive(part));
	}

	private useNetwork(): void {
		const { random } = this;
		const [socket] = Socket.alive;
		const request = Resolver.open?.request;
		switch (
			random.choose({ time: 5, dns: 3, window: 2, accept: 6, refuse: 2, frame: 4, lose: 1.5, sockets: 0.5 })
		) {
			case "time":
				return this.outside("time", () => passUntil(time() + random.pick([0, 1, 10, 50, 100, 3000])));
			case "dns":
				if (random.next() < 0.2) return this.outside("no dns", () => request?.onError());
				for (let count = random.integer(1, 2); count > 0; count--)
					this.outside("dns", () => request?.onResolved("", random.pick(["192.0.2.1", ""])));
				return;
			case "window":
				return this.outside("window", () => socket?.grant(random.pick([1, 100, 1000])));
			case "accept":
				return socket && this.accept(socket);
			case "refuse":
				if (socket?.isAccepted) return;
				this.outside("window", () => socket?.grant(1000));
				socket?.take();
				return this.outside("refuse", () => socket?.receive(random.pick(refusals)));
			case "frame":
				if (!socket?.isAccepted) return;
				for (let count = random.integer(1, 3); count > 0; count--)
					this.outside("frame", () => socket.receive(this.frame()));
				return;
			case "lose":
				// The event may come after the first write that fails.
				if (socket && random.next() < 0.5) socket.isBroken = true;
				else this.outside("lose", () => socket?.fail());
				return;
			case "sockets":
				Socket.fails = random.next() < 0.3;
		}
	}

	private frame(): Buffer {
		const { random } = this;
		switch (random.choose({ text: 6, binary: 1, close: 3, ping: 1, wrong: 0.5, long: 0.5 })) {
			case "text":
				return frame(opcodes.text, random.pick(["1", "", "{}", "x"]));
			case "binary":
				return frame(opcodes.binary, "[]");
			case "close":
				return frame(
					opcodes.close,
					random.pick([Buffer.alloc(0), closePayload(random.pick([1000, 1008, 1012]))]),
				);
			case "ping":
				return frame(opcodes.ping, "");
			case "wrong":
				return frame(3);
			case "long":
				return frame(opcodes.text, "x".repeat(101));
		}
	}
}

const { seed } = new Random("CLIENT_SEED");
const plays = Number(process.env["CLIENT_PLAYS"] ?? 400);

test(`a client used in any order emits what its model says, and ends: CLIENT_SEED=${seed}`, (t) => {
	const counts = new Map<string, number>();
	for (let index = 0; index < plays; index++) {
		const play = new Play(seed + index);
		for (let step = 0; step < 150 && !play.problems.length; step++) play.step();
		if (!play.problems.length) play.end();
		for (const entry of play.log) {
			const name = entry.split(" ", 2).join(" ");
			counts.set(name, (counts.get(name) ?? 0) + 1);
		}
		if (play.problems.length) t.log(`CLIENT_SEED=${seed + index}`, play.log.slice(-60));
		t.deepEqual(play.problems, []);
	}
	for (const event of ["open", "message", "drain", "error", "retry", "close"])
		t.true((counts.get(`event ${event}`) ?? 0) > 100, event);
});
