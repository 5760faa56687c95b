/** Stand-in for the SDK's `crypt`: digests only. */

import { Query } from "../protocol.js";
import { WireWriter } from "../wire.js";
import { query, utf8 } from "./machine.js";

const algorithms = new Set(["MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"]);

/** Collects data; `close` returns its digest. */
export class Digest {
	private algorithm: string;
	private data = new WireWriter(256);

	constructor(algorithm: string) {
		if (!algorithms.has(algorithm)) throw new Error("crypt: mode not found");
		this.algorithm = algorithm;
	}

	/** A string is encoded in UTF-8. */
	write(data: string | ArrayBuffer | ArrayBufferView): void {
		if (typeof data === "string") this.data.raw(utf8(data));
		else if (ArrayBuffer.isView(data))
			this.data.raw(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
		else this.data.raw(new Uint8Array(data));
	}

	update(data: string | ArrayBuffer | ArrayBufferView): void {
		this.write(data);
	}

	close(): ArrayBuffer {
		const data = new Uint8Array(this.data.take());
		const parameters = new WireWriter(64 + data.byteLength).string(this.algorithm).bytes(data);
		return query(Query.Digest, parameters).rest().slice().buffer as ArrayBuffer;
	}
}
