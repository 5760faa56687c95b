/**
 * The judge of frames: determines the correct reaction of a device to the bytes after the opening handshake. A second
 * implementation of RFC 6455, independent of the module, that parses complete streams and is written for clarity.
 */
import { type FrameHeader, isMinimal, opcodes, readHeader, readPayload } from "../support/frames.js";
import { canBecomeUtf8, isUtf8 } from "../support/utf8.js";

export interface Message {
	binary: boolean;
	bytes: Buffer;
}

export interface Verdict {
	/** Messages that must be reported, in order. */
	messages: Message[];
	/** Payloads of the pings, in order. */
	pings: Buffer[];
	/** State of the connection after the last byte. */
	end:
		| { kind: "open" }
		/** The peer has closed it; the code is undefined for an empty close frame. */
		| { kind: "closed"; code: number | undefined; reason: string }
		/** The device must fail it with this code. */
		| { kind: "failed"; code: number; why: string };
}

export interface Rules {
	/** True if frames must be masked because the device is a server. */
	masked: boolean;
	/** The longest message, in bytes. */
	maxMessageSize: number;
}

class Failure {
	readonly code: number;
	readonly why: string;

	constructor(code: number, why: string) {
		this.code = code;
		this.why = why;
	}
}

/** Thrown at the end of the bytes. */
const endOfBytes = Symbol("end of bytes");

export function judgeFrames(bytes: Buffer, rules: Rules): Verdict {
	const verdict: Verdict = { messages: [], pings: [], end: { kind: "open" } };
	try {
		new FrameJudge(bytes, rules, verdict).judge();
	} catch (thrown) {
		if (thrown instanceof Failure) verdict.end = { kind: "failed", code: thrown.code, why: thrown.why };
		else if (thrown !== endOfBytes) throw thrown;
	}
	return verdict;
}

interface OpenMessage {
	opcode: number;
	parts: Buffer[];
	length: number;
}

class FrameJudge {
	readonly #bytes: Buffer;
	readonly #rules: Rules;
	readonly #verdict: Verdict;
	#position = 0;
	/** The unfinished message. */
	#message: OpenMessage | undefined;

	constructor(bytes: Buffer, rules: Rules, verdict: Verdict) {
		this.#bytes = bytes;
		this.#rules = rules;
		this.#verdict = verdict;
	}

	judge(): void {
		while (this.#verdict.end.kind === "open") this.#frame();
	}

	#frame(): void {
		const bytes = this.#bytes.subarray(this.#position);
		const header = readHeader(bytes);
		if (!header) throw endOfBytes;
		const { fin, opcode } = header;
		const control = opcode >= opcodes.close;
		if (header.rsv !== 0) throw new Failure(1002, "reserved bits");
		if (header.masked !== this.#rules.masked) throw new Failure(1002, "masking");
		if (!Object.values<number>(opcodes).includes(opcode)) throw new Failure(1002, "reserved opcode");
		if (control && !fin) throw new Failure(1002, "fragmented control frame");
		if (control && (header.lengthBits > 7 || Number(header.length) > 125))
			throw new Failure(1002, "long control frame");
		if (opcode === opcodes.continuation && !this.#message) throw new Failure(1002, "nothing to continue");
		if (!control && opcode !== opcodes.continuation && this.#message)
			throw new Failure(1002, "message in a message");
		const length = checkLength(bytes, header);
		if (!control) {
			this.#message ??= { opcode, parts: [], length: 0 };
			if (BigInt(this.#message.length) + length > BigInt(this.#rules.maxMessageSize))
				throw new Failure(1009, "long message");
		}
		if (bytes.length < header.size) throw endOfBytes;
		const payload = readPayload(bytes, header);
		const whole = payload.length === Number(length);
		if (control && !whole) throw endOfBytes;
		if (control) this.#control(opcode, payload);
		else this.#data(payload, whole, fin);
		this.#position += header.size + payload.length;
	}

	#data(payload: Buffer, whole: boolean, fin: boolean): void {
		const message = this.#message as OpenMessage;
		message.length += payload.length;
		message.parts.push(payload);
		const bytes = Buffer.concat(message.parts);
		if (message.opcode === opcodes.text && !(whole && fin ? isUtf8(bytes) : canBecomeUtf8(bytes)))
			throw new Failure(1007, "no UTF-8");
		if (!whole) throw endOfBytes;
		if (!fin) return;
		this.#message = undefined;
		this.#verdict.messages.push({ binary: message.opcode === opcodes.binary, bytes });
	}

	#control(opcode: number, payload: Buffer): void {
		if (opcode === opcodes.ping) this.#verdict.pings.push(payload);
		if (opcode !== opcodes.close) return;
		if (payload.length === 1) throw new Failure(1002, "half a code");
		const code = payload.length === 0 ? undefined : payload.readUInt16BE();
		if (code !== undefined && !maySend(code)) throw new Failure(1002, "close code");
		if (!isUtf8(payload.subarray(2))) throw new Failure(1007, "reason");
		this.#verdict.end = { kind: "closed", code, reason: payload.subarray(2).toString() };
	}
}

/** Reads the payload length (section 5.2). */
function checkLength(bytes: Buffer, header: FrameHeader): bigint {
	// A length above 2^63 is rejected before its field is complete.
	if (header.lengthBits === 64 && bytes.length >= 4 && bytes.readUInt8(2) >= 0x80)
		throw new Failure(1002, "negative length");
	if (header.length === undefined) throw endOfBytes;
	if (!isMinimal(header)) throw new Failure(1002, `length in ${header.lengthBits} bits`);
	return header.length;
}

/** Returns whether a code is allowed in a close frame (section 7.4). */
function maySend(code: number): boolean {
	if (code >= 3000) return code <= 4999;
	return [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code);
}
