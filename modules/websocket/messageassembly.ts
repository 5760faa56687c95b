/**
 * Puts together a message that comes in pieces. Text grows as a string, octets in a buffer that doubles, up
 * to a limit: a peer that sends a great many small fragments costs neither more memory nor quadratic time.
 */
export class MessageAssembly {
	/** Octets of the message so far. */
	declare length: number;
	declare private text?: string;
	declare private octets?: Uint8Array<ArrayBuffer>;

	constructor() {
		this.length = 0;
	}

	/**
	 * Appends a piece.
	 * @param piece The piece, undefined when it is empty.
	 * @param length The octets of the piece.
	 * @param limit The longest message, in octets; the caller has checked it.
	 */
	append(piece: ArrayBuffer | string | undefined, length: number, limit: number): void {
		const start = this.length;
		this.length += length;
		if (typeof piece === "string") this.text = (this.text ?? "") + piece;
		else if (piece) this.room(limit).set(new Uint8Array(piece), start);
	}

	/** The whole message: a string if its pieces were. */
	get message(): ArrayBuffer | string {
		return this.text ?? this.octets?.buffer.slice(0, this.length) ?? new ArrayBuffer(0);
	}

	/** The buffer, grown where it has no room for the whole length. */
	private room(limit: number): Uint8Array {
		const octets = this.octets;
		if (octets && octets.length >= this.length) return octets;
		const larger = new Uint8Array(Math.max(this.length, Math.min(2 * this.length, limit)));
		if (octets) larger.set(octets);
		this.octets = larger;
		return larger;
	}
}
