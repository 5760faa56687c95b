import test from "ava";
import { NetstringReader, netstring } from "../../../sim/xs/netstring.js";
import { WireReader, WireWriter } from "../../../sim/xs/wire.js";

test("values are read as they were written", (t) => {
	const writer = new WireWriter(1);
	writer.uint8(255).uint16(65535).uint32(4294967295).float64(-0.5).string("é€").bytes(Uint8Array.of(1, 2));
	writer.bytes(new Uint8Array(0)).raw(Uint8Array.of(9, 8));
	const reader = new WireReader(new Uint8Array(writer.take()));
	t.is(writer.length, 0);
	t.deepEqual(
		[reader.uint8(), reader.uint16(), reader.uint32(), reader.float64(), reader.string()],
		[255, 65535, 4294967295, -0.5, "é€"],
	);
	t.deepEqual([...reader.bytes()], [1, 2]);
	t.deepEqual([...reader.bytes()], []);
	t.true(reader.more);
	t.deepEqual([...reader.rest()], [9, 8]);
	t.false(reader.more);
});

test("netstrings are parsed wherever the stream is split", (t) => {
	const messages = ["?", "?a", `.${"x".repeat(1234)}`, "!12:3,", "/,"];
	const stream = Buffer.concat(
		messages.map((message) => netstring(message[0] as string, Buffer.from(message.slice(1)))),
	);
	for (let first = 0; first <= stream.length; first += 1)
		for (const second of [first, first + 1, first + 2, stream.length]) {
			const found: string[] = [];
			const reader = new NetstringReader((message) => found.push(message.toString()));
			reader.push(stream.subarray(0, first));
			reader.push(stream.subarray(first, second));
			reader.push(stream.subarray(second));
			t.deepEqual(found, messages);
		}
});
