/**
 * Random messages, keys, sources, windows, lost connections, and callbacks that send and close: each message has the fate that
 * the model says, once. SENDING_SEED=N repeats the run of that seed.
 */

import "../../../sim/node/globals.js";
import test from "ava";
import { nextTurn, pass } from "../../support/clock.js";
import { acceptFor, acceptingResponse, upgradeRequest } from "../../support/handshake.js";
import { MemoryListener } from "../../support/memorylistener.js";
import { Random } from "../../support/random.js";
import { Lane, type LaneOptions, LaneSocket, names } from "./sendlane.js";
import { equal } from "./sendmodel.js";

const { Client, Server } = await import("../../../modules/websocket/websocket.js");
const { broadcast } = await import("../../../modules/broadcast/broadcast.js");

import type { Socket } from "../../../modules/websocket/websocket.js";
import { traces } from "../../../sim/node/globals.js";

Object.assign(globalThis, {
	device: { network: { ws: { socket: { io: LaneSocket }, listener: { io: MemoryListener }, broadcast } } },
});

const seconds = 1000;
const common = { sendType: "text/plain", pingInterval: 2 * seconds, pongTimeout: 2 * seconds };

/** What a callback of one turn causes in the next one may cause something, too. */
function turns(): void {
	for (let turn = 0; turn < 4; turn++) nextTurn();
}

/** The peer says nothing for so long that its connection is destroyed; the others answer pings, and do nothing. */
function keepSilent(lane: Lane, lanes: readonly Lane[]): void {
	const others = lanes.filter((other) => other !== lane);
	const callbacks = others.map(({ meddle }) => meddle);
	for (const other of others) other.meddle = undefined;
	lane.expectEnd();
	for (let time = 0; time < 10 * seconds; time += 100) {
		for (const other of others) other.answer();
		pass(100);
	}
	others.forEach((other, index) => {
		other.meddle = callbacks[index];
	});
}

/** Does anything in callbacks, but not without end. */
function meddler(random: Random, meddle: () => void): () => void {
	let depth = 0;
	return () => {
		if (depth > 1 || random.next() < 0.8) return;
		depth++;
		meddle();
		depth--;
	};
}

const actions = { send: 40, source: 12, settle: 20, grant: 40, lose: 3, close: 1, ping: 3, end: 1, fail: 2 };

function act(lane: Lane, action: keyof typeof actions): void {
	if (action === "send") lane.send();
	else if (action === "source") lane.sendFromSource();
	else if (action === "settle") lane.settle();
	else if (action === "grant") lane.grant();
	else if (action === "lose") lane.lose();
	else if (action === "close") lane.close();
	else if (action === "ping") lane.ping();
	else if (action === "end") lane.receiveClose();
	else lane.fail();
}

const fates = { sent: 0, lost: 0, replaced: 0, discarded: 0 };

function finish(lane: Lane): void {
	lane.check();
	for (const name of Object.keys(fates) as (keyof typeof fates)[]) fates[name] += lane.model.counts[name];
}

function playClient(random: Random, options: LaneOptions, steps: number): void {
	const client = new Client({
		...common,
		...{ host: "127.0.0.1", connectTimeout: 0, timeBetweenRetries: 0 },
		reconnect: random.next() < 0.5 && { minimum: 1, maximum: 1, jitter: 0 },
		...options,
	});
	const lane = new Lane(client, random, options, true);
	lane.meddle = meddler(random, () => {
		const action = random.choose({ send: 10, source: 4, close: 1, open: 2 });
		if (action === "open") client.open();
		else act(lane, action);
	});
	let { count } = LaneSocket;
	for (let step = 0; step < steps; step++) {
		const action = random.choose({ ...actions, connect: 10, silence: 1 });
		if (action === "silence") keepSilent(lane, []);
		else if (action !== "connect") act(lane, action);
		else if (!lane.socket) {
			client.open();
			// A client that reconnects waits before.
			pass(1);
			const socket = LaneSocket.last as LaneSocket;
			if (LaneSocket.count > count && !socket.isClosed) {
				({ count } = LaneSocket);
				socket.grant(1000);
				const accept = acceptFor(socket.take().toString("latin1"));
				socket.grant(0);
				lane.start(socket);
				socket.receive(acceptingResponse(accept));
				lane.widen();
			}
		}
		turns();
		lane.check();
	}
	lane.meddle = undefined;
	lane.close();
	lane.lose();
	turns();
	finish(lane);
}

/** A server with three sockets at a time. */
class ServerPlay {
	readonly #server: InstanceType<typeof Server>;
	readonly #random: Random;
	readonly #options: LaneOptions;
	#lanes: Lane[] = [];
	#latest: Socket | undefined;
	#isStopped = false;

	constructor(random: Random, options: LaneOptions) {
		this.#random = random;
		this.#options = options;
		this.#server = new Server({ ...common, maxConnections: 10, ...options });
		this.#server.on("connection", (socket) => {
			this.#latest = socket;
		});
		this.#server.start();
		turns();
	}

	play(steps: number): void {
		const random = this.#random;
		for (let step = 0; step < steps; step++) {
			if (this.#isStopped) this.#restart();
			if (this.#lanes.length < 3) this.#connect();
			const action = random.choose({ ...actions, broadcast: 20, silence: 0.5 });
			if (action === "broadcast") this.#broadcast();
			else if (action === "silence") keepSilent(random.pick(this.#lanes), this.#lanes);
			else act(random.pick(this.#lanes), action);
			turns();
			for (const lane of this.#lanes) lane.check();
			for (const lane of this.#lanes) if (!lane.socket) finish(lane);
			this.#lanes = this.#lanes.filter(({ socket }) => socket);
		}
		for (const lane of this.#lanes) lane.meddle = undefined;
		this.#stop();
		this.#restart();
	}

	#connect(): void {
		const random = this.#random;
		const socket = MemoryListener.last.connect(LaneSocket);
		socket.receive(upgradeRequest());
		this.#latest = undefined;
		while (!this.#latest) socket.grant(1);
		socket.take();
		const lane = new Lane(this.#latest, random, this.#options, false);
		lane.meddle = meddler(random, () => {
			const action = random.choose({ send: 10, source: 4, close: 1, broadcast: 4, stop: 0.2 });
			if (action === "broadcast") this.#broadcast();
			else if (action === "stop") this.#stop();
			else act(lane, action);
		});
		lane.start(socket);
		lane.model.isOpen = true;
		lane.widen();
		this.#lanes.push(lane);
	}

	#stop(): void {
		this.#isStopped = true;
		for (const lane of this.#lanes) lane.expectClose();
		this.#server.stop();
	}

	/** Ends the connections after stop(), and starts again. */
	#restart(): void {
		for (const lane of this.#lanes) lane.lose();
		turns();
		for (const lane of this.#lanes) finish(lane);
		this.#lanes = [];
		this.#server.start();
		turns();
		this.#isStopped = false;
	}

	#broadcast(): void {
		const random = this.#random;
		const { message, data, options } = random.pick(this.#lanes).makeBroadcast();
		const except = random.next() < 0.2 ? random.pick(this.#lanes) : undefined;
		const lanes = this.#lanes.filter((lane) => lane !== except && lane.model.isOpen);
		const before = lanes.map((lane) => {
			lane.sync();
			return { ...lane.connection.counters, mustBeSent: lane.fitsNow(message) };
		});
		const outcome = this.#server.broadcast(data, {
			...options,
			except: (except?.connection as Socket | undefined) ?? null,
		});
		const counts = { sent: 0, queued: 0, discarded: 0 };
		lanes.forEach((lane, index) => {
			const { sent, accepted, mustBeSent } = before[index] as (typeof before)[number];
			const now = lane.connection.counters;
			let result: keyof typeof counts = now.accepted > accepted ? "queued" : "discarded";
			if (now.sent > sent) result = "sent";
			if (mustBeSent) equal(result, "sent", "a broadcast that fits");
			counts[result]++;
			lane.afterSend({ ...message, told: [] }, result, false);
		});
		equal(JSON.stringify(outcome), JSON.stringify(counts), "outcome of broadcast()");
	}
}

function playServer(random: Random, options: LaneOptions, steps: number): void {
	new ServerPlay(random, options).play(steps);
}

const sizes = [0, 3, 4, 5, 40, 300, 2000];
const windows = [140, 200, 1500];

for (const [role, run] of [
	["Client", playClient],
	["Socket", playServer],
] as const)
	for (const overflow of ["refuse", "drop-oldest"] as const)
		test.serial(`${role}, ${overflow}: each message has its fate, once`, (t) => {
			const random = new Random("SENDING_SEED");
			names.count = 0;
			t.log(`SENDING_SEED=${random.seed}`);
			const rounds = Number(process.env["SENDING_ROUNDS"] ?? 1);
			for (let round = 0; round < rounds; round++)
				for (const sendQueueSize of sizes)
					for (const window of windows) {
						const options = { sendQueueSize, overflow, window };
						try {
							run(random, options, 300);
						} catch (error) {
							throw new Error(
								`${JSON.stringify(options)}, round ${round}: ${error}\n${(error as Error).stack}`,
							);
						}
					}
			for (const [fate, count] of Object.entries(fates)) t.true(count > 0, fate);
			const unexpected = traces.filter((text) => !/the sensor is gone|is 5; it must be|no memory/.test(text));
			t.deepEqual(unexpected, []);
		});
