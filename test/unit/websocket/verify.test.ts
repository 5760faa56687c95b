import "../../../sim/node/globals.js";
import test from "ava";
import type { Decision } from "../../../modules/rfc6455/verifier.js";
import { traces } from "../../../sim/node/globals.js";
import { nextTurn } from "../../support/clock.js";

// The device modules read the globals of the SDK's engine when they are loaded.
const { Server } = await import("../../../modules/websocket/websocket.js");
const { makeVerifier } = await import("../../../modules/verify/verifier.js");

Object.assign(globalThis, { device: { network: { ws: { verify: makeVerifier } } } });

test("verify must be a function, or nothing", (t) => {
	for (const verify of [true, "token", {}, 1])
		t.throws(() => new Server({ verify } as never), {
			instanceOf: TypeError,
			message: /^verify is .*; it must be a function$/,
		});
	for (const verify of [undefined, null, () => true, async () => true])
		t.notThrows(() => new Server({ verify } as never));
});

const bad: [names: unknown, type: ErrorConstructor, message: RegExp][] = [
	[5, TypeError, /^verifyHeaders is 5; it must be a string$/],
	[["cookie", null], TypeError, /^verifyHeaders is null; it must be a string$/],
	["", RangeError, /^verifyHeaders is ""; it must be/],
	[
		"a b",
		RangeError,
		/^verifyHeaders is "a b"; it must be the name of a header field, of at most 31 characters$/,
	],
	[
		"x".repeat(32),
		RangeError,
		/^verifyHeaders is "x+"; it must be the name of a header field, of at most 31/,
	],
	[
		"Upgrade",
		RangeError,
		/^verifyHeaders is "Upgrade"; it must be a field that the handshake does not use itself$/,
	],
	[["Connection"], RangeError, /^verifyHeaders is "Connection"/],
	["Content-Length", RangeError, /^verifyHeaders is "Content-Length"/],
	["SEC-WebSocket-Key", RangeError, /^verifyHeaders is "SEC-WebSocket-Key"/],
	[[..."abcdefghi"], RangeError, /^verifyHeaders has 9 names; it must have at most 8$/],
];

for (const [names, instanceOf, message] of bad)
	test(`verifyHeaders: ${JSON.stringify(names)} is refused`, (t) => {
		t.throws(() => new Server({ verifyHeaders: names } as never), { instanceOf, message });
	});

test("verifyHeaders that can be used", (t) => {
	for (const names of [null, [], "Cookie", "x".repeat(31), [..."abcdefgh"], ["Host", "Origin"]])
		t.notThrows(() => new Server({ verifyHeaders: names }));
});

/** Lets verify() decide on a request. Returns the decisions, at once and later, and what was traced. */
async function decide(verify: () => unknown): Promise<{ decisions: Decision[]; traced: string[] }> {
	const decisions: Decision[] = [];
	const { length } = traces;
	const request = makeVerifier({ verify })?.request();
	request?.ask({ path: "/", query: "", remoteAddress: "", origin: undefined }, (decision) =>
		decisions.push(decision),
	);
	await new Promise(setImmediate);
	nextTurn();
	return { decisions, traced: traces.slice(length) };
}

const withoutText: [name: string, thrown: unknown, shown: string][] = [
	["a symbol", Symbol("odd"), "Symbol(odd)"],
	["an object without prototype", Object.create(null), "an exception without a text"],
	[
		"an object that throws itself",
		{
			toString() {
				throw this;
			},
		},
		"an exception without a text",
	],
];

for (const [name, thrown, shown] of withoutText)
	test.serial(`verify() fails with ${name}: 500, and no exception`, async (t) => {
		const broken = {
			get status(): number {
				throw thrown;
			},
		};
		const failed = `xs-web-socket: verify() failed: ${shown}; the request gets 500\n`;
		const ways: [verify: () => unknown, traced: string][] = [
			[
				() => {
					throw thrown;
				},
				failed,
			],
			[() => Promise.reject(thrown), failed],
			[() => broken, failed.replace("failed:", "has returned a wrong result:")],
			[() => Promise.resolve(broken), failed.replace("failed:", "has returned a wrong result:")],
		];
		for (const [verify, trace] of ways) {
			const { decisions, traced } = await decide(verify);
			t.is(decisions.length, 1);
			t.like(decisions[0], { status: 500 });
			t.deepEqual(traced, [trace]);
		}
	});

test.serial(
	"a thenable that settles again, and throws then, decides once, and nothing is traced",
	async (t) => {
		const { decisions, traced } = await decide(() => ({
			// biome-ignore lint/suspicious/noThenProperty: verify() may return any thenable
			then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
				resolve(true);
				resolve("invalid");
				reject(new Error("rejected"));
				throw new Error("thrown");
			},
		}));
		t.deepEqual(decisions, [undefined]);
		t.deepEqual(traced, []);
	},
);

test.serial("what an app settles inside its own code is decided in a later turn", (t) => {
	const decisions: Decision[] = [];
	let settle: (value: unknown) => void = () => {};
	const verify = () => ({
		// biome-ignore lint/suspicious/noThenProperty: verify() may return any thenable
		then(resolve: typeof settle) {
			settle = resolve;
		},
	});
	makeVerifier({ verify })
		?.request()
		.ask({ path: "/", query: "", remoteAddress: "", origin: undefined }, (decision) =>
			decisions.push(decision),
		);
	settle(true);
	t.deepEqual(decisions, []);
	nextTurn();
	t.deepEqual(decisions, [undefined]);
});
