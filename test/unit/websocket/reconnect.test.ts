import "../../../sim/node/globals.js";
import test from "ava";
import { traces } from "../../../sim/node/globals.js";
import { pass } from "../../support/clock.js";
import { closePayload, frame, opcodes } from "../../support/frames.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { exact, Pair, untilAttempt } from "./pair.js";

test.serial(
	"after a lost connection the next attempt comes by itself, and pauses grow while attempts fail",
	(t) => {
		const pair = new Pair();
		pair.accept();
		pair.end();
		t.deepEqual(pair.events, [["open"], ["close", 1006, ""]]);
		const pauses = [untilAttempt()];
		for (let attempt = 0; attempt < 5; attempt++) {
			pair.end();
			pauses.push(untilAttempt());
		}
		t.deepEqual(pauses, [100, 200, 400, 800, 1000, 1000]);
		pair.accept();
		t.deepEqual(
			pair.events.slice(2).map((values) => values.slice(0, 2)),
			[["retry", 1], ["retry", 2], ["retry", 3], ["retry", 4], ["retry", 5], ["open"]],
		);
		t.deepEqual(
			pair.failures.map(({ delay }) => delay),
			[200, 400, 800, 1000, 1000],
		);
		pair.client.close();
		pair.end();
	},
);

test.serial("pauses are short again only after a connection has lasted for stableAfter", (t) => {
	const pair = new Pair();
	const pauses: unknown[] = [];
	for (const duration of [0, 4999, 4999, 5000, 4999]) {
		pair.accept();
		pass(duration);
		pair.end();
		pauses.push(untilAttempt());
	}
	t.deepEqual(pauses, [100, 200, 400, 100, 200]);
	pair.client.close();
	pass(0);
});

test.serial("with full jitter a pause is anywhere from the minimum to the longest one", (t) => {
	const { irandom } = Math;
	for (const [part, pause] of [
		[0, 200],
		[0.5, 125],
		[1, 50],
	] as const) {
		Math.irandom = (from?: number, to?: number) =>
			(from as number) + Math.floor(part * ((to as number) - (from as number) - 1));
		const pair = new Pair({ reconnect: { ...exact, factor: 4, jitter: 1 } });
		pair.accept();
		pair.end();
		t.is(untilAttempt(), pause);
		pair.client.close();
		pass(0);
	}
	Math.irandom = irandom;
});

test.serial(
	"the first connection has the attempts of numberOfRetries; then comes error, and the back-off",
	(t) => {
		const pair = new Pair({ numberOfRetries: 2, timeBetweenRetries: 30 });
		const pauses: unknown[] = [];
		for (let attempt = 0; attempt < 5; attempt++) {
			pair.end();
			pauses.push(untilAttempt());
		}
		t.deepEqual(pauses, [30, 30, 100, 200, 400]);
		t.deepEqual(
			pair.events.map(([event]) => event),
			["retry", "retry", "retry", "error", "retry", "retry"],
		);
		t.deepEqual(pair.events[3], [
			"error",
			"no connection to 127.0.0.1:80 after 3 attempts: the connection was refused",
			{ permanent: false, delay: 100 },
		]);
		pair.accept();
		pair.end();
		t.is(untilAttempt(), 800, "a connection that was not stable changes nothing");
		pair.client.close();
		pass(0);
	},
);

test.serial(
	"close() while waiting ends it; a later open() starts afresh, with the pauses that it had",
	(t) => {
		const pair = new Pair();
		pair.accept();
		pair.client.send({ n: 1 });
		pair.end();
		t.is(pair.client.send({ n: 2 }), "queued");
		pair.client.close();
		pass(0);
		t.deepEqual(pair.events.at(-1), ["close", 1006, ""]);
		t.is(untilAttempt(), undefined);
		t.like(pair.client.counters, { sent: 1, lost: 1, waiting: 0 });
		pair.client.open();
		pair.accept();
		pair.end();
		t.is(untilAttempt(), 200);
		pair.client.close();
		pass(0);
	},
);

test.serial("open() while waiting does nothing: it shortens no pause", (t) => {
	const pair = new Pair();
	pair.client.on("close", () => pair.client.open());
	pair.accept();
	pair.end();
	pass(40);
	pair.client.open();
	t.is(untilAttempt(), 60);
	t.is(pair.events.length, 2);
	pair.client.removeAllListeners("close");
	pair.client.close();
	pass(0);
});

test.serial("open() while the server closes the connection waits for the pause, too", (t) => {
	const pair = new Pair();
	pair.accept();
	MemorySocket.last.receive(frame(opcodes.close, closePayload(1000)));
	pair.client.open();
	pair.end();
	t.is(untilAttempt(), 100);
	pair.client.close();
	pass(0);
});

test.serial("after close() by the app nothing follows, and open() while closing opens at once", (t) => {
	const pair = new Pair();
	pair.accept();
	pair.client.close();
	pair.end(1000);
	t.is(untilAttempt(), undefined);
	pair.client.open();
	pair.accept();
	const { count } = MemorySocket;
	pair.client.close();
	pair.client.open();
	pair.end(1000);
	t.is(MemorySocket.count, count + 1);
	pair.accept();
	pair.end();
	t.is(untilAttempt(), 100, "and reconnecting goes on");
	pair.client.close();
	pass(0);
});

test.serial("close() while the server closes the connection ends it, too", (t) => {
	const pair = new Pair();
	pair.accept();
	MemorySocket.last.receive(frame(opcodes.close, closePayload(1001)));
	pair.client.close();
	pair.end();
	t.is(untilAttempt(), undefined);
	t.deepEqual(pair.events.at(-1), ["close", 1001, ""]);
});

test.serial("a permanent refusal: one error, no further attempt, also before the first connection", (t) => {
	const pair = new Pair({ numberOfRetries: 10 });
	pair.refuse(401, "WWW-Authenticate: Bearer\r\n");
	const failure = { permanent: true, status: 401, headers: { "www-authenticate": "Bearer" } };
	const reason = 'the server answered "401 No" instead of 101';
	t.deepEqual(pair.events, [
		["retry", 1, reason, failure],
		["error", `no connection to 127.0.0.1:80 after 1 attempt: ${reason}`, failure],
	]);
	t.is(untilAttempt(), undefined);
	pair.client.open();
	pair.accept();
	t.deepEqual(pair.events.at(-1), ["open"], "open() tries again");
	pair.client.close();
	pair.end(1000);
});

test.serial("a permanent close code: one error, then close, and no further attempt", (t) => {
	for (const code of [1002, 1003, 1007, 1008, 1010]) {
		const pair = new Pair();
		pair.accept();
		pair.end(code);
		t.deepEqual(pair.events, [
			["open"],
			[
				"error",
				`the connection to 127.0.0.1:80 was closed with ${code} ("because")`,
				{ code, permanent: true },
			],
			["close", code, "because"],
		]);
		t.is(untilAttempt(), undefined, String(code));
	}
});

test.serial("other close codes are temporary; after 1012 and 1013 the pause is long", (t) => {
	for (const [code, pause] of [
		[1000, 100],
		[1001, 100],
		[1009, 100],
		[1011, 100],
		[1012, 1000],
		[1013, 1000],
		[4000, 100],
	] as const) {
		const pair = new Pair();
		pair.accept();
		pair.end(code);
		t.is(untilAttempt(), pause, String(code));
		pair.client.close();
		pass(0);
	}
});

test.serial("a violation of the server has one error, and no further attempt", (t) => {
	const pair = new Pair();
	pair.accept();
	MemorySocket.last.receive(frame(3));
	pair.end();
	pass(1000);
	t.deepEqual(
		pair.events.map(([event]) => event),
		["open", "error", "close"],
	);
	t.deepEqual(pair.events[1]?.[2], { code: 1002, permanent: true });
	t.is(untilAttempt(), undefined);
});

test.serial("a message that is too long is a temporary failure", (t) => {
	const pair = new Pair({ maxMessageSize: 3 });
	pair.accept();
	MemorySocket.last.receive(frame(opcodes.text, '"long"'));
	MemorySocket.last.fail();
	t.is(untilAttempt(), 100);
	t.deepEqual(pair.failures, [{ code: 1009, permanent: false }]);
	pair.client.close();
	pass(0);
});

test.serial("429 and 503 add Retry-After to the pause, other statuses do not", (t) => {
	for (const [status, fields, retryAfter, delay] of [
		[429, "Retry-After: 2\r\n", 2000, 2100],
		[503, "Retry-After: 2\r\n", 2000, 2100],
		[503, "Retry-After: 999999\r\n", 3_600_000, 3_600_100],
		[
			503,
			"Retry-After: Sun, 06 Nov 1994 08:49:39 GMT\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
			2000,
			2100,
		],
		[503, "Retry-After: soon\r\n", undefined, 100],
		[503, "", undefined, 100],
		[500, "Retry-After: 2\r\n", 2000, 100],
	] as const) {
		const pair = new Pair();
		pair.refuse(status, fields);
		t.is(pair.failures[0]?.retryAfter, retryAfter);
		t.is(pair.failures[0]?.delay, delay);
		if (delay < 10_000) t.is(untilAttempt(), delay);
		pair.client.close();
		pass(0);
	}
});

test.serial("without reconnect the failure is told, and attempts are those of numberOfRetries", (t) => {
	for (const reconnect of [undefined, null, false] as const) {
		const pair = new Pair({ reconnect: reconnect as false, numberOfRetries: 1, timeBetweenRetries: 30 });
		pair.refuse(404);
		t.is(untilAttempt(), 30);
		pair.refuse(503, "Retry-After: 2\r\n");
		t.deepEqual(pair.failures, [
			{ permanent: true, status: 404, headers: {}, delay: 30 },
			{ permanent: false, status: 503, headers: { "retry-after": "2" }, retryAfter: 2000 },
			{ permanent: false, status: 503, headers: { "retry-after": "2" }, retryAfter: 2000 },
		]);
		t.is(untilAttempt(), undefined);
		pair.client.open();
		pass(30);
		pair.accept();
		pair.end(1008);
		t.is(untilAttempt(), undefined);
		t.is(pair.events.filter(([event]) => event === "error").length, 1);
	}
});

test.serial("isPermanent adds failures; it gets what is known, and its exceptions are traced", (t) => {
	const asked: unknown[] = [];
	const pair = new Pair({
		reconnect: {
			...exact,
			isPermanent(failure, reason) {
				asked.push({ ...failure }, reason);
				if (failure.status === 500) throw new Error("thrown by isPermanent");
				return failure.code === 4001 || failure.status === 200;
			},
		},
	});
	pair.refuse(500);
	t.regex(traces.at(-1) ?? "", /isPermanent threw Error: thrown by isPermanent/);
	t.is(untilAttempt(), 100);
	pair.accept();
	pair.end(4001);
	t.is(untilAttempt(), undefined);
	t.deepEqual(pair.failures.at(-1), { code: 4001, permanent: true });
	t.deepEqual(asked, [
		{ permanent: false, status: 500, headers: {} },
		'the server answered "500 No" instead of 101',
		{ code: 4001, permanent: false },
		"because",
	]);
	pair.client.open();
	pair.refuse(200);
	t.like(pair.failures.at(-1), { status: 200, permanent: true });
	t.is(untilAttempt(), undefined);
	pair.client.open();
	pair.refuse(404);
	t.is(asked.length, 6, "not asked about what is permanent anyway");
});

test.serial("a listener of retry may close the client and open it again", (t) => {
	const pair = new Pair();
	pair.client.once("retry", () => {
		pair.client.close();
		pair.client.open();
	});
	pair.end();
	t.deepEqual(pair.events, [
		["retry", 1, "the connection was refused", { permanent: false, delay: 100 }],
		["close", 1006, ""],
	]);
	pair.accept();
	t.deepEqual(pair.events.at(-1), ["open"]);
	t.is(untilAttempt(), undefined);
	pair.client.close();
	pair.end(1000);
});

test.serial("the queue and the counters live through it all", (t) => {
	const pair = new Pair();
	t.is(pair.client.send(1), "queued");
	pair.refuse(500);
	t.is(pair.client.send(2), "queued");
	untilAttempt();
	pair.accept();
	t.is(pair.client.send(3), "sent");
	pair.end();
	t.is(pair.client.send(4), "queued");
	untilAttempt();
	pair.accept();
	t.like(pair.client.counters, { accepted: 4, sent: 4, waiting: 0, lost: 0, discarded: 0 });
	pair.client.close();
	pair.end(1000);
});

test.serial("with discardMessagesBeforeOpen messages are discarded while waiting, too", (t) => {
	const pair = new Pair({ discardMessagesBeforeOpen: true });
	pair.accept();
	pair.end();
	t.is(pair.client.send(1), "discarded");
	pair.client.close();
	pass(0);
});

test.serial("isPermanent may close the client when a connection has ended, or open it again", (t) => {
	for (const [actions, verdict, attempts] of [
		[["close"], false, 0],
		[["close"], true, 0],
		[["open"], false, 0],
		[["open"], true, 1],
		[["close", "open"], false, 1],
		[["close", "open"], true, 1],
	] as const) {
		const isPermanent = () => {
			for (const action of actions) pair.client[action]();
			return verdict;
		};
		const pair = new Pair({ reconnect: { ...exact, isPermanent } });
		pair.accept();
		const { count } = MemorySocket;
		pair.end();
		const what = `${actions} ${verdict}`;
		t.deepEqual(pair.events, [["open"], ["close", 1006, ""]], what);
		t.is(MemorySocket.count, count + attempts, what);
		const isPaused = actions.length === 1 && actions[0] === "open" && !verdict;
		t.is(untilAttempt(), isPaused ? 100 : undefined, what);
		pair.client.close();
		pass(0);
	}
});

test.serial("isPermanent may close the client after a failed attempt, and open it again", (t) => {
	for (const verdict of [false, true]) {
		let again = 0;
		const isPermanent = () => {
			pair.client.close();
			if (again++ === 0) pair.client.open();
			return verdict;
		};
		const pair = new Pair({ reconnect: { ...exact, isPermanent } });
		pair.end();
		t.deepEqual(
			pair.events.map(([event, code]) => [event, code]),
			[
				["retry", 1],
				["close", 1006],
			],
		);
		pair.accept();
		pair.end();
		t.is(untilAttempt(), undefined, "isPermanent has closed it");
		t.deepEqual(pair.events.slice(2), [["open"], ["close", 1006, ""]], "asked about it, so it reconnects");
		t.is(again, 2);
	}
});

test.serial("isPermanent may keep, change and freeze what it gets", (t) => {
	const pair = new Pair({
		reconnect: {
			...exact,
			isPermanent(failure) {
				Object.assign(failure, { permanent: true, retryAfter: 1e9 });
				Object.freeze(failure);
				return false;
			},
		},
	});
	pair.end();
	t.deepEqual(pair.failures[0], { permanent: false, delay: 100 });
	t.is(untilAttempt(), 100);
	pair.client.close();
	pass(0);
});

test.serial("isPermanent is asked once about each failure, also about a violation", (t) => {
	for (const isPermanent of [false, true]) {
		const asked: unknown[] = [];
		const pair = new Pair({
			maxMessageSize: 3,
			reconnect: { ...exact, isPermanent: ({ code }) => asked.push(code) > 0 && isPermanent },
		});
		pair.accept();
		MemorySocket.last.receive(frame(opcodes.text, '"long"'));
		MemorySocket.last.fail();
		t.deepEqual(
			pair.events.map(([event]) => event),
			["open", "error", "close"],
		);
		t.deepEqual(asked, [1009]);
		t.is(untilAttempt(), isPermanent ? undefined : 100);
		pair.client.close();
		pass(0);
	}
});

test.serial("no Retry-After, and no pause of the app, shortens the pause", (t) => {
	const far = "9".repeat(30);
	for (const fields of [
		`Retry-After: Sun, ${far} Nov 1994 08:49:39 GMT\r\n`,
		`Retry-After: Sun, 06 Nov ${far} 08:49:39 GMT\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n`,
	]) {
		const pair = new Pair();
		pair.refuse(503, fields);
		t.is(pair.failures[0]?.retryAfter, undefined);
		t.is(pair.failures[0]?.delay, 100);
		pair.client.close();
		pass(0);
	}
	// The longest time of a timer.
	const patient = new Pair({ numberOfRetries: 5, timeBetweenRetries: 0x7fffffff });
	patient.refuse(503, "Retry-After: 3600\r\n");
	t.is(patient.failures[0]?.delay, 0x7fffffff);
	patient.client.close();
	pass(0);
});
