/**
 * Stand-in for the SDK's TLSSocket (`embedded:io/socket/tcp/tls`), modeled on SDK 8.2.3, with its faults: callbacks have
 * another `this`, `target` and `from` are ignored, exceptions leave callbacks and timers, a handshake that the server
 * breaks off by an alert counts as complete, and then data is sent in the clear. Without the resumption of sessions.
 */

import { Operation, Query } from "../protocol.js";
import { WireWriter } from "../wire.js";
import { Base64, operations, query } from "./machine.js";
import Timer from "./timer.js";

/** A certificate or a key in DER: a buffer or a Resource. */
type Der = ArrayBuffer | Uint8Array | { byteLength: number; slice(begin: number, end: number): ArrayBuffer };

interface Settings {
	serverName?: string;
	verify?: boolean;
	certificate?: Der;
	clientCertificates?: readonly Der[];
	clientKey?: Der;
	applicationLayerProtocolNegotiation?: string | readonly string[];
}

interface Callbacks {
	onReadable?: (count: number) => void;
	onWritable?: (count: number) => void;
	onError?: () => void;
}

interface Socket {
	readable: number;
	writable: number;
	read(buffer: Uint8Array): unknown;
	write(bytes: Uint8Array): number;
	close(): void;
}

interface Options extends Callbacks {
	host?: string;
	secure?: Settings;
	TCP: { io: new (options: object) => Socket };
}

const enum RecordType {
	alert = 21,
	data = 23,
}
const recordHeader = 5;
const longestData = 16384;
/** The estimates of the SDK's class: bytes that a record adds. */
const estimate = 96;
const smallEstimate = 32;

let nextNumber = 1;

class TLSSocket {
	readonly #number: number;
	readonly #callbacks: Callbacks;
	#socket: Socket | undefined;
	#ready = false;
	/** True if the server has ended the handshake by an alert: nothing is encrypted. */
	#clear = false;
	/** The record that is being received: its header, then all of it. */
	#record: Uint8Array = new Uint8Array(recordHeader);
	#filled = 0;
	#data: Uint8Array | undefined;
	#format: "buffer" | "number" = "buffer";
	#timer: ReturnType<typeof Timer.set> | undefined;

	constructor(options: Options) {
		const { onReadable, onWritable, onError, secure = {}, host } = options;
		this.#callbacks = { onReadable, onWritable, onError } as Callbacks;
		this.#number = nextNumber++;
		const question = new WireWriter().uint32(this.#number).string(JSON.stringify(settingsOf(secure, host)));
		const refusal = query(Query.TlsOpen, question).string();
		if (refusal) throw new Error(refusal);
		this.#socket = new options.TCP.io({
			...options,
			onReadable: (count: number) => this.#onReadable(count),
			onWritable: (count: number) => this.#onWritable(count),
			onError: () => this.#callbacks.onError?.(),
		});
		this.#socket.readable = 0;
		this.#socket.writable = 0;
	}

	get format(): "buffer" | "number" {
		return this.#format;
	}

	set format(format: "buffer" | "number") {
		if (format !== "buffer" && format !== "number") throw new RangeError();
		this.#format = format;
	}

	close(): void {
		if (!this.#socket) return;
		this.#socket.close();
		this.#socket = undefined;
		Timer.clear(this.#timer);
		operations.uint8(Operation.TlsClose).uint32(this.#number);
	}

	read(wanted?: number | ArrayBufferView): ArrayBuffer | number | undefined {
		const data = this.#data;
		if (!data) return undefined;
		let result: ArrayBuffer | number | undefined;
		let count = data.length;
		if (this.#format === "number") {
			count = 1;
			result = data[0];
		} else if (typeof wanted === "object") {
			count = Math.min(wanted.byteLength, count);
			new Uint8Array(wanted.buffer, wanted.byteOffset, count).set(data.subarray(0, count));
			result = count;
		} else {
			if (wanted !== undefined && wanted > count) throw new Error("invalid");
			count = wanted ?? count;
			result = data.slice(0, count).buffer as ArrayBuffer;
		}
		this.#data = count < data.length ? data.subarray(count) : undefined;
		if (!this.#data && this.#open().readable)
			this.#timer ??= Timer.set(() => {
				this.#timer = undefined;
				if (this.#socket?.readable) this.#onReadable(this.#socket.readable);
			});
		return result;
	}

	write(data: ArrayBuffer | ArrayBufferView): number {
		const bytes = ArrayBuffer.isView(data)
			? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
			: new Uint8Array(data);
		if (bytes.length > longestData) throw new Error("too large");
		const socket = this.#open();
		if (this.#clear) socket.writable = socket.write(plainRecord(bytes));
		else this.#exchange(new Uint8Array(0), bytes);
		return Math.max(0, socket.writable - smallEstimate);
	}

	#open(): Socket {
		if (!this.#socket) throw new TypeError("cannot read private property of undefined");
		return this.#socket;
	}

	#onWritable(count: number): void {
		const socket = this.#open();
		socket.writable = count;
		if (!this.#ready) {
			if (!this.#filled) this.#exchange(new Uint8Array(0), new Uint8Array(0));
		} else if (count > estimate) this.#callbacks.onWritable?.(count - estimate);
	}

	#onReadable(count: number): void {
		const socket = this.#open();
		socket.readable = count;
		while (this.#socket?.readable && !this.#data) {
			const record = this.#receive(socket);
			if (!record) return;
			this.#take(record);
		}
	}

	/** Reads from the socket until a record is complete. */
	#receive(socket: Socket): Uint8Array | undefined {
		while (this.#filled < this.#record.length) {
			const count = Math.min(this.#record.length - this.#filled, socket.readable);
			if (!count) return undefined;
			socket.read(this.#record.subarray(this.#filled, this.#filled + count));
			socket.readable -= count;
			this.#filled += count;
			if (this.#filled === recordHeader && this.#record.length === recordHeader) {
				const header = this.#record;
				this.#record = new Uint8Array(recordHeader + new DataView(header.buffer).getUint16(3));
				this.#record.set(header);
			}
		}
		const record = this.#record;
		this.#record = new Uint8Array(recordHeader);
		this.#filled = 0;
		return record;
	}

	#take(record: Uint8Array): void {
		if (this.#clear) return this.#callbacks.onError?.();
		// An alert that is not encrypted.
		if (record[0] === RecordType.alert && record.length === recordHeader + 2) {
			const description = record[recordHeader + 1];
			if (description) throw tlsError(`alert: ${record[recordHeader]}, ${description}`);
			this.#clear = true;
			this.#becomeReady();
			return;
		}
		this.#exchange(record, new Uint8Array(0));
	}

	#becomeReady(): void {
		this.#ready = true;
		this.#onWritable(this.#open().writable);
	}

	/** Has the simulator process a record of the server, or data to send. */
	#exchange(record: Uint8Array, plain: Uint8Array): void {
		const socket = this.#open();
		const question = new WireWriter().uint32(this.#number).bytes(record).bytes(plain);
		const answer = query(Query.TlsExchange, question);
		const error = answer.string();
		const isReady = answer.uint8() === 1;
		const isClosed = answer.uint8() === 1;
		const output = answer.bytes();
		const data = answer.bytes();
		for (let at = 0; at < output.length; ) {
			const end = at + recordHeader + (((output[at + 3] as number) << 8) | (output[at + 4] as number));
			socket.writable = socket.write(output.slice(at, end));
			at = end;
		}
		if (error) throw tlsError(error);
		if (isReady && !this.#ready) this.#becomeReady();
		if (data.length) {
			this.#data = data.slice();
			this.#callbacks.onReadable?.(data.length);
		}
		if (isClosed) this.#callbacks.onError?.();
	}
}

function tlsError(message: string): Error {
	const error = new Error(message);
	error.name = "TLS";
	return error;
}

function plainRecord(data: Uint8Array): Uint8Array {
	const record = new Uint8Array(recordHeader + data.length);
	record.set([RecordType.data, 3, 3, data.length >> 8, data.length]);
	record.set(data, recordHeader);
	return record;
}

function settingsOf(secure: Settings, host: string | undefined): object {
	const {
		certificate,
		clientCertificates,
		clientKey,
		applicationLayerProtocolNegotiation: protocols,
	} = secure;
	return {
		serverName: secure.serverName ?? host,
		verify: secure.verify ?? true,
		certificate: certificate && base64(certificate),
		clientCertificates: clientCertificates?.map(base64),
		clientKey: clientKey && base64(clientKey),
		applicationLayerProtocols: typeof protocols === "string" ? [protocols] : protocols,
	};
}

function base64(der: Der): string {
	const bytes = der.slice(0, der.byteLength);
	return Base64.encode(bytes instanceof ArrayBuffer ? bytes : (bytes.buffer as ArrayBuffer));
}

export default TLSSocket;
