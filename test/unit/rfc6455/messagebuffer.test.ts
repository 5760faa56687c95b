import "../../../sim/node/globals.js";
import test from "ava";
import { MessageBuffer } from "../../../modules/rfc6455/messagebuffer.js";
import { frame, opcodes } from "../../support/frames.js";
import { firstBadByte, invalidTexts, validTexts } from "../../support/utf8.js";
import { Endpoint, roles } from "./endpoint.js";

test("a buffer doubles until the last frame sets its exact size, and never exceeds the limit", (t) => {
	for (const [messageLength, size, final, limit, expected] of [
		[5, 0, true, 1000, 5],
		[5, 128, true, 1000, 5],
		[0, 0, true, 1000, 0],
		[1, 0, false, 1000, 128],
		[128, 128, false, 1000, 128],
		[129, 128, false, 1000, 256],
		[500, 128, false, 1000, 500],
		[600, 512, false, 1000, 1000],
		[1, 0, false, 20, 20],
		[1000, 1000, false, 1000, 1000],
	] as const)
		t.is(MessageBuffer.sizeFor(messageLength, size, final, limit), expected);
});

for (const role of roles) {
	const mask = role === "server";
	const part = (opcode: number, payload: Uint8Array, fin: boolean) => frame(opcode, payload, { fin, mask });

	/** Sends text to an endpoint in fragments of one byte. Returns the index of the fragment at which it fails. */
	function failsAt(endpoint: Endpoint, text: Uint8Array): number | undefined {
		for (const [index, byte] of [...text].entries()) {
			const last = index === text.length - 1;
			endpoint.push(part(index ? opcodes.continuation : opcodes.text, Uint8Array.of(byte), last));
			if (endpoint.fault) return index;
		}
		return undefined;
	}

	test(`${role}: text in fragments of one byte is collected`, (t) => {
		const endpoint = new Endpoint(role);
		const texts = validTexts.map(({ bytes }) => bytes).filter((bytes) => bytes.length > 0);
		for (const bytes of texts) t.is(failsAt(endpoint, bytes), undefined);
		t.deepEqual(
			endpoint.messages,
			texts.map((bytes) => bytes.toString()),
		);
	});

	test(`${role}: text that is not UTF-8 fails with 1007 at the first byte that proves it`, (t) => {
		for (const { name, bytes } of invalidTexts) {
			const bad = Math.min(firstBadByte(bytes), bytes.length - 1);
			const endpoint = new Endpoint(role);
			t.is(failsAt(endpoint, bytes), bad, name);
			t.is(endpoint.fault?.code, 1007, name);
			t.deepEqual(endpoint.messages, []);
		}
	});

	test(`${role}: a long piece of text fails with 1007, wherever the invalid byte is`, (t) => {
		for (const length of [17, 511, 512, 513, 2000]) {
			for (const { name, bytes } of invalidTexts) {
				const text = Buffer.concat([Buffer.from("x".repeat(length)), bytes, Buffer.from("yyyy")]);
				const endpoint = new Endpoint(role);
				endpoint.push(part(opcodes.text, text, false));
				t.is(endpoint.fault?.code, 1007, `${name} behind ${length} bytes`);
			}
			for (const { name, bytes } of validTexts) {
				const text = Buffer.concat([Buffer.from("x".repeat(length)), bytes]);
				const endpoint = new Endpoint(role);
				endpoint.push(part(opcodes.text, text, false));
				endpoint.push(part(opcodes.continuation, Buffer.from("z"), true));
				t.deepEqual(endpoint.messages, [`${text}z`], `${name} behind ${length} bytes`);
			}
		}
	});

	test(`${role}: a message for which there is no memory fails with 1009 at the header of its frame`, (t) => {
		const endpoint = new Endpoint(role, { memory: 3000 });
		endpoint.push(part(opcodes.binary, Buffer.alloc(3000), true));
		t.is(endpoint.messages.length, 1);
		const header = frame(opcodes.binary, "", { mask, length: 3001 });
		endpoint.push(header.subarray(0, 4));
		t.is(endpoint.fault?.code, 1009);
		t.regex(endpoint.fault?.message ?? "", /no memory for a message of 3001 bytes/);
	});

	test(`${role}: an unfinished message is dropped when this side closes`, (t) => {
		const endpoint = new Endpoint(role);
		endpoint.push(part(opcodes.binary, Buffer.alloc(2000), false));
		t.is(endpoint.channel.buffered, 2000);
		endpoint.channel.close(1000, "");
		t.is(endpoint.channel.buffered, 0);
		endpoint.push(part(opcodes.continuation, Buffer.alloc(2000), true));
		endpoint.push(part(opcodes.text, Buffer.from("late"), false));
		t.is(endpoint.channel.buffered, 0);
		t.deepEqual(endpoint.messages, []);
		t.is(endpoint.fault, undefined);
	});
}
