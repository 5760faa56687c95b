/**
 * Reads the head of an opening handshake's message (RFC 9112 section 2) in pieces of any size, and never an octet of
 * what follows it: in an opening handshake those octets belong to the first frames.
 *
 * Lines are handed on as they end and are not kept, so a head costs the memory of its longest line.
 */

/** Why a head was refused: an HTTP status that says so to a client, and a sentence that says so to a person. */
export interface HeadFault {
	readonly status: number;
	readonly message: string;
}

const enum Octet {
	tab = 9,
	lineFeed = 10,
	carriageReturn = 13,
	blank = 32,
	/** The first one past ASCII. */
	foreign = 0x80,
}

export abstract class HeadReader {
	/** Set once the head was refused; nothing is read after that. */
	declare fault?: HeadFault;
	/** True once the empty line that ends the head was read. */
	declare complete: boolean;
	/** The values of all `Upgrade` fields, as one list. */
	declare protected upgrade: string;
	/** The values of all `Connection` fields, as one list. */
	declare protected connection: string;
	/** Octets that may still come before the head is refused as too long. */
	declare private room: number;
	declare private line: string;
	/** How many octets of the terminator CR LF CR LF stand at the end of what was read. */
	declare private matched: number;
	declare private started: boolean;

	/** @param limit Longest head, in octets. */
	constructor(limit: number) {
		this.room = limit;
		this.upgrade = this.connection = this.line = "";
		this.complete = this.started = false;
		this.matched = 0;
	}

	/**
	 * How many octets push() takes at most: as many as the head is sure to have still, so that reading no more
	 * than these never reaches past its end. 0 once the head is complete or refused.
	 */
	get wanted(): number {
		return this.complete || this.fault ? 0 : 4 - this.matched;
	}

	/** @param octets At most `wanted` octets, valid for the duration of the call. */
	push(octets: ArrayBuffer): void {
		const view = new Uint8Array(octets);
		this.room -= view.length;
		if (this.room < 0) this.refuse("the head of the HTTP message is too long", 431);
		for (let index = 0; index < view.length && !this.fault; index++) this.pushOctet(view[index] as number);
	}

	/** The request line or the status line. */
	protected abstract onStartLine(line: string): void;
	/** Any other header field: its name in lower case, its value without the white space around it. */
	protected abstract onField(name: string, value: string): void;
	/** The end of the head: the place for rules about fields that are missing. */
	protected abstract onEnd(): void;

	/** The first fault stands: what comes after it follows from it. */
	protected refuse(message: string, status = 400): void {
		this.fault ??= { status, message };
	}

	private pushOctet(octet: number): void {
		const afterReturn = this.matched & 1;
		if (octet === Octet.lineFeed && afterReturn) this.endLine();
		else if (octet === Octet.carriageReturn && !afterReturn) this.matched++;
		else if (afterReturn || (octet < Octet.blank && octet !== Octet.tab))
			this.refuse(`the head has the octet ${octet} where it cannot stand`);
		else {
			this.matched = 0;
			// Past ASCII nothing has a meaning here, and some of it String.prototype.trim() would take for white space.
			this.line += octet < Octet.foreign ? String.fromCharCode(octet) : "\ufffd";
		}
	}

	private endLine(): void {
		const line = this.line;
		this.line = "";
		// RFC 9112 section 2.2: empty lines before the start line are ignored.
		this.matched = line || this.started ? 2 : 0;
		if (!this.started) {
			this.started = line !== "";
			if (line) this.onStartLine(line);
		} else if (line) this.splitField(line);
		else {
			this.complete = true;
			this.onEnd();
		}
	}

	private splitField(line: string): void {
		const colon = line.indexOf(":");
		const name = line.slice(0, colon).toLowerCase();
		// A folded line (RFC 9112 section 5.2) starts with white space, and so fails here too.
		if (colon < 0 || !isToken(name))
			return this.refuse(`the header line "${excerpt(line)}" has no valid field name`);
		const value = line.slice(colon + 1).trim();
		if (name === "upgrade" || name === "connection") this[name] += `,${value}`;
		else this.onField(name, value);
	}
}

/** The items of a comma-separated field value (RFC 9110 section 5.6.1), without empty ones. */
export function listItems(value: string): string[] {
	return value
		.split(",")
		.map((item) => item.trim())
		.filter((item) => item);
}

/** Whether a comma-separated list of tokens holds `wanted` (given in lower case), in any case. */
export function hasToken(value: string, wanted: string): boolean {
	return listItems(value.toLowerCase()).includes(wanted);
}

/** Whether a string is a token of RFC 9110 section 5.6.2, as a subprotocol's name must be. */
export function isToken(value: string): boolean {
	// Not at module level: the SDK 8.2.3 crashes when garbage is collected while a preloaded RegExp is at work.
	return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value);
}

/** What a message quotes of a peer's text: its beginning, at most 40 characters. */
export function excerpt(text: string): string {
	return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
