/** How the values of one kind of MIME type become bytes and come back. */
export interface MediaType {
	/** Whether messages of this type are sent as binary ones. */
	readonly binary: boolean;
	/**
	 * The bytes of a value, to be sent.
	 * @returns A buffer of its own for text; for binary types the caller's bytes themselves.
	 * @throws TypeError when the value has no such form.
	 */
	encode(value: unknown): ArrayBuffer | ArrayBufferView;
	/** The value of a message that came: bytes, or a string where the connection has decoded it already. */
	decode(data: ArrayBuffer | string, reporter: DecodeReporter): unknown;
}

/** Is told of a message that could not be decoded as asked. */
export interface DecodeReporter {
	/** @param message A sentence for the event `error`, which comes in a later turn. */
	report(message: string): void;
}
