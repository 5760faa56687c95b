import "../../../sim/node/globals.js";
import test from "ava";

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
