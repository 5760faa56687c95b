import test, { type ExecutionContext } from "ava";
import { closePayload, type FrameOptions, frame, opcodes, takeFrame } from "../../support/frames.js";
import { Endpoint, type Happening, type Role, roles } from "./endpoint.js";
import { counting, type Vector, vectors } from "./vectors.js";

/** A frame as the peer of `role` sends it. */
function frameTo(role: Role, opcode: number, payload?: string | Uint8Array, options?: FrameOptions): Buffer {
	return frame(opcode, payload, { mask: role === "server", ...options });
}

function expected({ says }: Vector): Happening {
	if ("opcode" in says) return { what: "control", ...says };
	return { what: "message", binary: typeof says.message !== "string", value: says.message };
}

function equal(happening: Happening | undefined, wanted: Happening): boolean {
	if (happening?.what === "message" && wanted.what === "message" && wanted.value instanceof Buffer)
		return happening.binary && wanted.value.equals(happening.value as Buffer);
	return JSON.stringify(happening) === JSON.stringify(wanted);
}

for (const vector of vectors) {
	test(`section 5.7: ${vector.name}, whole and cut in two at every octet`, (t) => {
		const { octets, to } = vector;
		const wanted = expected(vector);
		for (let cut = 0; cut < octets.length; cut++) {
			const endpoint = new Endpoint(to);
			endpoint.push(octets.subarray(0, cut));
			if (endpoint.happenings.length > 0) t.fail(`cut at ${cut}: it came before its end`);
			endpoint.push(octets.subarray(cut));
			const [happening, ...more] = endpoint.happenings;
			if (!equal(happening, wanted) || more.length > 0)
				t.fail(`cut at ${cut}: ${JSON.stringify(endpoint.happenings).slice(0, 500)}`);
		}
		t.pass();
	});
}

test("section 5.7: each example but the longest, cut in three at every two octets", (t) => {
	for (const vector of vectors) {
		const { octets, to } = vector;
		if (octets.length > 1000) continue;
		const wanted = expected(vector);
		for (let first = 0; first < octets.length; first++) {
			for (let second = first; second < octets.length; second++) {
				const endpoint = new Endpoint(to);
				endpoint.push(octets.subarray(0, first));
				endpoint.push(octets.subarray(first, second));
				endpoint.push(octets.subarray(second));
				if (!equal(endpoint.happenings[0], wanted)) t.fail(`${vector.name}, cut at ${first} and ${second}`);
			}
		}
	}
	t.pass();
});

test("section 5.7: the examples octet by octet, one after the other on one connection", (t) => {
	for (const role of roles) {
		const endpoint = new Endpoint(role);
		const mine = vectors.filter(({ to }) => to === role);
		for (const { octets } of mine)
			for (let i = 0; i < octets.length; i++) endpoint.push(octets.subarray(i, i + 1));
		t.deepEqual(endpoint.happenings, mine.map(expected));
	}
});

const lengths = [0, 1, 2, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537];

for (const role of roles) {
	for (const length of lengths) {
		test(`${role}: a message of ${length} octets, binary and text, cut around every field`, (t) => {
			for (const opcode of [opcodes.binary, opcodes.text]) {
				const payload =
					opcode === opcodes.binary
						? counting(length)
						: Buffer.from("text".repeat(20000)).subarray(0, length);
				const octets = frameTo(role, opcode, payload);
				const head = octets.length - length;
				const wanted: Happening = {
					what: "message",
					binary: opcode === opcodes.binary,
					value: opcode === opcodes.binary ? payload : payload.toString(),
				};
				const cuts = [...Array(head + 6).keys(), length >> 1, octets.length - 1];
				for (const cut of cuts.filter((at) => at <= octets.length)) {
					const endpoint = new Endpoint(role);
					endpoint.push(octets.subarray(0, cut));
					endpoint.push(octets.subarray(cut));
					t.true(equal(endpoint.happenings[0], wanted), `cut at ${cut}`);
					t.is(endpoint.happenings.length, 1);
				}
			}
		});
	}

	test(`${role}: payload keeps its place in the mask over pieces of every size`, (t) => {
		const payload = counting(50);
		const octets = frameTo(role, opcodes.binary, payload);
		for (let size = 1; size <= octets.length; size++) {
			const endpoint = new Endpoint(role);
			for (let at = 0; at < octets.length; at += size) endpoint.push(octets.subarray(at, at + size));
			t.deepEqual(endpoint.messages, [payload], `pieces of ${size}`);
		}
	});

	test(`${role}: text can be had as octets`, (t) => {
		const endpoint = new Endpoint(role, { strings: false });
		endpoint.push(frameTo(role, opcodes.text, "grüße"));
		t.deepEqual(endpoint.happenings, [{ what: "message", binary: false, value: Buffer.from("grüße") }]);
	});

	test(`${role}: fragments, empty ones among them, with control frames between, make one message`, (t) => {
		for (const size of [1, 2, 3, 1000]) {
			const endpoint = new Endpoint(role);
			const octets = Buffer.concat([
				frameTo(role, opcodes.text, "", { fin: false }),
				frameTo(role, opcodes.continuation, "Hel", { fin: false }),
				frameTo(role, opcodes.ping, "one"),
				frameTo(role, opcodes.continuation, "", { fin: false }),
				frameTo(role, opcodes.pong, ""),
				frameTo(role, opcodes.continuation, "lo", { fin: false }),
				frameTo(role, opcodes.ping, "two"),
				frameTo(role, opcodes.continuation, ""),
				frameTo(role, opcodes.binary, "next"),
			]);
			for (let at = 0; at < octets.length; at += size) endpoint.push(octets.subarray(at, at + size));
			t.deepEqual(endpoint.happenings, [
				{ what: "control", opcode: opcodes.ping, payload: "one" },
				{ what: "control", opcode: opcodes.pong, payload: "" },
				{ what: "control", opcode: opcodes.ping, payload: "two" },
				{ what: "message", binary: false, value: "Hello" },
				{ what: "message", binary: true, value: Buffer.from("next") },
			]);
			t.deepEqual(framesOf(endpoint), [
				[opcodes.pong, "one"],
				[opcodes.pong, "two"],
			]);
		}
	});

	test(`${role}: data stays in the transport until what was announced is read`, (t) => {
		const endpoint = new Endpoint(role, { slow: true });
		endpoint.push(
			Buffer.concat([frameTo(role, opcodes.binary, "one"), frameTo(role, opcodes.binary, "two")]),
		);
		t.deepEqual(endpoint.pieces, [3]);
		const left = endpoint.unread;
		t.true(left >= 5);
		endpoint.push(frameTo(role, opcodes.ping));
		t.deepEqual(endpoint.pieces, [3]);
		endpoint.takeData(2);
		t.is(endpoint.drained, 0);
		t.deepEqual(endpoint.pieces, [3]);
		endpoint.takeData(100);
		t.is(endpoint.drained, 1);
		t.deepEqual(endpoint.pieces, [3, 3]);
		endpoint.takeData();
		t.is(endpoint.unread, 0);
		t.is(endpoint.read(), undefined);
		t.deepEqual(endpoint.messages, [Buffer.from("one"), Buffer.from("two")]);
		t.deepEqual(framesOf(endpoint), [[opcodes.pong, ""]]);
	});

	test(`${role}: read() fills a buffer as far as there is data`, (t) => {
		const endpoint = new Endpoint(role, { slow: true });
		endpoint.push(frameTo(role, opcodes.binary, "hello"));
		const buffer = new Uint8Array(3);
		t.is(endpoint.read(buffer), 3);
		t.is(Buffer.from(buffer).toString(), "hel");
		t.is(endpoint.read(new ArrayBuffer(3)), 2);
		t.is(endpoint.read(buffer), undefined);
	});

	test(`${role}: a message of the limit passes, and one octet more fails at its header`, (t) => {
		const limit = 1000;
		const fragments = [
			frameTo(role, opcodes.binary, counting(600), { fin: false }),
			frameTo(role, opcodes.continuation, counting(400)),
		];
		for (const whole of [[frameTo(role, opcodes.binary, counting(limit))], fragments]) {
			const endpoint = new Endpoint(role, { maxMessageSize: limit });
			endpoint.push(Buffer.concat(whole));
			endpoint.push(Buffer.concat(whole));
			t.is(endpoint.messages.length, 2);
		}
		const head = (length: number, opcode: number) =>
			frameTo(role, opcode, "", { length }).subarray(0, length < 65536 ? 4 : 10);
		for (const excess of [
			[head(limit + 1, opcodes.binary)],
			[head(2 ** 40, opcodes.text)],
			[fragments[0] as Buffer, head(401, opcodes.continuation)],
		]) {
			const endpoint = new Endpoint(role, { maxMessageSize: limit });
			endpoint.push(Buffer.concat(excess));
			t.is(endpoint.fault?.code, 1009);
			t.is(closeCodeOf(endpoint), 1009);
			t.deepEqual(endpoint.messages, []);
		}
	});

	test(`${role}: a text message that comes whole is checked as one in pieces is`, (t) => {
		const mask = role === "server" ? 0x80 : 0;
		const longMessage = frameTo(role, opcodes.text, "x".repeat(1001));
		const shortMessage = frameTo(role, opcodes.text, "x".repeat(125));
		const longHead = Buffer.concat([
			Buffer.from([0x80 | opcodes.text, mask | 126, 0, 125]),
			shortMessage.subarray(2),
		]);
		for (const [octets, code] of [
			[longMessage, 1009],
			[longHead, 1002],
		] as const) {
			const endpoint = new Endpoint(role, { maxMessageSize: 1000 });
			const good = frameTo(role, opcodes.text, "good");
			endpoint.push(Buffer.concat([good, octets, good, counting(200)]));
			t.is(endpoint.fault?.code, code);
			t.is(closeCodeOf(endpoint), code);
			t.deepEqual(endpoint.messages, ["good"]);
			t.is(endpoint.unread, 0);
		}
	});

	test(`${role}: control frames are as long as 0, 1, 124 and 125 octets, and are answered as they are`, (t) => {
		for (const length of [0, 1, 124, 125]) {
			const payload = counting(length).toString("latin1");
			const endpoint = new Endpoint(role);
			endpoint.push(frameTo(role, opcodes.ping, counting(length)));
			endpoint.push(frameTo(role, opcodes.pong, counting(length)));
			t.deepEqual(endpoint.happenings, [
				{ what: "control", opcode: opcodes.ping, payload },
				{ what: "control", opcode: opcodes.pong, payload },
			]);
			t.deepEqual(framesOf(endpoint), [[opcodes.pong, payload]]);
		}
	});
}

/** The frames an endpoint has written: opcode and payload. */
function framesOf(endpoint: Endpoint): [number, string][] {
	const frames: [number, string][] = [];
	let octets: Buffer = endpoint.takeWritten();
	for (let taken = takeFrame(octets); taken; taken = takeFrame(octets)) {
		frames.push([taken.frame.opcode, taken.frame.payload.toString("latin1")]);
		octets = taken.rest;
	}
	return frames;
}

/** The code of the close frame an endpoint has written last. */
function closeCodeOf(endpoint: Endpoint): number | undefined {
	const [opcode, payload = ""] = framesOf(endpoint).at(-1) ?? [];
	return opcode === opcodes.close ? Buffer.from(payload, "latin1").readUInt16BE() : undefined;
}

/** What breaks the protocol: the code it is answered with, and the octets, up to the one that breaks it. */
const violations: [what: string, code: number, octets: (role: Role) => Buffer][] = [
	...[1, 2, 3, 4, 5, 6, 7].map((rsv): [string, number, (role: Role) => Buffer] => [
		`reserved bits ${rsv}`,
		1002,
		(role) => frameTo(role, opcodes.text, "", { rsv }).subarray(0, 2),
	]),
	...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, number, (role: Role) => Buffer] => [
		`opcode ${opcode}`,
		1002,
		(role) => frameTo(role, opcode).subarray(0, 2),
	]),
	...[opcodes.close, opcodes.ping, opcodes.pong].flatMap(
		(opcode): [string, number, (role: Role) => Buffer][] => [
			[
				`control frame ${opcode} in fragments`,
				1002,
				(role) => frameTo(role, opcode, "", { fin: false }).subarray(0, 2),
			],
			[
				`control frame ${opcode} of 126 octets`,
				1002,
				(role) => frameTo(role, opcode, "x".repeat(126)).subarray(0, 2),
			],
			[
				`control frame ${opcode} of 65536 octets`,
				1002,
				(role) => frameTo(role, opcode, "x".repeat(65536)).subarray(0, 2),
			],
		],
	),
	[
		"a frame with the other role's masking",
		1002,
		(role) => frame(opcodes.text, "", { mask: role === "client" }).subarray(0, 2),
	],
	[
		"a continuation of nothing",
		1002,
		(role) => frameTo(role, opcodes.continuation, "x", { fin: false }).subarray(0, 2),
	],
	[
		"a continuation after the end",
		1002,
		(role) =>
			Buffer.concat([frameTo(role, opcodes.text, "x"), frameTo(role, opcodes.continuation).subarray(0, 2)]),
	],
	[
		"a message inside a message",
		1002,
		(role) =>
			Buffer.concat([
				frameTo(role, opcodes.text, "x", { fin: false }),
				frameTo(role, opcodes.text, "y").subarray(0, 2),
			]),
	],
	...[0, 1, 125].map((length): [string, number, (role: Role) => Buffer] => [
		`the length ${length} in 16 bits`,
		1002,
		(role) => Buffer.from([0x82, role === "server" ? 0xfe : 0x7e, 0, length]),
	]),
	...[0, 125, 126, 65535].map((length): [string, number, (role: Role) => Buffer] => [
		`the length ${length} in 64 bits`,
		1002,
		(role) =>
			Buffer.from([0x82, role === "server" ? 0xff : 0x7f, 0, 0, 0, 0, 0, 0, length >> 8, length & 255]),
	]),
	[
		"a 64-bit length with its highest bit set",
		1002,
		(role) => Buffer.from([0x82, role === "server" ? 0xff : 0x7f, 0x80, 0]),
	],
	["a close frame of one octet", 1002, (role) => frameTo(role, opcodes.close, "x")],
	...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map(
		(code): [string, number, (role: Role) => Buffer] => [
			`the close code ${code}`,
			1002,
			(role) => frameTo(role, opcodes.close, closePayload(code)),
		],
	),
	[
		"a close reason that is not UTF-8",
		1007,
		(role) => frameTo(role, opcodes.close, Buffer.concat([closePayload(1000), Buffer.from([0xc3])])),
	],
	["text that is not UTF-8", 1007, (role) => frameTo(role, opcodes.text, Buffer.from([0xff]))],
	[
		"text that ends inside a character",
		1007,
		(role) =>
			Buffer.concat([
				frameTo(role, opcodes.text, Buffer.from([0xe2, 0x82]), { fin: false }),
				frameTo(role, opcodes.continuation),
			]),
	],
];

function checkViolation(t: ExecutionContext, endpoint: Endpoint, code: number): void {
	t.is(endpoint.fault?.code, code);
	t.regex(endpoint.fault?.message ?? "", /^[a-zA-Z].{15,}$/);
	t.is(endpoint.happenings.filter(({ what }) => what === "fault" || what === "closing").length, 2);
	t.is(closeCodeOf(endpoint), code);
}

for (const role of roles) {
	for (const [what, code, octetsFor] of violations) {
		test(`${role}: ${what} is answered with ${code}, at its last octet and not before`, (t) => {
			const octets = octetsFor(role);
			for (let cut = 0; cut < octets.length; cut++) {
				const endpoint = new Endpoint(role);
				endpoint.push(octets.subarray(0, cut));
				t.is(endpoint.fault, undefined);
				endpoint.push(octets.subarray(cut));
				checkViolation(t, endpoint, code);
			}
			const endpoint = new Endpoint(role);
			endpoint.push(Buffer.concat([octets, frameTo(role, opcodes.text, "after"), counting(100)]));
			endpoint.push(counting(1000));
			checkViolation(t, endpoint, code);
			t.is(endpoint.unread, 0);
			t.false(endpoint.messages.includes("after"));
		});
	}

	for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999]) {
		test(`${role}: a close frame with ${code} and a reason is answered with the code, and ends it`, (t) => {
			const endpoint = new Endpoint(role);
			const payload = closePayload(code, "grüße");
			endpoint.push(Buffer.concat([frameTo(role, opcodes.close, payload), frameTo(role, opcodes.text, "x")]));
			t.deepEqual(endpoint.happenings, [
				{ what: "control", opcode: opcodes.close, payload: payload.toString("latin1") },
				{ what: "closing" },
				{ what: "closed" },
			]);
			t.is(closeCodeOf(endpoint), code);
			t.throws(() => endpoint.write(new ArrayBuffer(1)), { message: /not open/ });
		});
	}

	test(`${role}: an empty close frame is answered with an empty one`, (t) => {
		const endpoint = new Endpoint(role);
		endpoint.push(frameTo(role, opcodes.close));
		t.deepEqual(framesOf(endpoint), [[opcodes.close, ""]]);
		t.is(endpoint.happenings.at(-1)?.what, "closed");
	});

	test(`${role}: data goes on until the answer to its own close frame`, (t) => {
		const endpoint = new Endpoint(role);
		endpoint.write(closePayload(1000), { opcode: opcodes.close });
		t.deepEqual(endpoint.happenings, [{ what: "closing" }]);
		endpoint.push(frameTo(role, opcodes.text, "still"));
		endpoint.push(frameTo(role, opcodes.ping, "there?"));
		endpoint.push(frameTo(role, opcodes.close, closePayload(1000)));
		t.deepEqual(
			endpoint.happenings.map(({ what }) => what),
			["closing", "message", "control", "control", "closed"],
		);
		// RFC 6455 section 5.5.1: nothing follows the close frame, the answer to the ping included.
		t.is(framesOf(endpoint).length, 1);
	});
}

/** Whole frames that break the protocol or a limit of 1000 octets, so that what follows them can be told apart. */
const wholeViolations: [what: string, octets: (role: Role) => Buffer][] = [
	["reserved bits", (role) => frameTo(role, opcodes.text, "x".repeat(5), { rsv: 1 })],
	["a reserved opcode, 16-bit length", (role) => frameTo(role, 3, "x".repeat(300))],
	["a reserved opcode, 64-bit length", (role) => frameTo(role, 3, "x".repeat(70_000))],
	["the other role's masking", (role) => frame(opcodes.text, "xyz", { mask: role === "client" })],
	["a long ping", (role) => frameTo(role, opcodes.ping, "x".repeat(126))],
	["a continuation of nothing", (role) => frameTo(role, opcodes.continuation, "x")],
	["a message that is too long, 16-bit length", (role) => frameTo(role, opcodes.binary, "x".repeat(1001))],
	["a message that is too long, 64-bit length", (role) => frameTo(role, opcodes.binary, "x".repeat(70_000))],
	["text that is not UTF-8", (role) => frameTo(role, opcodes.text, Buffer.from([0x78, 0xff, 0x78]))],
	[
		"the length 5 in 16 bits",
		(role) =>
			Buffer.from([
				0x82,
				role === "server" ? 0xfe : 0x7e,
				0,
				5,
				...(role === "server" ? [1, 2, 3, 4] : []),
				1,
				2,
				3,
				4,
				5,
			]),
	],
];

for (const role of roles) {
	for (const [what, octetsFor] of wholeViolations) {
		test(`${role}: after ${what} the peer's close frame is seen, and nothing else`, (t) => {
			const start = octetsFor(role);
			const close = frameTo(role, opcodes.close, closePayload(1002));
			const octets = Buffer.concat([
				start,
				frameTo(role, opcodes.text, "x".repeat(200)),
				frameTo(role, opcodes.ping, "ping"),
				frameTo(role, opcodes.binary),
				close,
			]);
			const cuts = Array.from({ length: octets.length }, (_, cut) => cut);
			for (const cut of cuts.filter((place) => place < 20 || place > octets.length - 300)) {
				const endpoint = new Endpoint(role, { maxMessageSize: 1000 });
				const closed = () => endpoint.happenings.filter((happening) => happening.what === "closed").length;
				endpoint.push(octets.subarray(0, cut));
				t.is(closed(), 0, `cut at ${cut}`);
				endpoint.push(octets.subarray(cut));
				t.is(closed(), 1, `cut at ${cut}`);
				endpoint.push(close);
				t.is(closed(), 1);
				t.is(endpoint.unread, 0);
				t.deepEqual(endpoint.messages, []);
				t.false(endpoint.happenings.some((happening) => happening.what === "control"));
			}
		});
	}
}
