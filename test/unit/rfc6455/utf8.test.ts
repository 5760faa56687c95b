import "../../../sim/node/globals.js";
import test from "ava";
import { Utf8Check } from "../../../modules/rfc6455/utf8.js";
import { canBecomeUtf8, firstBadByte, invalidTexts, isUtf8, validTexts } from "../../support/utf8.js";

/** Checks a text in pieces. Returns true, or the index of the refused piece: the last one if the text ends too early. */
function check(pieces: Uint8Array[], text = new Utf8Check()): true | number {
	for (const [index, piece] of pieces.entries()) {
		if (!text.push(new Uint8Array(piece))) return index;
		if (index === pieces.length - 1 && !text.isWhole) return index;
	}
	return true;
}

function byteByByte(bytes: Uint8Array): Uint8Array[] {
	return [...bytes].map((byte) => Uint8Array.of(byte));
}

const empty = Buffer.alloc(0);

/** Prefixes of the texts: pieces of more than 16 bytes are checked differently. */
const prefixes = ["", "x".repeat(17)].map((text) => Buffer.from(text));

for (const { name, bytes } of validTexts) {
	test(`${name} is valid whole, split in two anywhere, and byte by byte`, (t) => {
		const text = new Utf8Check();
		for (const prefix of prefixes) {
			const long = Buffer.concat([prefix, bytes]);
			t.true(check([long], text));
			for (let cut = 0; cut <= long.length; cut++) {
				t.true(check([long.subarray(0, cut), long.subarray(cut)], text));
				t.true(check([long.subarray(0, cut), empty, long.subarray(cut)], text));
				t.true(check([long.subarray(0, cut), Buffer.concat([long.subarray(cut), prefix])], text));
			}
			t.true(check(byteByByte(long), text));
			t.true(check([...byteByByte(long), empty], text));
		}
	});
}

for (const { name, bytes } of invalidTexts) {
	const bad = firstBadByte(bytes);
	const where = bad < bytes.length ? `at byte ${bad}` : "at its end";
	test(`${name} is refused ${where}, and not before`, (t) => {
		for (const prefix of prefixes) {
			const long = Buffer.concat([prefix, bytes]);
			t.is(check([long]), 0);
			for (let cut = 0; cut <= long.length; cut++) {
				const refused = check([long.subarray(0, cut), long.subarray(cut)]);
				t.is(refused, prefix.length + bad < cut ? 0 : 1, `cut at ${cut}`);
			}
			t.is(check([...byteByByte(long), empty]), prefix.length + bad);
		}
	});
}

test("every sequence of one or two bytes, with continuations, is refused at the first invalid byte", (t) => {
	const ends = ["", "80", "bf", "41", "8080", "80bf80"].map((hex) => Buffer.from(hex, "hex"));
	for (let first = 0; first < 256; first++) {
		for (let second = 0; second < 256; second++) {
			const both = Buffer.of(first, second);
			const viable = canBecomeUtf8(both);
			const result = check([both.subarray(0, 1), both.subarray(1), empty]);
			const invalidAt = canBecomeUtf8(both.subarray(0, 1)) ? 1 : 0;
			const wanted = viable ? isUtf8(both) || 2 : invalidAt;
			if (result !== wanted) t.fail(`${both.toString("hex")}: ${result} instead of ${wanted}`);
			if (!viable) continue;
			for (const end of ends) {
				const all = Buffer.concat([both, end]);
				const wantedAll = isUtf8(all) || 1;
				if (check([both, end]) !== wantedAll) t.fail(`${all.toString("hex")} in two pieces`);
				const long = [...prefixes, both, end, Buffer.from("y".repeat(17))];
				if (check([Buffer.concat(long)]) !== (isUtf8(all) || 0))
					t.fail(`${all.toString("hex")} in a long piece`);
			}
		}
	}
	t.pass();
});
