/**
 * Reads the head of an opening handshake's message (RFC 9112 section 2) in pieces of any size, and never a byte of
 * what follows it: in an opening handshake those bytes belong to the first frames.
 *
 * Bytes are checked as they come. Only one part is kept at a time: the start line, a name of a known length, a value
 * that matters or one item of a list. Memory is therefore bounded by the longest part, and work is linear.
 */
import { isTokenByte, quote } from "./characters.js";

/** Why a head was refused: an HTTP status that says so to a client, and a sentence that says so to a person. */
export interface HeadFault {
	readonly status: number;
	readonly message: string;
}

/** What becomes of a field's value. */
export const enum Keep {
	nothing,
	/** It is given to onField(). */
	value,
	/** It is a list (RFC 9110 section 5.6.1), and each item is given to onItem(). */
	list,
}

const enum Byte {
	tab = 9,
	lineFeed = 10,
	carriageReturn = 13,
	/** The first byte of an alert and of a handshake message of TLS (RFC 8446 section 5.1). */
	tlsAlert = 21,
	tlsHandshake = 22,
	blank = 32,
	comma = 44,
	colon = 58,
	A = 65,
	Z = 90,
	/** The bit that makes a letter a small one. */
	lower = 32,
	/** Stands for a byte past ASCII, where bytes are kept: it is valid nowhere either. */
	substitute = 127,
}

/** What the bytes that come belong to. */
const enum Part {
	startLine,
	name,
	/** A value that is not kept; also the state between the start line and the first name. */
	skipped,
	value,
	list,
}

const enum Size {
	/** Bytes kept at first; the buffer doubles as long as the limit allows. */
	first = 64,
	/** No name that matters is longer. */
	longestName = 24,
	/** The lengths of the names that matter, one bit each: names of other lengths need not become strings. */
	names = (1 << 4) |
		(1 << 6) |
		(1 << 7) |
		(1 << 10) |
		(1 << 14) |
		(1 << 17) |
		(1 << 20) |
		(1 << 21) |
		(1 << 22) |
		(1 << 24),
}

/** The limits that `maxHeadSize` may set, in bytes. */
export const enum HeadLimit {
	lowest = 512,
	highest = 65535,
	/** Unless set: of a request, as a server reads it. */
	request = 2048,
	/** Unless set: of a response, as a client reads it. */
	response = 4096,
}

/** `String` of the SDK: its typings lack the place of the bytes in their buffer. */
interface Decoder {
	fromArrayBuffer(bytes: ArrayBuffer, start: number, count: number): string;
}

export abstract class HeadReader {
	/** Set once the head was refused; nothing is read after that. */
	declare fault?: HeadFault;
	/** True once the empty line that ends the head was read. */
	declare complete: boolean;
	/** How many bytes of the terminator CR LF CR LF stand at the end of what was read. */
	declare private matched: number;
	declare private part: Part;
	/** The bytes kept of the part under way, and how many they are. */
	declare protected bytes: Uint8Array<ArrayBuffer>;
	declare protected length: number;
	declare private capacity: number;
	/** Bytes that may still come before the head is refused as too long. */
	declare private room: number;
	declare private readonly limit: number;
	/** The name, in lower case, of the field of which the value is kept. */
	declare private field: string;
	/** Whether a field has come that the next line may continue. */
	declare private foldable: boolean;
	/** How many protocols the `Upgrade` fields name. */
	declare protected upgrades: number;
	/** Whether one of them is `websocket`. */
	declare protected upgradesToWebSocket: boolean;
	/** Whether the `Connection` fields name `upgrade`. */
	declare protected connectionUpgrades: boolean;

	/** @param limit Longest head, in bytes. */
	constructor(limit: number) {
		this.bytes = new Uint8Array(Size.first);
		this.capacity = Size.first;
		this.room = this.limit = limit;
		this.field = "";
		this.restart();
	}

	/**
	 * How many bytes push() takes at most: as many as the head is sure to have still, so that reading no more
	 * than these never reaches past its end. 0 once the head is complete or refused.
	 */
	get wanted(): number {
		return this.complete || this.fault ? 0 : 4 - this.matched;
	}

	/**
	 * @param bytes Valid for the duration of the call.
	 * @param count How many of them there are, at most `wanted`.
	 */
	push(bytes: Uint8Array, count: number): void {
		this.room -= count;
		if (this.room < 0)
			this.refuse(`the head of the ${this.message} has more than ${this.limit} bytes (maxHeadSize)`, 431);
		for (let index = 0; index < count && !this.fault; index++) {
			const byte = bytes[index] as number;
			// Fast path for most bytes: inside a line, neither white space nor a comma.
			if (byte <= Byte.comma || this.matched) this.take(byte);
			else if (this.part === Part.name) this.takeName(byte);
			else if (this.part !== Part.skipped) this.keep(byte);
		}
	}

	/** What is read, for messages: "request" or "response". */
	protected abstract get message(): string;
	/** Whether a field may go on in the next line (RFC 9112 section 5.2): in a response, but not in a request. */
	protected abstract get folds(): boolean;
	/** The request line or the status line has come: `length` of `bytes`. */
	protected abstract onStartLine(): void;
	/** A field has begun, other than `Upgrade` and `Connection`: its name in lower case. Returns what to keep of it. */
	protected abstract onName(name: string): Keep;
	/** A value that is kept, without the white space around it. */
	protected abstract onField(name: string, value: string): void;
	/** An item of a list that is kept, `length` of `bytes`, without the white space around it. */
	protected abstract onItem(): void;
	/** The end of the head: the place for rules about fields that are missing. */
	protected abstract onEnd(): void;

	/** The first fault stands: what comes after it follows from it. */
	protected refuse(message: string, status = 400): void {
		this.fault ??= { status, message };
	}

	/** Starts reading another head, within what is left of the limit. */
	protected restart(): void {
		this.complete = this.foldable = this.upgradesToWebSocket = this.connectionUpgrades = false;
		this.matched = this.length = this.upgrades = 0;
		this.part = Part.startLine;
	}

	/** The bytes kept from one position up to another as a string. */
	protected text(start = 0, end = this.length): string {
		return (String as unknown as Decoder).fromArrayBuffer(this.bytes.buffer, start, end - start);
	}

	private take(byte: number): void {
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

	/** The first byte of a line that is not empty, behind the start line. */
	private beginLine(byte: number): void {
		if (byte === Byte.blank || byte === Byte.tab) {
			// RFC 9112 section 5.2: the line goes on with the field before; its line break becomes this white space.
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
		// Of a longer name it is enough to know that it is longer.
		if (length <= Size.longestName) this.keep(byte >= Byte.A && byte <= Byte.Z ? byte | Byte.lower : byte);
	}

	private beginValue(): void {
		const length = this.length;
		let keep = Keep.nothing;
		if (length <= Size.longestName && (Size.names >> length) & 1) {
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

	/** The kept bytes as a string in lower case, for comparison with a word of letters; other characters may change too. */
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
