/** Test vectors for both implementations of modules/rfc6455/framecodec and messagering: TypeScript and C. */
import type { MessageData } from "../../modules/rfc6455/bytes.js";
import type { DecodedFrame, EncodedFrame } from "../../modules/rfc6455/framecodec.js";
import type { MessageRing } from "../../modules/rfc6455/messagering.js";

export interface FrameCodec {
	encodeFrame(
		data: MessageData,
		first: number,
		masks: boolean,
		room: number,
		result: EncodedFrame,
	): ArrayBuffer | undefined;
	decodeFrame(
		bytes: ArrayBuffer,
		start: number,
		mode: number,
		result: DecodedFrame,
	): string | ArrayBuffer | null | undefined;
	MessageRing: new (size: number) => MessageRing;
}

const lengths = [0, 1, 2, 3, 4, 5, 124, 125, 126, 127, 128, 1000, 1024, 65535, 65536];
const masked = 1;
const strings = 2;
const textByte = 0x81;
const binaryByte = 0x82;

/** Text with its bytes in hexadecimal digits; null if they are not UTF-8 (RFC 3629, Unicode table 3-7). */
const texts: readonly [hex: string, text: string | null][] = [
	["61", "a"],
	["00", "\0"],
	["610062", "a\0b"],
	["0000", "\0\0"],
	["7f", "\x7f"],
	["c280", "\x80"],
	["dfbf", "\u07ff"],
	["e0a080", "\u0800"],
	["ed9fbf", "\ud7ff"],
	["ee8080", "\ue000"],
	["efbbbf61", "\ufeffa"],
	["efbfbf", "\uffff"],
	["f0908080", "\u{10000}"],
	["f48fbfbf", "\u{10ffff}"],
	["67c3bc00e282ac", "gü\0€"],
	["80", null],
	["bf", null],
	["c0", null],
	["c080", null],
	["c1bf", null],
	["c2", null],
	["c261", null],
	["c2c0", null],
	["e08080", null],
	["e09fbf", null],
	["e0a0", null],
	["e0a061", null],
	["eda080", null],
	["edbfbf", null],
	["ed8060", null],
	["f08080", null],
	["f0808080", null],
	["f08fbfbf", null],
	["f0908061", null],
	["f09080", null],
	["f4908080", null],
	["f48f61bf", null],
	["f5808080", null],
	["fe", null],
	["ff", null],
	["61e282", null],
	["0080", null],
];

function fromHex(hex: string): Uint8Array {
	return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
		Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16),
	);
}

function counting(length: number): Uint8Array {
	return Uint8Array.from({ length }, (_, index) => (index * 7 + 3) & 255);
}

/** Makes a frame with a masking key, or without one. */
function makeFrame(first: number, payload: Uint8Array, key?: readonly number[]): number[] {
	const { length } = payload;
	const bit = key ? 0x80 : 0;
	const header = [first];
	if (length < 126) header.push(bit | length);
	else if (length < 65536) header.push(bit | 126, length >> 8, length & 255);
	else header.push(bit | 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255);
	const masks = key ?? [0, 0, 0, 0];
	return [
		...header,
		...(key ?? []),
		...Array.from(payload, (byte, index) => byte ^ (masks[index & 3] as number)),
	];
}

function bufferOf(bytes: readonly number[] | Uint8Array): ArrayBuffer {
	return Uint8Array.from(bytes).buffer;
}

function isEqual(first: ArrayBuffer | ArrayBufferView, second: Uint8Array): boolean {
	const bytes = ArrayBuffer.isView(first)
		? new Uint8Array(first.buffer, first.byteOffset, first.byteLength)
		: new Uint8Array(first);
	return bytes.length === second.length && bytes.every((byte, index) => byte === second[index]);
}

/** Returns the payload of a frame that was encoded, unmasked; undefined if it is not the only and shortest frame. */
function payloadOf(
	frame: ArrayBuffer,
	first: number,
	masks: boolean,
	length: number,
): Uint8Array | undefined {
	const bytes = new Uint8Array(frame);
	const key = masks
		? Array.from(bytes.subarray(bytes.length - length - 4, bytes.length - length))
		: undefined;
	const payload = bytes.slice(bytes.length - length).map((byte, index) => byte ^ (key?.[index & 3] ?? 0));
	return isEqual(frame, Uint8Array.from(makeFrame(first, payload, key))) ? payload : undefined;
}

/** Runs all vectors. Returns a description of each failure. */
export function failures(codec: FrameCodec): string[] {
	return [
		...encodeFailures(codec),
		...decodeFailures(codec),
		...ringFailures(codec),
		...keyFailures(codec),
		...markerFailures(codec),
	];
}

function encodeFailures({ encodeFrame }: FrameCodec): string[] {
	const found: string[] = [];
	const result = { encoded: -1 };
	function check(name: string, data: MessageData, bytes: Uint8Array, masks: boolean): void {
		const header = (bytes.length < 126 ? 2 : bytes.length < 65536 ? 4 : 10) + (masks ? 4 : 0);
		const size = header + bytes.length;
		if (encodeFrame(data, textByte, masks, size - 1, result))
			found.push(`${name} is encoded in too little room`);
		if (encodeFrame(data, textByte, masks, -1, result)) found.push(`${name} is encoded without room`);
		result.encoded = -1;
		const frame = encodeFrame(data, textByte, masks, size, result);
		const payload = frame && payloadOf(frame, textByte, masks, bytes.length);
		if (!payload || !isEqual(payload, bytes)) found.push(`${name} is encoded wrongly`);
		if (result.encoded !== bytes.length) found.push(`${name}: ${result.encoded} bytes`);
	}
	for (const masks of [false, true]) {
		for (const length of lengths) {
			const bytes = counting(length);
			check(`buffer of ${length}`, bytes.buffer as ArrayBuffer, bytes, masks);
			const around = counting(length + 9);
			check(`view of ${length}`, around.subarray(5, 5 + length), around.slice(5, 5 + length), masks);
			check(`text of ${length}`, "x".repeat(length), new Uint8Array(length).fill(0x78), masks);
		}
		for (const [hex, text] of texts) if (text !== null) check(`text ${hex}`, text, fromHex(hex), masks);
	}
	return found;
}

function decodeFailures({ decodeFrame }: FrameCodec): string[] {
	const found: string[] = [];
	const key = [0x37, 0xfa, 0x21, 0x3d];
	const limit = 1024;
	for (const bits of [0, masked, strings, masked | strings]) {
		const mode = limit * 4 + bits;
		const ownKey = bits & masked ? key : undefined;
		const before = [1, 2, 3];
		const decode = (frame: readonly number[], start = before.length) => {
			const result = { decoded: -1 };
			const payload = decodeFrame(bufferOf([...before, ...frame, 9]), start, mode, result);
			return { payload, ...result };
		};
		const refuses = (name: string, frame: readonly number[]) => {
			const { payload, decoded } = decode(frame);
			if (payload !== undefined || decoded !== -1) found.push(`mode ${bits}: ${name} is decoded`);
		};
		for (const length of lengths.filter((length) => length > 0 && length <= limit)) {
			const bytes = counting(length);
			const frame = makeFrame(binaryByte, bytes, ownKey);
			const { payload, decoded } = decode(frame);
			if (!(payload instanceof ArrayBuffer) || !isEqual(payload, bytes))
				found.push(`mode ${bits}: ${length} bytes are decoded wrongly`);
			if (decoded !== ((before.length + frame.length) << 12) + (length << 1) + 1)
				found.push(`mode ${bits}: ${length} bytes give ${decoded}`);
			for (const size of [0, 1, 2, frame.length - 1])
				if (decodeFrame(bufferOf(frame.slice(0, size)), 0, mode, { decoded: -1 }) !== undefined)
					found.push(`mode ${bits}: ${size} of ${frame.length} bytes are decoded`);
		}
		for (const [hex, text] of texts) {
			const bytes = fromHex(hex);
			const frame = makeFrame(textByte, bytes, ownKey);
			const { payload, decoded } = decode(frame);
			const isRight =
				text === null || bits & strings
					? payload === text
					: payload instanceof ArrayBuffer && isEqual(payload, bytes);
			if (!isRight) found.push(`mode ${bits}: text ${hex} is decoded as ${String(payload)}`);
			if (decoded !== ((before.length + frame.length) << 12) + (bytes.length << 1))
				found.push(`mode ${bits}: text ${hex} gives ${decoded}`);
		}
		const five = counting(5);
		refuses("an empty message", makeFrame(textByte, new Uint8Array(0), ownKey));
		refuses("a message that is too long", makeFrame(binaryByte, counting(limit + 1), ownKey));
		refuses("a message with a 64-bit length", makeFrame(binaryByte, counting(65536), ownKey));
		refuses("a frame with the wrong MASK bit", makeFrame(textByte, five, ownKey ? undefined : key));
		for (const first of [0x01, 0x02, 0x80, 0x83, 0x88, 0x89, 0x8a, 0xc1, 0xa2, 0x91])
			refuses(`the first byte ${first}`, makeFrame(first, five, ownKey));
		const bit = ownKey ? 0x80 : 0;
		refuses("a length that is not minimal", [textByte, bit | 126, 0, 5, ...(ownKey ?? []), ...five]);
	}
	return found;
}

/** A ring that is filled, sent and filled again, so that messages and headers are split at its end. */
function ringFailures({ MessageRing }: FrameCodec): string[] {
	const found: string[] = [];
	for (let size = 40; size < 60; size++) {
		const ring = new MessageRing(size);
		const waiting: Uint8Array[] = [];
		for (let step = 0; step < 100; step++) {
			const bytes = counting((step * 11) % 13);
			const text = step % 3 === 0;
			const message = text ? "\0é".repeat(bytes.length).slice(0, bytes.length) : bytes;
			const content = text ? Uint8Array.from(encodeText(message as string)) : bytes;
			const really = waiting.reduce((sum, { length }) => sum + length + 4, content.length + 4) <= size;
			const length = ring.push(message, !text);
			if (length !== (really ? content.length : -1))
				found.push(`ring of ${size}, step ${step}: push() returned ${length}`);
			if (really) waiting.push(content);
			if (step % 4 !== 3) continue;
			const masks = step % 8 === 3;
			const room = (masks ? 6 : 2) * 2 + (waiting[0]?.length ?? 0) + (waiting[1]?.length ?? 0);
			const frames = ring.encode(masks, room);
			const count = Math.min(2, waiting.length);
			const sent = waiting.splice(0, count);
			if (ring.encodedCount < count || ring.encodedBytes < sent.reduce((sum, { length }) => sum + length, 0))
				found.push(
					`ring of ${size}, step ${step}: ${ring.encodedCount} messages, ${ring.encodedBytes} bytes`,
				);
			let position = 0;
			for (const payload of sent) {
				const end = position + (masks ? 6 : 2) + payload.length;
				const frame = frames?.slice(position, end);
				const first = new Uint8Array(frame ?? new ArrayBuffer(1))[0] as number;
				const decoded = frame && payloadOf(frame, first, masks, payload.length);
				if (!decoded || !isEqual(decoded, payload))
					found.push(`ring of ${size}, step ${step}: a message of ${payload.length} bytes is changed`);
				position = end;
			}
			// Empty messages may have followed.
			waiting.splice(0, ring.removeEncoded() - count);
		}
	}
	return found;
}

/** Keys of one, three, four, six and 126 bytes; some begin like others. */
const keys = ["k", "kkk", "a\0b", "é\u{1f642}", "k".repeat(126)];

interface Waiting {
	readonly key: string | undefined;
	payload: Uint8Array;
	binary: boolean;
}

/**
 * Messages with keys, of which each replaces the last one with its key, if one waits: by a longer, a shorter or an equally
 * long one. The ring is sent in parts meanwhile, so that keys, messages and what moves behind them are split at its end.
 */
function keyFailures({ MessageRing }: FrameCodec): string[] {
	const found: string[] = [];
	for (let size = 150; size < 190; size += 3) {
		const ring = new MessageRing(size);
		let waiting: Waiting[] = [];
		const fill = () =>
			waiting.reduce((sum, { key, payload }) => sum + 4 + encodeText(key ?? "").length + payload.length, 0);
		for (let step = 0; step < 150; step++) {
			const where = `keys in a ring of ${size}, step ${step}`;
			const key = step % 7 === 6 ? undefined : keys[(step * step + (step >> 3)) % keys.length];
			const binary = step % 3 > 0;
			const content = counting((step * 13) % 31);
			const message = binary ? content : "\0é".repeat(content.length).slice(0, content.length);
			const payload = binary ? content : Uint8Array.from(encodeText(message as string));
			const from = step % 5 === 4 ? 1 : 0;
			const place = key === undefined ? -1 : ring.placeOf(key, from);
			const wanted = waiting.reduce(
				(last, other, index) => (key !== undefined && index >= from && other.key === key ? index : last),
				-1,
			);
			if (place !== wanted) found.push(`${where}: placeOf() returned ${place} instead of ${wanted}`);
			const replaced = waiting[wanted];
			const more = replaced
				? payload.length - replaced.payload.length
				: 4 + encodeText(key ?? "").length + payload.length;
			const fits = fill() + more <= size;
			const length = replaced
				? ring.overwrite(wanted, message, binary)
				: key === undefined
					? ring.push(message, binary)
					: ring.push(message, binary, key);
			if (length !== (fits ? payload.length : -1)) found.push(`${where}: a message gave ${length}`);
			if (fits && replaced) Object.assign(replaced, { payload, binary });
			else if (fits) waiting.push({ key, payload, binary });
			if (step % 4 !== 3) continue;
			const masks = step % 8 === 3;
			// All of them in every fifth step; otherwise up to the first two.
			const count = step % 20 === 19 ? waiting.length : Math.min(2, waiting.length);
			const sent = waiting.slice(0, count);
			const room = sent.reduce((sum, { payload }) => sum + (masks ? 6 : 2) + payload.length, 0);
			const frames = ring.encode(masks, room);
			if (count > 0 && (ring.encodedCount !== count || !isFrames(frames, sent, masks)))
				found.push(`${where}: ${count} messages are encoded as ${ring.encodedCount} or wrongly`);
			if (frames && ring.removeEncoded() !== count) found.push(`${where}: removeEncoded()`);
			waiting = waiting.slice(count);
			if (step % 24 === 23 && waiting.length > 0) {
				ring.remove(1);
				waiting.shift();
			}
		}
	}
	return found;
}

/** Returns whether frames are those of the messages. */
function isFrames(frames: ArrayBuffer | undefined, messages: readonly Waiting[], masks: boolean): boolean {
	let position = 0;
	for (const { payload, binary } of messages) {
		const end = position + (masks ? 6 : 2) + payload.length;
		const frame = frames?.slice(position, end);
		const decoded = frame && payloadOf(frame, binary ? binaryByte : textByte, masks, payload.length);
		if (!decoded || !isEqual(decoded, payload)) return false;
		position = end;
	}
	return frames?.byteLength === position;
}

/** Markers, at every position of a small ring: encode() stops at one, and no key finds it. */
function markerFailures({ MessageRing }: FrameCodec): string[] {
	const found: string[] = [];
	const size = 40;
	const ring = new MessageRing(size);
	for (let step = 0; step < 50; step++) {
		const payload = counting(step % 6);
		const where = `marker ${step}`;
		const sent = [{ key: "k", payload, binary: true }];
		if (ring.push(payload, true, "k") !== payload.length)
			found.push(`${where}: no room for the first message`);
		if (ring.push("", step % 2 === 0, null) !== 0) found.push(`${where}: no room`);
		if (ring.push("é", false, "kk") !== 2) found.push(`${where}: no room for the last message`);
		if (ring.placeOf("kk", 0) !== 2 || ring.placeOf("k", 0) !== 0 || ring.placeOf("k", 1) !== -1)
			found.push(`${where}: placeOf()`);
		// The one behind the marker becomes longer, then the one before it: the marker moves.
		const longer = counting(payload.length + 1);
		if (ring.overwrite(2, "éé", false) !== 4) found.push(`${where}: the last message is not replaced`);
		if (ring.overwrite(0, longer, true) !== longer.length) found.push(`${where}: the first is not replaced`);
		(sent[0] as Waiting).payload = longer;
		const frames = ring.encode(false, 1000);
		if (ring.encodedCount !== 1 || !isFrames(frames, sent, false))
			found.push(`${where}: the message before it is encoded wrongly`);
		ring.removeEncoded();
		if (ring.encode(false, 1000) !== undefined) found.push(`${where}: the marker is encoded`);
		if (ring.placeOf("kk", 0) !== 1) found.push(`${where}: placeOf() behind it`);
		ring.remove(1);
		const last = ring.encode(true, 1000);
		const rest = [{ key: "kk", payload: Uint8Array.from(encodeText("éé")), binary: false }];
		if (ring.encodedCount !== 1 || !isFrames(last, rest, true)) found.push(`${where}: the message behind it`);
		ring.removeEncoded();
		if (ring.placeOf("kk", 0) !== -1) found.push(`${where}: a removed message is found`);
	}
	return found;
}

function encodeText(text: string): number[] {
	return Array.from(new Uint8Array(ArrayBuffer.fromString(text)));
}
