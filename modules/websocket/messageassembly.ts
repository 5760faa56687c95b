/**
 * Puts together a message that comes in pieces. Text grows as a string, octets in a buffer that doubles, up
 * to a limit: a peer that sends a great many small fragments costs neither more memory nor quadratic time.
 */
export class MessageAssembly {
	/** Octets of the message so far. */
	length = 0;
	private text: string | undefined = undefined;
	private octets: Uint8Array<ArrayBuffer> | undefined = undefined;

	/**
	 * Appends a piece.
	 * @param piece The piece, undefined when it is empty.
	 * @param length The octets of the piece.
	 * @param limit The longest message, in octets; the caller has checked it.
	 */
	append(piece: ArrayBuffer | string | undefined, length: number, limit: number): void {
		const start = this.length;
		this.length += length;
		if (typeof piece === "string") this.text = this.text === undefined ? piece : this.text + piece;
		else if (piece) {
			if (!this.octets || this.octets.length < this.length) this.grow(start, limit);
			this.octets?.set(new Uint8Array(piece), start);
		}
	}

	/** The whole message: a string if its pieces were. */
	get message(): ArrayBuffer | string {
		return this.text ?? this.octets?.buffer.slice(0, this.length) ?? new ArrayBuffer(0);
	}

	private grow(used: number, limit: number): void {
		const larger = new Uint8Array(Math.max(this.length, Math.min(2 * this.length, limit)));
		if (this.octets) larger.set(this.octets.subarray(0, used));
		this.octets = larger;
	}
}
