import "../../../sim/node/globals.js";
import test from "ava";
import { TextReader } from "../../../modules/rfc6455/utf8.js";
import { canBecomeUtf8, firstBadByte, invalidTexts, isUtf8, validTexts } from "../../support/utf8.js";

function bufferOf(bytes: Uint8Array): ArrayBuffer {
	return new Uint8Array(bytes).buffer;
}

/** Reads a text in pieces; gives it, or the number of the piece that was refused. */
function readPieces(reader: TextReader, pieces: Uint8Array[]): string | number {
	let text = "";
	for (const [index, piece] of pieces.entries()) {
		try {
			text += reader.decode(bufferOf(piece), index === pieces.length - 1);
		} catch (error) {
			if (!(error instanceof TypeError)) throw error;
			return index;
		}
	}
	return text;
}

function octetByOctet(bytes: Uint8Array): Uint8Array[] {
	return [...bytes].map((octet) => Uint8Array.of(octet));
}

for (const { name, bytes } of validTexts) {
	test(`${name} is read whole, in two pieces cut anywhere, and octet by octet`, (t) => {
		const text = bytes.toString();
		const reader = new TextReader();
		t.is(readPieces(reader, [bytes]), text);
		for (let cut = 0; cut <= bytes.length; cut++) {
			t.is(readPieces(reader, [bytes.subarray(0, cut), bytes.subarray(cut)]), text);
			t.is(readPieces(reader, [bytes.subarray(0, cut), Buffer.alloc(0), bytes.subarray(cut)]), text);
		}
		t.is(readPieces(reader, octetByOctet(bytes)), text);
		t.is(readPieces(reader, [...octetByOctet(bytes), Buffer.alloc(0)]), text);
	});
}

for (const { name, bytes } of invalidTexts) {
	const bad = firstBadByte(bytes);
	const where = bad < bytes.length ? `at octet ${bad}` : "at its end";
	test(`${name} is refused ${where}, and not before`, (t) => {
		t.is(readPieces(new TextReader(), [bytes]), 0);
		for (let cut = 0; cut <= bytes.length; cut++) {
			const refused = readPieces(new TextReader(), [bytes.subarray(0, cut), bytes.subarray(cut)]);
			t.is(refused, bad < cut ? 0 : 1, `cut at ${cut}`);
		}
		t.is(readPieces(new TextReader(), [...octetByOctet(bytes), Buffer.alloc(0)]), bad);
	});
}

test("every sequence of one or two bytes, and what may follow, is judged at the right octet", (t) => {
	const ends = ["", "80", "bf", "41", "8080", "80bf80"].map((hex) => Buffer.from(hex, "hex"));
	for (let first = 0; first < 256; first++) {
		for (let second = 0; second < 256; second++) {
			const both = Buffer.of(first, second);
			const viable = canBecomeUtf8(both);
			const refused = readPieces(new TextReader(), [both.subarray(0, 1), both.subarray(1), Buffer.alloc(0)]);
			const wanted = viable
				? isUtf8(both)
					? both.toString()
					: 2
				: canBecomeUtf8(both.subarray(0, 1))
					? 1
					: 0;
			if (refused !== wanted) t.fail(`${both.toString("hex")}: ${refused} instead of ${wanted}`);
			if (!viable) continue;
			for (const end of ends) {
				const all = Buffer.concat([both, end]);
				const read = readPieces(new TextReader(), [both, end]);
				// A bad end is refused in its piece.
				const good = isUtf8(all) ? all.toString() : 1;
				if (read !== good) t.fail(`${all.toString("hex")}: ${read} instead of ${good}`);
			}
		}
	}
	t.pass();
});
