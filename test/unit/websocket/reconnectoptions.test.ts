import "../../../sim/node/globals.js";
import test from "ava";
import type { ClientOptions } from "../../../modules/websocket/websocket.js";

const { Client } = await import("../../../modules/websocket/websocket.js");

test("the values of reconnect are checked, with errors that name them", (t) => {
	for (const [reconnect, error, message] of [
		[1, "TypeError", "reconnect is 1; it must be true, false or an object"],
		["yes", "TypeError", 'reconnect is "yes"; it must be true, false or an object'],
		[[], "TypeError", "reconnect is an array; it must be true, false or an object"],
		[{ minimum: 0 }, "RangeError", "reconnect.minimum is 0; it must be an integer from 1 to 86400000"],
		[{ minimum: "1" }, "TypeError", 'reconnect.minimum is "1"; it must be an integer from 1 to 86400000'],
		[
			{ minimum: 500, maximum: 499 },
			"RangeError",
			"reconnect.maximum is 499; it must be an integer from 500 to 86400000",
		],
		[{ factor: 0.5 }, "RangeError", "reconnect.factor is 0.5; it must be a number from 1 to 100"],
		[{ factor: Number.NaN }, "RangeError", "reconnect.factor is NaN; it must be a number from 1 to 100"],
		[{ jitter: 1.1 }, "RangeError", "reconnect.jitter is 1.1; it must be a number from 0 to 1"],
		[{ jitter: true }, "TypeError", "reconnect.jitter is true; it must be a number from 0 to 1"],
		[
			{ stableAfter: -1 },
			"RangeError",
			"reconnect.stableAfter is -1; it must be an integer from 0 to 2147483647",
		],
		[{ isPermanent: 1 }, "TypeError", "reconnect.isPermanent is 1; it must be a function"],
	] as const)
		t.throws(() => new Client({ reconnect } as unknown as ClientOptions), { name: error, message });
	for (const reconnect of [true, {}, { minimum: 86_400_000 }, { minimum: null, isPermanent: null, other: 1 }])
		t.notThrows(() => new Client({ reconnect } as unknown as ClientOptions));
});
