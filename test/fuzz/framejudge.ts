/**
 * What a device must make of octets that come after the opening handshake: RFC 6455 once more, written for whole
 * streams and for clarity, apart from the module, as a judge of it.
 */
import { opcodes } from "../support/frames.js";
import { canBecomeUtf8, isUtf8 } from "../support/utf8.js";

export interface Message {
	binary: boolean;
	octets: Buffer;
}

export interface Verdict {
	/** Messages that must be reported, in order. */
	messages: Message[];
	/** Payloads of the pings, in order. */
	pings: Buffer[];
	/** How the connection stands when the octets are used up. */
	end:
		| { kind: "open" }
		/** The peer has closed it; the code is undefined when it gave none. */
		| { kind: "closed"; code: number | undefined; reason: string }
		/** The device must fail it with this code. */
		| { kind: "failed"; code: number; why: string };
}

export interface Rules {
	/** Whether frames must be masked: the device is a server. */
	masked: boolean;
	/** The longest message, in octets. */
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

/** Thrown where the octets end. */
const endOfOctets = Symbol("end of octets");

export function judgeFrames(octets: Buffer, rules: Rules): Verdict {
	const verdict: Verdict = { messages: [], pings: [], end: { kind: "open" } };
	try {
		new FrameJudge(octets, rules, verdict).judge();
	} catch (thrown) {
		if (thrown instanceof Failure) verdict.end = { kind: "failed", code: thrown.code, why: thrown.why };
		else if (thrown !== endOfOctets) throw thrown;
	}
	return verdict;
}

class FrameJudge {
	readonly #octets: Buffer;
	readonly #rules: Rules;
	readonly #verdict: Verdict;
	#position = 0;
	/** The message under way. */
	#message: { opcode: number; parts: Buffer[]; length: number } | undefined;

	constructor(octets: Buffer, rules: Rules, verdict: Verdict) {
		this.#octets = octets;
		this.#rules = rules;
		this.#verdict = verdict;
	}

	judge(): void {
		while (this.#verdict.end.kind === "open") this.#frame();
	}

	#frame(): void {
		const [first, second] = this.#take(2) as [number, number] & Buffer;
		const fin = first >= 0x80;
		const opcode = first % 16;
		const control = opcode >= 8;
		if ((first >> 4) % 8 !== 0) throw new Failure(1002, "reserved bits");
		if (second >= 0x80 !== this.#rules.masked) throw new Failure(1002, "masking");
		if (!Object.values<number>(opcodes).includes(opcode)) throw new Failure(1002, "reserved opcode");
		if (control && !fin) throw new Failure(1002, "fragmented control frame");
		if (control && second % 0x80 > 125) throw new Failure(1002, "long control frame");
		if (opcode === opcodes.continuation && !this.#message) throw new Failure(1002, "nothing to continue");
		if (!control && opcode !== opcodes.continuation && this.#message)
			throw new Failure(1002, "message in a message");
		const length = this.#length(second % 0x80);
		if (control) return this.#control(opcode, this.#payload(Number(length), this.#key()));
		this.#message ??= { opcode, parts: [], length: 0 };
		const message = this.#message;
		if (BigInt(message.length) + length > BigInt(this.#rules.maxMessageSize))
			throw new Failure(1009, "long message");
		message.length += Number(length);
		this.#data(message, Number(length), fin);
	}

	#data(message: { opcode: number; parts: Buffer[] }, length: number, fin: boolean): void {
		const key = this.#key();
		const there = Math.min(length, this.#octets.length - this.#position);
		message.parts.push(this.#payload(there, key));
		const octets = Buffer.concat(message.parts);
		const whole = there === length;
		if (message.opcode === opcodes.text && !(whole && fin ? isUtf8(octets) : canBecomeUtf8(octets)))
			throw new Failure(1007, "no UTF-8");
		if (!whole) throw endOfOctets;
		if (!fin) return;
		this.#message = undefined;
		this.#verdict.messages.push({ binary: message.opcode === opcodes.binary, octets });
	}

	#length(told: number): bigint {
		if (told < 126) return BigInt(told);
		if (told === 126) {
			const length = this.#take(2).readUInt16BE();
			if (length < 126) throw new Failure(1002, "length in 16 bits");
			return BigInt(length);
		}
		// The highest bit shows before the field is whole.
		if (this.#octets.length - this.#position >= 2 && this.#octets.readUInt8(this.#position) >= 0x80)
			throw new Failure(1002, "negative length");
		const length = this.#take(8).readBigUInt64BE();
		if (length < 65536n) throw new Failure(1002, "length in 64 bits");
		return length;
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

	#key(): Buffer {
		return this.#rules.masked ? this.#take(4) : Buffer.alloc(4);
	}

	#payload(length: number, key: Buffer): Buffer {
		return this.#take(length).map((octet, index) => octet ^ (key[index % 4] as number)) as Buffer;
	}

	#take(count: number): Buffer {
		if (this.#octets.length - this.#position < count) throw endOfOctets;
		this.#position += count;
		return this.#octets.subarray(this.#position - count, this.#position);
	}
}

/** Section 7.4: whether a code may stand in a close frame. */
function maySend(code: number): boolean {
	if (code >= 3000) return code <= 4999;
	return [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code);
}
