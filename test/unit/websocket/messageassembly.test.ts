import test from "ava";
import { MessageAssembly } from "../../../modules/websocket/messageassembly.js";
import { Random } from "../../support/random.js";

// ASSEMBLY_SEED=N repeats the run of that seed.

function bufferOf(octets: Uint8Array): ArrayBuffer {
	return new Uint8Array(octets).buffer;
}

test("octets in pieces of any size, empty ones among them, make the message", (t) => {
	const random = new Random("ASSEMBLY_SEED");
	t.log(`ASSEMBLY_SEED=${random.seed}`);
	for (let round = 0; round < 200; round++) {
		const limit = random.integer(1, 5000);
		const message = Buffer.from(
			Uint8Array.from({ length: random.integer(0, limit) }, () => random.integer(0, 255)),
		);
		const assembly = new MessageAssembly();
		for (let at = 0; at < message.length; ) {
			const length = Math.min(random.integer(0, random.next() < 0.5 ? 3 : 1000), message.length - at);
			const piece = bufferOf(message.subarray(at, at + length));
			assembly.append(length === 0 ? undefined : piece, length, limit);
			// The piece is the caller's again.
			new Uint8Array(piece).fill(0xee);
			at += length;
			t.is(assembly.length, at);
		}
		t.deepEqual(Buffer.from(assembly.message as ArrayBuffer), message);
	}
});

test("text in pieces is one string, and its length is counted in octets", (t) => {
	const assembly = new MessageAssembly();
	for (const piece of ["gr", "ü", undefined, "ße", ""])
		assembly.append(piece, Buffer.byteLength(piece ?? ""), 100);
	t.is(assembly.message, "grüße");
	t.is(assembly.length, 7);
});

test("nothing but empty pieces is an empty message", (t) => {
	const assembly = new MessageAssembly();
	assembly.append(undefined, 0, 10);
	assembly.append(undefined, 0, 10);
	t.is(assembly.length, 0);
	t.is((assembly.message as ArrayBuffer).byteLength, 0);
});

test("a message in single octets grows its buffer a logarithmic number of times, and never past the limit", (t) => {
	const limit = 10000;
	const sizes = new Set<number>();
	const native = globalThis.Uint8Array;
	globalThis.Uint8Array = class extends native {
		constructor(first: number) {
			super(first);
			if (typeof first === "number") sizes.add(first);
		}
	} as unknown as typeof Uint8Array;
	try {
		const assembly = new MessageAssembly();
		for (let count = 0; count < limit; count++) assembly.append(new ArrayBuffer(1), 1, limit);
		t.is((assembly.message as ArrayBuffer).byteLength, limit);
	} finally {
		globalThis.Uint8Array = native;
	}
	t.true(sizes.size > 3 && sizes.size < 20, `${sizes.size} buffers`);
	t.is(Math.max(...sizes), limit);
});
