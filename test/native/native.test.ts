import "../../sim/node/globals.js";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { checksum } from "../../modules/pages/checksum.js";
import type { MessageData } from "../../modules/rfc6455/bytes.js";
import { decodeFrame, encodeFrame } from "../../modules/rfc6455/framecodec.js";
import { MessageRing } from "../../modules/rfc6455/messagering.js";
import { Field, Ring } from "../../modules/rfc6455/ring.js";
import { takeFrame } from "../support/frames.js";
import { failures } from "../support/framevectors.js";
import { Random } from "../support/random.js";

// NATIVE_SEED=N repeats the run of that seed.

const here = fileURLToPath(new URL(".", import.meta.url));
const sources = [
	"rfc6455/native/framecodec.c",
	"rfc6455/native/messagering.c",
	"pages/native/checksum.c",
].map((path) => join(here, "../../modules", path));
const strict = ["-std=gnu11", "-Wall", "-Wextra", "-Wconversion", "-Werror"];
const sanitized = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/** A call of a native function: its line for the driver, and the line that it must answer. */
interface Call {
	readonly line: string;
	readonly answer: string;
}

/** Records the calls of the functions in TypeScript. */
class Recorder {
	readonly calls: Call[] = [];
	#rings = 0;

	readonly encodeFrame: typeof encodeFrame = (data, first, masks, room, result) => {
		const before = result.encoded;
		result.encoded = -1;
		const frame = encodeFrame(data, first, masks, room, result);
		const line = `encode ${hexOf(data)} ${first} ${Number(masks)} ${room}`;
		this.calls.push({ line, answer: `${shownFrames(frame)} ${result.encoded}` });
		if (!frame) result.encoded = before;
		return frame;
	};

	readonly decodeFrame: typeof decodeFrame = (bytes, start, mode, result) => {
		const before = result.decoded;
		result.decoded = -1;
		const payload = decodeFrame(bytes, start, mode, result);
		const shown = payload === null || payload === undefined ? String(payload) : hexOf(payload);
		this.calls.push({
			line: `decode ${hexOf(bytes)} ${start} ${mode}`,
			answer: `${shown} ${result.decoded}`,
		});
		if (payload === undefined) result.decoded = before;
		return payload;
	};

	get MessageRing(): new (
		size: number,
	) => MessageRing {
		const recorder = this;
		return class extends MessageRing {
			readonly #number = recorder.#rings++;

			constructor(size: number) {
				super(size);
				recorder.calls.push({ line: `ring ${Field.size + size}`, answer: String(this.#number) });
			}

			#record(line: string, result: string): void {
				const answer = `${result} ${this.encodedCount} ${this.encodedBytes}`;
				recorder.calls.push({ line, answer });
			}

			override push(message: MessageData, binary: boolean, key?: string | null): number {
				const length = super.push(message, binary, key);
				const line = `${this.#number} ${hexOf(message)} ${Number(binary)}`;
				this.#record(key === null ? `marker ${line}` : `push ${line} ${hexOf(key ?? "")}`, String(length));
				return length;
			}

			override placeOf(key: string, from: number): number {
				const index = super.placeOf(key, from);
				this.#record(`placeOf ${this.#number} ${hexOf(key)} ${from}`, String(index));
				return index;
			}

			override overwrite(index: number, message: MessageData, binary: boolean): number {
				const length = super.overwrite(index, message, binary);
				const line = `overwrite ${this.#number} ${index} ${hexOf(message)} ${Number(binary)}`;
				this.#record(line, String(length));
				this.#record(`bytes ${this.#number}`, hexOf(this.buffer));
				return length;
			}

			override encode(masks: boolean, room: number): ArrayBuffer | undefined {
				const frames = super.encode(masks, room);
				this.#record(`encodeRing ${this.#number} ${Number(masks)} ${room}`, shownFrames(frames));
				return frames;
			}

			override removeEncoded(): number {
				super.remove(this.encodedCount);
				this.#record(`removeEncoded ${this.#number}`, String(this.encodedCount));
				return this.encodedCount;
			}

			override remove(count: number): void {
				super.remove(count);
				this.#record(`remove ${this.#number} ${count}`, "undefined");
			}
		};
	}

	/** Random calls of rings with keys: most messages replace one that waits. */
	addKeyedCalls(random: Random): void {
		const keys = ["k", "a\0b", "é🙂", "x".repeat(126), "x".repeat(125)];
		for (const size of [4, 40, 300, 1000]) {
			const ring = new this.MessageRing(size);
			for (let count = 0; count < 700; count++) {
				const length = random.integer(0, Math.min(size, random.next() < 0.5 ? 20 : 130));
				const bytes = Uint8Array.from({ length }, () => random.integer(0, 255));
				const data = random.next() < 0.5 ? "aé\0".repeat(length / 4) : bytes;
				const binary = typeof data !== "string";
				const key = random.next() < 0.2 ? undefined : keys[random.integer(0, keys.length - 1)];
				const index =
					key === undefined ? -1 : ring.placeOf(key, random.next() < 0.9 ? 0 : random.integer(0, 3));
				if (random.next() < 0.02) ring.push("", binary, null);
				else if (index < 0) ring.push(data, binary, key);
				else ring.overwrite(index, data, binary);
				if (random.next() < 0.1) {
					if (ring.encode(random.next() < 0.5, random.integer(0, 400))) ring.removeEncoded();
					else if (new Ring((ring as unknown as { buffer: ArrayBuffer }).buffer).count) ring.remove(1);
				}
			}
		}
	}

	/** Random calls: whole and damaged frames, and rings that are filled and emptied. */
	addRandomCalls(random: Random): void {
		const result = { encoded: -1, decoded: -1 };
		const ring = new this.MessageRing(random.integer(20, 3000));
		for (let count = 0; count < 4000; count++) {
			const length = random.integer(0, random.next() < 0.9 ? 140 : 1100);
			const bytes = Uint8Array.from({ length }, () => random.integer(0, 255));
			const text = random.next() < 0.5 ? "aé€🙂\0".repeat(length / 8) : "y".repeat(length);
			const data = random.next() < 0.5 ? text : bytes;
			const masks = random.next() < 0.5;
			const first = typeof data === "string" ? 0x81 : 0x82;
			const frame = this.encodeFrame(data, first, masks, length + random.integer(0, 20) - 2, result);
			if (frame) {
				const view = new Uint8Array(frame);
				if (random.next() < 0.5) view[random.integer(0, view.length - 1)] = random.integer(0, 255);
				const end = random.next() < 0.8 ? frame.byteLength : random.integer(0, frame.byteLength);
				const mode = random.integer(0, 1100) * 4 + random.integer(0, 3);
				this.decodeFrame(frame.slice(0, end), random.next() < 0.9 ? 0 : random.integer(0, 9), mode, result);
			}
			this.calls.push({ line: `checksum ${hexOf(bytes)}`, answer: String(checksum(bytes)) });
			ring.push(data, typeof data !== "string");
			if (random.next() < 0.3 && ring.encode(masks, random.integer(-1, 2000))) ring.removeEncoded();
		}
	}
}

/** Text as XS stores it, with a zero character as C0 80; or bytes. In hexadecimal digits. */
function hexOf(data: MessageData): string {
	if (typeof data === "string")
		return `t${Buffer.from(data)
			.toString("hex")
			.replace(/../g, (byte) => (byte === "00" ? "c080" : byte))}`;
	const bytes = ArrayBuffer.isView(data)
		? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
		: Buffer.from(data);
	return `b${bytes.toString("hex")}`;
}

/** Frames without their masking keys, which are random. */
function shownFrames(frames: ArrayBuffer | undefined): string {
	if (!frames) return "undefined";
	let rest: Buffer = Buffer.from(frames);
	let shown = "";
	for (let taken = takeFrame(rest); taken; taken = takeFrame(rest)) {
		const { fin, opcode, masked, payload } = taken.frame;
		shown += `${Number(fin)}${opcode}${Number(masked)}:${payload.toString("hex")};`;
		rest = taken.rest;
	}
	return shown + rest.toString("hex");
}

/** An answer of the driver, with frames shown as shownFrames() shows them. */
function normalized(line: string, answer: string): string {
	const [result = "", ...others] = answer.split(" ");
	if (!line.startsWith("encode") || !result.startsWith("b")) return answer;
	return [shownFrames(new Uint8Array(Buffer.from(result.slice(1), "hex")).buffer), ...others].join(" ");
}

test("the native modules compile without a warning, and do the same as their twins without an error of the sanitizers", (t) => {
	const recorder = new Recorder();
	t.deepEqual(failures(recorder), []);
	const random = new Random("NATIVE_SEED");
	t.log(`NATIVE_SEED=${random.seed}`);
	recorder.addRandomCalls(random);
	recorder.addKeyedCalls(random);
	const folder = mkdtempSync(join(tmpdir(), "xs-web-socket-native-"));
	t.teardown(() => rmSync(folder, { recursive: true }));
	const driver = join(folder, "driver");
	execFileSync("cc", [
		...strict,
		...sanitized,
		`-I${here}`,
		join(here, "driver.c"),
		...sources,
		"-o",
		driver,
	]);
	const input = recorder.calls.map(({ line }) => `${line}\n`).join("");
	const output = execFileSync(driver, { input, encoding: "utf8", maxBuffer: 2 ** 28 });
	const answers = output.trimEnd().split("\n");
	t.is(answers.length, recorder.calls.length);
	for (const [index, { line, answer }] of recorder.calls.entries()) {
		const found = normalized(line, answers[index] as string);
		if (found !== answer)
			t.fail(`${line.slice(0, 200)}: the C answers ${found.slice(0, 200)}, its twin ${answer.slice(0, 200)}`);
	}
});
