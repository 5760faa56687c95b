import "../../../sim/node/globals.js";
import { createHash } from "node:crypto";
import test from "ava";
import { base64, sha1 } from "../../../modules/rfc6455/sha1.js";

function digestOf(text: string): string {
	return Buffer.from(sha1(ArrayBuffer.fromString(text))).toString("hex");
}

// FIPS 180-1 appendices A to C, and RFC 3174 section 7.3.
for (const [name, text, digest] of [
	["one block", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
	[
		"two blocks",
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"84983e441c3bd26ebaae4aa1f95129e5e54670f1",
	],
	["a million letters", "a".repeat(1000000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"],
	["ten blocks", "01234567".repeat(80), "dea356a2cddd90c7a7ecedc5ebb563934f460452"],
	["nothing", "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
] as const)
	test(`SHA-1 of ${name}`, (t) => t.is(digestOf(text), digest));

test("SHA-1 of messages of every length up to three blocks, of all values", (t) => {
	for (let length = 0; length <= 192; length++) {
		const bytes = Uint8Array.from({ length }, (_, index) => index * 151 + length);
		t.is(
			Buffer.from(sha1(bytes.buffer)).toString("hex"),
			createHash("sha1").update(bytes).digest("hex"),
			`${length}`,
		);
		t.is(bytes[length - 1], length ? ((length - 1) * 151 + length) & 255 : undefined, "message unchanged");
	}
});

// RFC 4648 section 10.
test("base64 has padding", (t) => {
	for (const [text, encoded] of [
		["", ""],
		["f", "Zg=="],
		["fo", "Zm8="],
		["foo", "Zm9v"],
		["foob", "Zm9vYg=="],
		["fooba", "Zm9vYmE="],
		["foobar", "Zm9vYmFy"],
	] as const)
		t.is(base64(Buffer.from(text)), encoded);
});

test("base64 of all values", (t) => {
	const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
	t.is(base64(bytes), Buffer.from(bytes).toString("base64"));
});
