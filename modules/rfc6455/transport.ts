/** Reads and writes the bytes of a connection: the part of an ECMA-419 TCP socket that frames and handshakes use. */
export interface Transport {
	/** Returns exactly `count` bytes; the caller knows that they have arrived. */
	read(count: number): ArrayBuffer;
	/** Fills `buffer`; the caller knows that the bytes have arrived. */
	read(buffer: Uint8Array): unknown;
	/**
	 * Sends all `bytes`, which may be changed once the call has returned. Returns the rest of the window in bytes.
	 * @throws Error when the bytes do not fit the window or the connection has failed; nothing was sent then.
	 */
	write(bytes: ArrayBuffer | Uint8Array): number | undefined;
}
