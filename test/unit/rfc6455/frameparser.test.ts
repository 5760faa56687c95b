import test from "ava";
import { opcodes } from "../../support/frames.js";
import { invalidTexts, validTexts } from "../../support/utf8.js";
import { Endpoint, everyWay, type Happening, type Mode } from "./endpoint.js";
import { closeCodeOf, framesOf, frameTo } from "./frames.js";
import { counting, type Vector, vectors } from "./vectors.js";

const modes: readonly Mode[] = ["collected", "pieces"];

function expected({ says }: Vector): Happening {
	if ("opcode" in says) return { what: "control", ...says };
	return { what: "message", binary: typeof says.message !== "string", value: says.message };
}

function equal(happening: Happening | undefined, wanted: Happening): boolean {
	if (happening?.what === "message" && wanted.what === "message" && wanted.value instanceof Buffer)
		return happening.binary && wanted.value.equals(happening.value as Buffer);
	return JSON.stringify(happening) === JSON.stringify(wanted);
}

for (const [vector, mode] of vectors.flatMap((it) => modes.map((mode) => [it, mode] as const))) {
	test(`section 5.7: ${vector.name}, whole and split in two at every byte, ${mode}`, (t) => {
		const { bytes, to } = vector;
		const wanted = expected(vector);
		for (let cut = 0; cut < bytes.length; cut++) {
			const endpoint = new Endpoint(to, { mode });
			endpoint.push(bytes.subarray(0, cut));
			if (endpoint.happenings.length > 0) t.fail(`cut at ${cut}: an event before the last byte`);
			endpoint.push(bytes.subarray(cut));
			const [happening, ...more] = endpoint.happenings;
			if (!equal(happening, wanted) || more.length > 0)
				t.fail(`cut at ${cut}: ${JSON.stringify(endpoint.happenings).slice(0, 500)}`);
		}
		t.pass();
	});
}

test("section 5.7: each example except the longest, split in three at every pair of bytes", (t) => {
	for (const [vector, mode] of vectors.flatMap((it) => modes.map((mode) => [it, mode] as const))) {
		const { bytes, to } = vector;
		if (bytes.length > 1000) continue;
		const wanted = expected(vector);
		for (let first = 0; first < bytes.length; first++) {
			for (let second = first; second < bytes.length; second++) {
				const endpoint = new Endpoint(to, { mode });
				endpoint.push(bytes.subarray(0, first));
				endpoint.push(bytes.subarray(first, second));
				endpoint.push(bytes.subarray(second));
				if (!equal(endpoint.happenings[0], wanted)) t.fail(`${vector.name}, cut at ${first} and ${second}`);
			}
		}
	}
	t.pass();
});

test("section 5.7: the examples byte by byte, one after the other on one connection", (t) => {
	for (const [role, mode] of everyWay) {
		const endpoint = new Endpoint(role, { mode });
		const mine = vectors.filter(({ to }) => to === role);
		for (const { bytes } of mine)
			for (let i = 0; i < bytes.length; i++) endpoint.push(bytes.subarray(i, i + 1));
		t.deepEqual(endpoint.happenings, mine.map(expected));
	}
});

const lengths = [0, 1, 2, 124, 125, 126, 127, 128, 65534, 65535, 65536, 65537];

for (const [role, mode] of everyWay) {
	for (const length of lengths) {
		test(`${role}, ${mode}: a message of ${length} bytes, binary and text, split around every field`, (t) => {
			for (const opcode of [opcodes.binary, opcodes.text]) {
				const payload =
					opcode === opcodes.binary
						? counting(length)
						: Buffer.from("text".repeat(20000)).subarray(0, length);
				const bytes = frameTo(role, opcode, payload);
				const head = bytes.length - length;
				const wanted: Happening = {
					what: "message",
					binary: opcode === opcodes.binary,
					value: opcode === opcodes.binary ? payload : payload.toString(),
				};
				const cuts = [...Array(head + 6).keys(), length >> 1, bytes.length - 1];
				for (const cut of cuts.filter((at) => at <= bytes.length)) {
					const endpoint = new Endpoint(role, { mode });
					endpoint.push(bytes.subarray(0, cut));
					endpoint.push(bytes.subarray(cut));
					t.true(equal(endpoint.happenings[0], wanted), `cut at ${cut}`);
					t.is(endpoint.happenings.length, 1);
				}
			}
		});
	}

	test(`${role}, ${mode}: the masking key stays aligned with pieces of every size`, (t) => {
		const payload = counting(50);
		const bytes = frameTo(role, opcodes.binary, payload);
		for (let size = 1; size <= bytes.length; size++) {
			const endpoint = new Endpoint(role, { mode });
			for (let at = 0; at < bytes.length; at += size) endpoint.push(bytes.subarray(at, at + size));
			t.deepEqual(endpoint.messages, [payload], `pieces of ${size}`);
		}
	});

	test(`${role}, ${mode}: text is received as bytes if strings are not requested`, (t) => {
		const endpoint = new Endpoint(role, { mode, strings: false });
		endpoint.push(frameTo(role, opcodes.text, "grüße"));
		t.deepEqual(endpoint.happenings, [{ what: "message", binary: false, value: Buffer.from("grüße") }]);
	});

	test(`${role}, ${mode}: fragments, some of them empty, with control frames between them, make one message`, (t) => {
		for (const size of [1, 2, 3, 1000]) {
			const endpoint = new Endpoint(role, { mode });
			const bytes = Buffer.concat([
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
			for (let at = 0; at < bytes.length; at += size) endpoint.push(bytes.subarray(at, at + size));
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

	test(`${role}, ${mode}: a message with the maximum size passes; one byte more fails at its header`, (t) => {
		const limit = 1000;
		const fragments = [
			frameTo(role, opcodes.binary, counting(600), { fin: false }),
			frameTo(role, opcodes.continuation, counting(400)),
		];
		for (const whole of [[frameTo(role, opcodes.binary, counting(limit))], fragments]) {
			const endpoint = new Endpoint(role, { mode, maxMessageSize: limit });
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
			const endpoint = new Endpoint(role, { mode, maxMessageSize: limit });
			endpoint.push(Buffer.concat(excess));
			t.is(endpoint.fault?.code, 1009);
			t.is(closeCodeOf(endpoint), 1009);
			t.deepEqual(endpoint.messages, []);
		}
	});

	test(`${role}, ${mode}: a text message that arrives whole gets the same checks as one in pieces`, (t) => {
		const mask = role === "server" ? 0x80 : 0;
		const longMessage = frameTo(role, opcodes.text, "x".repeat(1001));
		const shortMessage = frameTo(role, opcodes.text, "x".repeat(125));
		const longHead = Buffer.concat([
			Buffer.from([0x80 | opcodes.text, mask | 126, 0, 125]),
			shortMessage.subarray(2),
		]);
		for (const [bytes, code] of [
			[longMessage, 1009],
			[longHead, 1002],
		] as const) {
			const endpoint = new Endpoint(role, { mode, maxMessageSize: 1000 });
			const good = frameTo(role, opcodes.text, "good");
			endpoint.push(Buffer.concat([good, bytes, good, counting(200)]));
			t.is(endpoint.fault?.code, code);
			t.is(closeCodeOf(endpoint), code);
			t.deepEqual(endpoint.messages, ["good"]);
			t.is(endpoint.unread, 0);
		}
	});

	test(`${role}, ${mode}: control frames may have 0, 1, 124 and 125 bytes, and a ping is answered with its own payload`, (t) => {
		for (const length of [0, 1, 124, 125]) {
			const payload = counting(length).toString("latin1");
			const endpoint = new Endpoint(role, { mode });
			endpoint.push(frameTo(role, opcodes.ping, counting(length)));
			endpoint.push(frameTo(role, opcodes.pong, counting(length)));
			t.deepEqual(endpoint.happenings, [
				{ what: "control", opcode: opcodes.ping, payload },
				{ what: "control", opcode: opcodes.pong, payload },
			]);
			t.deepEqual(framesOf(endpoint), [[opcodes.pong, payload]]);
		}
	});

	test(`${role}, ${mode}: every valid text arrives, whole and split in two anywhere, and no invalid one does`, (t) => {
		for (const { name, bytes: text } of [...validTexts, ...invalidTexts]) {
			const isValid = validTexts.some((valid) => valid.name === name);
			const bytes = frameTo(role, opcodes.text, text);
			for (let cut = 0; cut < bytes.length; cut++) {
				const endpoint = new Endpoint(role, { mode });
				endpoint.push(bytes.subarray(0, cut));
				endpoint.push(bytes.subarray(cut));
				t.deepEqual(endpoint.messages, isValid ? [text.toString()] : [], `${name}, cut at ${cut}`);
				t.is(endpoint.fault?.code, isValid ? undefined : 1007, `${name}, cut at ${cut}`);
			}
		}
	});
}
