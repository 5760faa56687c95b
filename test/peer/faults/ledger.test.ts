import test, { type ExecutionContext } from "ava";
import { Agent } from "../../device/driver/driver.js";
import { rawConnect, rawServer, server } from "../../device/driver/pairs.js";
import type { Counters, RemoteClient, RemoteSocket } from "../../device/driver/remote.js";
import { onDevice } from "../../device/driver/wire.js";
import { Random } from "../../support/random.js";
import type { RawConnection } from "../../support/rawconnection.js";
import type { RawServer } from "../../support/rawserver.js";
import { Watch } from "../../support/watch.js";

// LEDGER_SEED=N repeats the run of that seed.

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

const steps = 200;

/** The messages passed to the device, and those that arrived. */
class Account {
	/** Numbers of the messages that send() accepted, in order. */
	readonly accepted: number[] = [];
	/** Numbers of the messages that the peer received on each connection, in order. */
	readonly runs: number[][] = [];
	readonly #watch = new Watch();
	#next = 0;

	/** Number of messages that the peer received. */
	get got(): number {
		return this.runs.reduce((sum, run) => sum + run.length, 0);
	}

	/** Sends up to `count` numbered messages in one turn. */
	async send(sender: RemoteClient | RemoteSocket, count: number, padding: number): Promise<void> {
		const base = this.#next;
		this.#next += count;
		const message = { base, index: onDevice.index, pad: onDevice.text("x", padding) };
		const [results] = await agent.run({ do: "repeat", count, steps: [sender.step("send", message)] });
		for (const [index, result] of (results as { value: string }[]).entries()) {
			if (result.value !== "discarded") this.accepted.push(base + index);
		}
	}

	/** Records the messages that arrive over `raw` until it ends. */
	async collect(raw: RawConnection): Promise<void> {
		const run: number[] = [];
		this.runs.push(run);
		try {
			for (;;) {
				const { base, index } = JSON.parse((await raw.readMessage()).text) as { base: number; index: number };
				run.push(base + index);
				this.#watch.changed();
			}
		} catch (error) {
			if (!raw.ended) throw error;
		}
	}

	/** Checks the invariants. `got` must be read before the counters. */
	check(t: ExecutionContext, counters: Counters, got: number): void {
		t.is(counters.accepted, counters.sent + counters.waiting + counters.lost);
		t.is(counters.accepted, this.accepted.length);
		t.true(got <= counters.sent, `the peer got ${got}, the device counts ${counters.sent} as sent`);
		const numbers = this.runs.flat();
		t.true(
			numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number)),
			`order is kept and no message comes twice: ${numbers}`,
		);
		const accepted = new Set(this.accepted);
		t.true(
			numbers.every((number) => accepted.has(number)),
			"the peer got only what was accepted",
		);
	}

	/** Waits until the peer has received message `number`. */
	arrived(number: number): Promise<true> {
		return this.#watch.until(
			() => this.runs.at(-1)?.includes(number) || undefined,
			() => `message ${number} did not arrive; the peer got ${JSON.stringify(this.runs)}`,
		);
	}

	/** Number of accepted messages that are missing between two that arrived over the same connection. */
	get gaps(): number {
		const position = new Map(this.accepted.map((number, i) => [number, i]));
		return this.runs.reduce((sum, run) => {
			if (run.length === 0) return sum;
			const [first, last] = [position.get(run[0] as number), position.get(run.at(-1) as number)];
			return sum + (last as number) - (first as number) + 1 - run.length;
		}, 0);
	}
}

/** Runs `story` and reports the seed if it fails. */
async function withSeed(t: ExecutionContext, story: (random: Random) => Promise<void>): Promise<void> {
	const random = new Random("LEDGER_SEED");
	try {
		await story(random);
	} catch (error) {
		t.log(`LEDGER_SEED=${random.seed} repeats this run`);
		throw error;
	}
}

/** A peer that serves some connections and breaks others, until its server is closed. */
class UnsteadyPeer {
	steady = false;
	/** The current open connection. */
	current: RawConnection | undefined;
	readonly #account: Account;
	readonly #random: Random;
	failure: unknown;

	constructor(server: RawServer, account: Account, random: Random) {
		this.#account = account;
		this.#random = random;
		void this.#accept(server);
	}

	async #accept(server: RawServer): Promise<void> {
		for (;;) {
			let raw: RawConnection;
			try {
				raw = await server.connection();
			} catch {
				return;
			}
			this.#treat(raw).catch((error) => {
				if (!raw.ended) this.failure = error;
			});
		}
	}

	async #treat(raw: RawConnection): Promise<void> {
		const treatment = this.steady
			? "serve"
			: this.#random.choose({ serve: 5, cut: 1, refuse: 1, "cut in the answer": 1, silence: 0.5 });
		if (treatment === "cut") return raw.reset();
		if (treatment === "serve") {
			await raw.accept();
			this.current = raw;
			return this.#account.collect(raw);
		}
		await raw.readHead();
		if (treatment === "refuse") raw.write("HTTP/1.1 503 Busy\r\nConnection: close\r\n\r\n");
		if (treatment === "cut in the answer") raw.write("HTTP/1.1 101 Swi");
		if (treatment !== "silence") raw.end();
		else await raw.readEnd();
	}
}

for (const overflow of ["refuse", "drop-oldest"]) {
	for (const window of [8192, 100]) {
		test.serial(
			`the ledger of a Client with ${overflow} is right at every step, whatever the peer does (window ${window})`,
			async (t) =>
				withSeed(t, async (random) => {
					await agent.configure({ writeWindow: window });
					const account = new Account();
					const peerServer = await rawServer(t);
					const peer = new UnsteadyPeer(peerServer, account, random);
					const client = await agent.client({
						host: agent.peerHost,
						port: peerServer.port,
						overflow,
						sendQueueSize: random.integer(300, 6000),
						connectTimeout: 300,
						numberOfRetries: 1000,
						timeBetweenRetries: 1,
					});
					t.teardown(() => client.close());
					for (let step = 0; step < steps; step++) {
						switch (random.choose({ send: 10, open: 5, close: 1, kill: 2, pause: 1, resume: 2, wait: 2 })) {
							case "send":
								await account.send(client, random.integer(1, 30), random.integer(0, 600));
								break;
							case "open":
								await client.open();
								break;
							case "close":
								await client.close();
								break;
							case "kill":
								if (random.next() < 0.5) peer.current?.reset();
								else peer.current?.end();
								break;
							case "pause":
								peer.current?.socket.pause();
								break;
							case "resume":
								peer.current?.socket.resume();
								break;
							case "wait":
								for (let turn = random.integer(1, 10); turn > 0; turn--) await client.isOpen();
						}
						const got = account.got;
						account.check(t, await client.counters(), got);
						if (peer.failure) throw peer.failure;
					}
					// A peaceful end: everything that waits arrives.
					peer.steady = true;
					peer.current?.reset();
					peer.current = undefined;
					await client.close();
					await client.open();
					await account.send(client, 1, 10);
					await account.arrived(account.accepted.at(-1) as number);
					const counters = await client.counters();
					account.check(t, counters, account.got);
					t.is(counters.waiting, 0);
					t.true(account.got > 0);
					if (overflow === "refuse") t.is(account.gaps, 0, "no connection skipped a message");
					else t.true(account.gaps <= counters.lost, "what was skipped is counted as lost");
				}),
		);
	}
}

test.serial("the ledgers of a Server's Sockets are right at every step, whatever their peers do", async (t) =>
	withSeed(t, async (random) => {
		await agent.configure({ writeWindow: 2000 });
		const listening = await server(t, agent, { sendQueueSize: 3000, pingInterval: 0 });
		const port = await listening.listening();
		for (let round = 0; round < 12; round++) {
			const account = new Account();
			const raw = await rawConnect(t, agent, port);
			await raw.upgrade();
			const socket = await listening.connection();
			const collected = account.collect(raw);
			for (let step = 0; step < 20; step++) {
				switch (random.choose({ send: 10, pause: 1, resume: 2, kill: 0.5, close: 0.3 })) {
					case "send":
						await account.send(socket, random.integer(1, 20), random.integer(0, 500));
						break;
					case "pause":
						raw.socket.pause();
						break;
					case "resume":
						raw.socket.resume();
						break;
					case "kill":
						raw.reset();
						break;
					case "close":
						await socket.close();
				}
				const got = account.got;
				account.check(t, await socket.counters(), got);
			}
			raw.socket.resume();
			await socket.close();
			await socket.next("close");
			raw.socket.destroy();
			await collected;
			const counters = await socket.counters();
			account.check(t, counters, account.got);
			t.is(counters.waiting, 0);
			t.is(account.gaps, 0);
		}
	}),
);
