/** The report of `npm run memory:tls`. */

/** Memory in use: slots, and bytes of chunks. */
export interface Memory {
	slots: number;
	chunks: number;
}

export interface TlsReport {
	/** The XS engine. */
	engine: string;
	/** Memory of an open connection on a 32-bit device, native socket and send queue included. */
	connection: { plain: Memory & { bytes: number }; tls: Memory & { bytes: number } };
	/** Bytecode for an ESP32, in bytes: of the SDK's modules for TLS, and of this project's. */
	bytecode: { sdk: number; own: number };
	/** Growth of the heap after `count` reconnects. */
	slope: Memory & { count: number };
}
