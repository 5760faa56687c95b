/**
 * Reads the head of an HTTP message (RFC 9112 section 2) in pieces of any size, but no byte after it: those belong to the
 * first frames.
 *
 * Bytes are checked as they arrive. Only one part is kept at a time: the start line, a name of a known length, a value
 * that is used, or one item of a list. So memory is bounded by the longest part, and work is linear.
 */
import { isTokenByte, quote } from "./characters.js";

/** Why a head was refused: an HTTP status for the client, and a sentence. */
export interface HeadFault {
	readonly status: number;
	readonly message: string;
}

/** How a field's value is read. */
export const enum Keep {
	nothing,
	/** Passed to onField(). */
	value,
	/** A list (RFC 9110 section 5.6.1), of which each item is passed to onItem(). */
	list,
}

const enum Byte {
	tab = 9,
	lineFeed = 10,
	carriageReturn = 13,
	/** First byte of a TLS alert and of a TLS handshake message (RFC 8446 section 5.1). */
	tlsAlert = 21,
	tlsHandshake = 22,
	blank = 32,
	comma = 44,
	colon = 58,
	A = 65,
	Z = 90,
	/** The bit that makes an ASCII letter lower case. */
	lower = 32,
	/** Replaces a kept byte beyond ASCII. Like that byte, it is not valid anywhere. */
	substitute = 127,
}

/** The part of the head that the next bytes belong to. */
const enum Part {
	startLine,
	name,
	/** A value that is not kept; also the state between the start line and the first name. */
	skipped,
	value,
	list,
}

const enum Size {
	/** First size of the buffer, in bytes; it doubles up to the limit. */
	first = 64,
	/** Longest name of a field that can be used: its length is a bit of an integer. */
	longestName = 31,
	/** Lengths of the names of fields that are used, one bit each: names of other lengths do not become strings. */
	names = (1 << 4) |
		(1 << 6) |
		(1 << 7) |
		(1 << 8) |
		(1 << 10) |
		(1 << 11) |
		(1 << 13) |
		(1 << 14) |
		(1 << 15) |
		(1 << 16) |
		(1 << 17) |
		(1 << 20) |
		(1 << 21) |
		(1 << 22) |
		(1 << 24),
}

/** Limits of `maxHeadSize`, in bytes. */
export const enum HeadLimit {
	lowest = 512,
	highest = 65535,
	/** Default for requests, which a server reads. */
	request = 2048,
	/** Default for responses, which a client reads. */
	response = 4096,
}

/** `String` of the SDK: its typings lack two parameters. */
interface Decoder {
	fromArrayBuffer(bytes: ArrayBuffer, start: number, count: number): string;
}

export abstract class HeadReader {
	// The fields with "!" are the state of one head: restart() sets them, also for the constructor.
	/** Set once the head was refused; nothing is read after that. */
	fault?: HeadFault;
	/** True once the empty line that ends the head was read. */
	complete!: boolean;
	/** Bytes of the terminator CR LF CR LF that were read last. */
	private matched!: number;
	private part!: Part;
	/** The bytes kept of the current part, and their number. */
	protected bytes: Uint8Array<ArrayBuffer>;
	protected length!: number;
	private capacity: number;
	/** Bytes that may follow before the head is refused as too long. */
	private room: number;
	private readonly limit: number;
	/** Name, in lower case, of the field whose value or items are kept. */
	protected field: string;
	/** True after a field that the next line may continue. */
	private foldable!: boolean;
	/** Number of protocols in the `Upgrade` fields. */
	protected upgrades!: number;
	/** True if one of them is `websocket`. */
	protected upgradesToWebSocket!: boolean;
	/** True if the `Connection` fields have `upgrade`. */
	protected connectionUpgrades!: boolean;

	/** @param limit Longest head, in bytes. */
	constructor(limit: number) {
		this.bytes = new Uint8Array(Size.first);
		this.capacity = Size.first;
		this.room = limit;
		this.limit = limit;
		this.field = "";
		this.restart();
	}

	/**
	 * Minimum number of bytes up to the end of the head, so that reading them never passes it; 0 once the head is
	 * complete or refused.
	 */
	get wanted(): number {
		return this.complete || this.fault ? 0 : 4 - this.matched;
	}

	/**
	 * @param bytes Valid for the duration of the call.
	 * @param count Their number, at most `wanted`.
	 */
	push(bytes: Uint8Array, count: number): void {
		this.room -= count;
		if (this.room < 0)
			this.refuse(`the head of the ${this.message} has more than ${this.limit} bytes (maxHeadSize)`, 431);
		for (let index = 0; index < count && !this.fault; index++) {
			const byte = bytes[index] as number;
			// Fast path for most bytes: inside a line, neither white space nor a comma.
			if (byte <= Byte.comma || this.matched) this.takeByte(byte);
			else if (this.part === Part.name) this.takeName(byte);
			else if (this.part !== Part.skipped) this.keep(byte);
		}
	}

	/** For error messages: "request" or "response". */
	protected abstract get message(): string;
	/** True if a field may continue in the next line (RFC 9112 section 5.2): in a response, but not in a request. */
	protected abstract get folds(): boolean;
	/** Lengths of the names for which onName() is called, one bit each. */
	protected get names(): number {
		return Size.names;
	}
	/** The request line or the status line is complete: the first `length` of `bytes`. */
	protected abstract onStartLine(): void;
	/** A field other than `Upgrade` and `Connection` begins: its name in lower case. Returns how to read its value. */
	protected abstract onName(name: string): Keep;
	/** A value is complete, without the white space around it. */
	protected abstract onField(name: string, value: string): void;
	/** An item of a list is complete: the first `length` of `bytes`, without the white space around it. */
	protected abstract onItem(): void;
	/** The head is complete: checks for missing fields. */
	protected abstract onEnd(): void;

	/** Keeps the first fault: later ones may follow from it. */
	protected refuse(message: string, status = 400): void {
		this.fault ??= { status, message };
	}

	/** Starts reading another head, within the rest of the limit. */
	protected restart(): void {
		this.complete = false;
		this.matched = 0;
		this.part = Part.startLine;
		this.length = 0;
		this.foldable = false;
		this.upgrades = 0;
		this.upgradesToWebSocket = false;
		this.connectionUpgrades = false;
	}

	/** Returns the kept bytes from `start` to `end` as a string. */
	protected text(start = 0, end = this.length): string {
		return (String as unknown as Decoder).fromArrayBuffer(this.bytes.buffer, start, end - start);
	}

	private takeByte(byte: number): void {
		const matched = this.matched;
		if (byte < Byte.blank && byte !== Byte.tab) {
			if (byte === Byte.lineFeed && matched & 1) this.endLine();
			else if (byte === Byte.carriageReturn && !(matched & 1)) this.matched++;
			else this.refuseByte(byte);
			return;
		}
		if (matched) {
			if (matched & 1) return this.refuseByte(byte);
			this.matched = 0;
			this.beginLine(byte);
		}
		if (this.part === Part.skipped) return;
		if (this.part === Part.name) return this.takeName(byte);
		if (this.part !== Part.startLine) {
			if (byte === Byte.comma && this.part === Part.list) return this.endItem();
			// White space before a value.
			if (this.length === 0 && (byte === Byte.blank || byte === Byte.tab)) return;
		}
		this.keep(byte);
	}

	private keep(byte: number): void {
		const length = this.length++;
		if (length === this.capacity) {
			const bytes = new Uint8Array(2 * length);
			bytes.set(this.bytes);
			this.bytes = bytes;
			this.capacity = 2 * length;
		}
		this.bytes[length] = byte < Byte.substitute ? byte : Byte.substitute;
	}

	/** The first byte of a non-empty line after the start line. */
	private beginLine(byte: number): void {
		if (byte === Byte.blank || byte === Byte.tab) {
			// RFC 9112 section 5.2: the line continues the last field; the line break becomes this white space.
			if (this.foldable && this.folds) return;
			return this.refuse(
				this.foldable
					? `the ${this.message} has a folded field, which is obsolete: a line begins with a space`
					: `the first header line of the ${this.message} begins with a space`,
			);
		}
		this.endField();
		this.part = Part.name;
		this.length = 0;
	}

	private takeName(byte: number): void {
		const length = this.length;
		if (byte === Byte.colon && length) return this.beginValue();
		if (!isTokenByte(byte))
			return this.refuse(
				`the ${this.message} has the byte ${byte} after ${quote(this.text())}, where a field name or ":" is expected`,
			);
		// A longer name is not used.
		if (length <= Size.longestName) this.keep(byte >= Byte.A && byte <= Byte.Z ? byte | Byte.lower : byte);
	}

	private beginValue(): void {
		const length = this.length;
		let keep = Keep.nothing;
		if (length <= Size.longestName && (this.names >> length) & 1) {
			const name = this.text();
			keep = name === "upgrade" || name === "connection" ? Keep.list : this.onName(name);
			this.field = name;
		}
		this.part = keep === Keep.nothing ? Part.skipped : keep === Keep.value ? Part.value : Part.list;
		this.foldable = true;
		this.length = 0;
	}

	private endLine(): void {
		if (this.part === Part.startLine) {
			// RFC 9112 section 2.2: empty lines before the start line are ignored.
			if (this.length === 0) {
				this.matched = 0;
				return;
			}
			this.onStartLine();
			this.part = Part.skipped;
		} else if (this.part === Part.name)
			return this.refuse(`the ${this.message} has the header line ${quote(this.text())}, which has no colon`);
		else if (this.matched === 3) {
			this.endField();
			if (this.fault) return;
			this.complete = true;
			return this.onEnd();
		}
		this.matched = 2;
	}

	private endField(): void {
		if (this.part === Part.list) this.endItem();
		else if (this.part === Part.value) {
			this.trimEnd();
			this.onField(this.field, this.text());
		}
		this.part = Part.skipped;
	}

	private endItem(): void {
		this.trimEnd();
		const length = this.length;
		if (length) {
			if (this.field === "upgrade") {
				this.upgrades++;
				this.upgradesToWebSocket ||= length === 9 && this.lowerText() === "websocket";
			} else if (this.field === "connection")
				this.connectionUpgrades ||= length === 7 && this.lowerText() === "upgrade";
			else this.onItem();
		}
		this.length = 0;
	}

	/** Returns the kept bytes in lower case, for comparison with a word of letters; other characters may change, too. */
	private lowerText(): string {
		const { bytes, length } = this;
		for (let index = 0; index < length; index++) bytes[index] = (bytes[index] as number) | Byte.lower;
		return this.text();
	}

	private trimEnd(): void {
		const bytes = this.bytes;
		let length = this.length;
		while (length && (bytes[length - 1] === Byte.blank || bytes[length - 1] === Byte.tab)) length--;
		this.length = length;
	}

	private refuseByte(byte: number): void {
		const tls = byte === Byte.tlsHandshake || byte === Byte.tlsAlert;
		this.refuse(
			tls && this.part === Part.startLine && this.length === 0
				? `the ${this.folds ? "server" : "client"} speaks TLS (wss:); this side speaks plain ws: only`
				: `the head of the ${this.message} has the invalid byte ${byte}`,
		);
	}
}
