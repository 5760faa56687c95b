import test from "ava";
import { startDevice } from "./support.js";

const valid: number[][] = [
	[],
	[0x61, 0x00, 0x7f],
	[0xc2, 0x80, 0xdf, 0xbf],
	[0xe0, 0xa0, 0x80, 0xef, 0xbf, 0xbf],
	[0xed, 0x9f, 0xbf, 0xee, 0x80, 0x80],
	[0xf0, 0x90, 0x80, 0x80, 0xf4, 0x8f, 0xbf, 0xbf],
	[0xef, 0xbb, 0xbf, 0x61],
];

const invalid: number[][] = [
	[0x80],
	[0xbf, 0x61],
	[0xc0, 0x80],
	[0xc1, 0xbf],
	[0xc3],
	[0xc3, 0x28],
	[0xe0, 0x9f, 0xbf],
	[0xe2, 0x82],
	[0xe2, 0x28, 0xa1],
	[0xed, 0xa0, 0x80],
	[0xed, 0xbf, 0xbf],
	[0xf0, 0x8f, 0xbf, 0xbf],
	[0xf0, 0x9f, 0x98],
	[0xf4, 0x90, 0x80, 0x80],
	[0xf5, 0x80, 0x80, 0x80],
	[0xf8, 0x88, 0x80, 0x80, 0x80],
	[0xfe],
	[0xff, 0x61],
];

/** Returns the bytes as a whole, split in two at every position, and split into single bytes. */
function cuts(bytes: number[]): number[][][] {
	const all: number[][][] = [[bytes]];
	for (let at = 0; at <= bytes.length; at++) all.push([bytes.slice(0, at), bytes.slice(at)]);
	if (bytes.length) all.push(bytes.map((byte) => [byte]));
	return all;
}

/** Returns the result of the TextDecoder of Node.js. */
function expected(chunks: number[][], options: { fatal?: boolean; ignoreBOM?: boolean }): string {
	const decoder = new TextDecoder("utf-8", options);
	let text = "";
	try {
		for (const [i, chunk] of chunks.entries())
			text += decoder.decode(Uint8Array.from(chunk), { stream: i < chunks.length - 1 });
	} catch (error) {
		return (error as Error).name;
	}
	return `text ${Array.from({ length: text.length }, (_, i) => text.charCodeAt(i).toString(16)).join(" ")}`;
}

for (const options of [{ fatal: true }, { fatal: true, ignoreBOM: true }])
	test(`text/decoder with ${JSON.stringify(options)} decodes as specified, wherever the input is split`, async (t) => {
		const vectors = [...valid, ...invalid].flatMap(cuts).map((chunks) => ({ chunks, options }));
		const device = await startDevice(t, "decodes", { config: { vectors } });
		await device.line(/^done$/);
		t.is(device.lines.length, vectors.length + 1);
		for (const [i, { chunks }] of vectors.entries())
			t.is(device.lines[i], expected(chunks, options), JSON.stringify(chunks));
	});

test("text/decoder without fatal replaces malformed sequences with U+FFFD", async (t) => {
	const vectors = [...valid, [0x61, 0x80, 0x62], [0xc3, 0x28], [0xe2, 0x82, 0x28]].map((bytes) => ({
		chunks: [bytes],
		options: {},
	}));
	const device = await startDevice(t, "decodes", { config: { vectors } });
	await device.line(/^done$/);
	for (const [i, { chunks, options }] of vectors.entries())
		t.is(device.lines[i], expected(chunks, options), JSON.stringify(chunks));
});

test("text/decoder drops a byte order mark at the start of every chunk unless ignoreBOM is set, as on the SDK", async (t) => {
	const chunks = [[0x61], [0xef, 0xbb, 0xbf, 0x62]];
	const vectors = [
		{ chunks, options: { fatal: true } },
		{ chunks, options: { fatal: true, ignoreBOM: true } },
	];
	const device = await startDevice(t, "decodes", { config: { vectors } });
	t.deepEqual(device.lines, ["text 61 62", "text 61 feff 62", "done"]);
});
