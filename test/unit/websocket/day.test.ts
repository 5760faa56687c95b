import "../../support/simulatedtime.js";
import "../../../sim/node/globals.js";
import test from "ava";
import { type Weather, World } from "../../support/failingworld.js";
import { Random } from "../../support/random.js";
import { passUntil, time, timers } from "../../support/simulatedtime.js";

const { Client } = await import("../../../modules/websocket/websocket.js");

const hour = 3_600_000;
/** Documented in docs/how-to/flaky-wifi.md: the most attempts in an hour with the defaults. */
const mostPerHour = 150;
/** The same against a server that asks to wait. */
const fewer: Partial<Record<Weather, number>> = { "closes 1013": 90, "answers 503": 30 };
/** The same, whatever the random numbers are: the shortest pauses. */
const bound = 3600;
/** The same with half the jitter. */
const halfBound = 125;

/** Lets Math.irandom() choose from `seed`, or always the number that leads to the shortest pause. */
function choose(seed: number | "shortest"): void {
	const random = new Random(seed === "shortest" ? 0 : seed);
	Math.irandom = (from?: number, to?: number) => {
		const last = (to as number) - 1;
		return seed === "shortest" ? last : random.integer(from as number, last);
	};
}

/** A client that reports every ten seconds, and its world. */
function start(options: object = {}): {
	world: World;
	client: InstanceType<typeof Client>;
	rest(): void;
	end(): void;
} {
	const world = new World();
	Object.assign(globalThis, { device: { network: { ws: world.network } } });
	const client = new Client({
		host: "hub.example",
		reconnect: true,
		overflow: "drop-oldest",
		sendQueueSize: 2048,
		...options,
	});
	client.on("error", () => {});
	client.open();
	let report = 0;
	let isRunning = true;
	const send = (): void => {
		if (!isRunning) return;
		client.send({ report: ++report });
		setTimeout(send, 10_000);
	};
	send();
	return {
		world,
		client,
		/** Stops reporting. */
		rest() {
			isRunning = false;
		},
		end() {
			isRunning = false;
			client.close();
			passUntil(time() + hour);
		},
	};
}

const weathers: Weather[] = [
	"no access point",
	"no name",
	"refuses",
	"hangs",
	"resets",
	"closes 1013",
	"answers 503",
];

for (const seed of [1, 2, 3]) {
	test.serial(
		`a day on which everything fails in turn: few attempts an hour, every message counted (${seed})`,
		(t) => {
			choose(seed);
			const random = new Random(seed);
			const { world, client, rest, end } = start();
			const begin = time();
			for (let minute = 0; minute < 24 * 60; ) {
				const { accepted, sent, waiting, lost } = client.counters;
				t.is(accepted, sent + waiting + lost);
				world.weather = minute % 2 ? "fine" : random.pick(weathers);
				minute += random.integer(1, 100);
				passUntil(begin + minute * 60_000);
			}
			world.weather = "fine";
			// The longest pause: Retry-After, and what the back-off adds.
			passUntil(time() + 5 * 60_000);
			rest();
			passUntil(time() + 1000);
			t.true(client.isOpen(), "it has survived the day");
			const { accepted, sent, waiting, lost, discarded } = client.counters;
			t.is(waiting, 0);
			t.is(accepted, sent + lost);
			t.is(lost, discarded);
			const reports = world.received.map((text) => JSON.parse(text).report as number);
			t.true(reports.length > 1000);
			t.deepEqual(
				reports,
				[...reports].sort((a, b) => a - b),
				"in order",
			);
			t.is(new Set(reports).size, reports.length, "none twice");
			t.is(reports.at(-1), accepted, "the newest arrived");
			const most = world.busiestHour();
			t.log(`at most ${most} attempts an hour, ${world.attempts.length} in all`);
			t.true(most <= mostPerHour, `${most} attempts in an hour`);
			end();
			t.is(timers(), 0, "nothing goes on after close()");
		},
	);
}

for (const weather of weathers)
	test.serial(`attempts per hour against a world that always ${weather}`, (t) => {
		choose(4);
		const { world, end } = start();
		world.weather = "fine";
		passUntil(time() + 30_000);
		world.weather = weather;
		passUntil(time() + 6 * hour);
		const most = world.busiestHour();
		t.log(`at most ${most} attempts an hour`);
		t.true(most > 10 && most <= (fewer[weather] ?? mostPerHour), `${most} attempts in an hour`);
		end();
	});

test.serial("before the first connection come the attempts of numberOfRetries", (t) => {
	choose(5);
	const { world, end } = start();
	world.weather = "refuses";
	passUntil(time() + 6 * hour);
	const most = world.busiestHour();
	t.true(most <= mostPerHour, `${most} attempts in an hour`);
	end();
});

for (const weather of weathers)
	test.serial(
		`${weather}: not even the shortest pauses lead to more attempts than one for each minimum`,
		(t) => {
			choose("shortest");
			const { world, end } = start({ numberOfRetries: 0 });
			world.weather = weather;
			passUntil(time() + 2 * hour);
			const most = world.busiestHour();
			t.true(most <= bound + 1, `${most} attempts in an hour`);
			end();
		},
	);

test.serial("half the jitter bounds the attempts whatever the random numbers are", (t) => {
	choose("shortest");
	const { world, end } = start({ numberOfRetries: 0, reconnect: { jitter: 0.5 } });
	world.weather = "refuses";
	passUntil(time() + 2 * hour);
	const most = world.busiestHour();
	t.true(most > 100 && most <= halfBound, `${most} attempts in an hour`);
	end();
});
