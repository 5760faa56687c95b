import test, { type ExecutionContext } from "ava";
import { pass } from "../../support/clock.js";
import { closePayload, frame, opcodes } from "../../support/frames.js";
import { Endpoint, everyWay, type Role } from "./endpoint.js";
import { closeCodeOf, framesOf, frameTo } from "./frames.js";
import { counting } from "./vectors.js";

/** Violations: the close code, and the bytes up to the one that proves the violation. */
const violations: [what: string, code: number, bytes: (role: Role) => Buffer][] = [
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
				`control frame ${opcode} of 126 bytes`,
				1002,
				(role) => frameTo(role, opcode, "x".repeat(126)).subarray(0, 2),
			],
			[
				`control frame ${opcode} of 65536 bytes`,
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
	["a close frame of one byte", 1002, (role) => frameTo(role, opcodes.close, "x")],
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
	t.is(endpoint.count("fault"), 1);
	t.true(endpoint.channel.isClosing);
	t.is(closeCodeOf(endpoint), code);
}

for (const [role, mode] of everyWay) {
	for (const [what, code, bytesFor] of violations) {
		test(`${role}, ${mode}: ${what} is answered with ${code} at its last byte, not earlier`, (t) => {
			const bytes = bytesFor(role);
			for (let cut = 0; cut < bytes.length; cut++) {
				const endpoint = new Endpoint(role, { mode });
				endpoint.push(bytes.subarray(0, cut));
				t.is(endpoint.fault, undefined);
				endpoint.push(bytes.subarray(cut));
				checkViolation(t, endpoint, code);
			}
			const endpoint = new Endpoint(role, { mode });
			endpoint.push(Buffer.concat([bytes, frameTo(role, opcodes.text, "after"), counting(100)]));
			endpoint.push(counting(1000));
			checkViolation(t, endpoint, code);
			t.is(endpoint.unread, 0);
			t.false(endpoint.messages.includes("after"));
			// Only the close frame is sent, and only its code is reported.
			pass(500);
			pass(2000);
			t.deepEqual(framesOf(endpoint), []);
			t.like(endpoint.happenings.at(-1), { what: "closed", code, failure: undefined });
			t.is(endpoint.count("closed"), 1);
			t.true(endpoint.socket.isClosed);
		});
	}
}

/** Complete frames that violate the protocol or a limit of 1000 bytes, so that the next frame follows. */
const wholeViolations: [what: string, bytes: (role: Role) => Buffer][] = [
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

for (const [role, mode] of everyWay) {
	for (const [what, bytesFor] of wholeViolations) {
		test(`${role}, ${mode}: after ${what} everything but the peer's close frame is ignored`, (t) => {
			const start = bytesFor(role);
			const close = frameTo(role, opcodes.close, closePayload(1002));
			const bytes = Buffer.concat([
				start,
				frameTo(role, opcodes.text, "x".repeat(200)),
				frameTo(role, opcodes.ping, "ping"),
				frameTo(role, opcodes.binary),
				close,
			]);
			const cuts = Array.from({ length: bytes.length }, (_, cut) => cut);
			for (const cut of cuts.filter((place) => place < 20 || place > bytes.length - 300)) {
				const endpoint = new Endpoint(role, { mode, maxMessageSize: 1000 });
				const closed = () => {
					endpoint.settle();
					return endpoint.count("closed");
				};
				endpoint.push(bytes.subarray(0, cut));
				t.is(closed(), 0, `cut at ${cut}`);
				endpoint.push(bytes.subarray(cut));
				// A second close frame changes nothing.
				if (cut % 2) endpoint.push(close);
				t.is(endpoint.unread, 0);
				t.is(closed(), 1, `cut at ${cut}`);
				t.deepEqual(endpoint.messages, []);
				t.false(endpoint.happenings.some((happening) => happening.what === "control"));
			}
		});
	}
}
