/** A request that an HTTP server has read. */
import type { HeadReader } from "./head.js";

export interface ReceivedRequest {
	readonly method: string;
	/** Request target: path and query. */
	readonly path: string;
	/** Names and values, in the order of the request. */
	readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Passes a request to the reader of a head, as if it had arrived from the network: its checks and limits apply. */
export const pushRequest = (reader: HeadReader, { method, path, fields }: ReceivedRequest): void => {
	pushLine(reader, `${method} ${path} HTTP/1.1`);
	fields.forEach((field) => {
		pushLine(reader, `${field[0]}: ${field[1]}`);
	});
	pushLine(reader, "");
};

const pushLine = (reader: HeadReader, line: string): void => {
	const bytes = new Uint8Array(ArrayBuffer.fromString(`${line}\r\n`));
	// Nothing follows an empty line, or a fault.
	if (reader.wanted) reader.push(bytes, bytes.length);
};
