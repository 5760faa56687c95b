import { forged, RecordType, ServerRecords, Size, uint16 } from "./serverrecords.js";

/** An ECMA-419 TCP socket, as far as it is used here. */
interface TcpSocket {
	readonly target: Wire;
	read(buffer: Uint8Array): unknown;
	write(bytes: Uint8Array): number | undefined;
	close(): void;
}

/** Receives the events of a Wire. */
export interface WireOwner {
	/** Called by the constructor. */
	onWire(wire: Wire): void;
	/** Runs a callback of the SDK's class. */
	run(callback: (count: number) => void, count: number): void;
}

/** Options that the SDK's TLSSocket passes to the constructor of its TCP socket. */
interface WireOptions {
	readonly target: WireOwner;
	readonly TCP: { readonly beneath: { readonly io: new (options: object) => TcpSocket } };
	readonly address: string;
	readonly host: string;
	readonly port: number;
	readonly secure?: { readonly verify?: boolean };
	onReadable(count: number): void;
	onWritable(count: number): void;
	onError(): void;
}

/** Longest contents of a record, in bytes (RFC 5246 section 6.2.3). The SDK's class would allocate twice as much. */
const longestRecord = 16384 + 2048;

/** Options of the TCP socket, shared by all instances. */
const tcpOptions = Object.freeze({
	/** As ECMA-419 spells it. */
	noDelay: true,
	/** As the Moddable SDK spells it. */
	nodelay: true,
	onReadable(this: TcpSocket, count: number): void {
		this.target.onReadable(count);
	},
	onWritable(this: TcpSocket, count: number): void {
		this.target.onWritable(count);
	},
	onError(this: TcpSocket): void {
		this.target.onError();
	},
});

/**
 * The TCP socket that the SDK's TLSSocket uses. It passes events on by way of its owner, which catches exceptions, and
 * keeps records that do not fit the send window: the SDK's class cannot repeat a write.
 */
export class Wire {
	/** Bytes that can be read; set by the SDK's classes, too. */
	readable: number;
	/** Set by the SDK's classes. `window` has the true value. */
	writable: number;
	/** True once the TCP connection is established. */
	isConnected: boolean;
	/** True once everything that is sent is encrypted. */
	isEncrypted: boolean;
	/** True once a write has told that the connection has failed. */
	hasFailed: boolean;
	private readonly owner: WireOwner;
	/** Options of the SDK's class, with its callbacks. */
	readonly sdk: WireOptions;
	private readonly tcp: TcpSocket;
	/** Send window of the TCP socket, in bytes. */
	private room: number;
	/** True once the first record was sent. */
	private hasSaidHello: boolean;
	/** Checks the handshake, until the server encrypts. */
	private handshake: ServerRecords | undefined;
	/** Records, or the rest of one, that wait for the window. */
	private waiting: Uint8Array | undefined;

	/** Called by the SDK's class. */
	constructor(options: WireOptions) {
		const { target, address, host, port } = options;
		const { beneath } = options.TCP;
		this.readable = 0;
		this.writable = 0;
		this.isConnected = false;
		this.isEncrypted = false;
		this.hasFailed = false;
		this.owner = target;
		this.sdk = options;
		this.room = 0;
		this.hasSaidHello = false;
		this.handshake = undefined;
		this.waiting = undefined;
		this.tcp = new beneath.io({ ...beneath, ...tcpOptions, address, host, port, target: this });
		target.onWire(this);
	}

	/** Bytes of records that can be written at once. */
	get window(): number {
		return this.waiting ? 0 : this.room;
	}

	/** Called by the SDK's classes, with the part of a record that is missing. */
	read(buffer: Uint8Array): unknown {
		const count = this.tcp.read(buffer);
		if (buffer.byteOffset + buffer.byteLength === buffer.buffer.byteLength)
			this.check(new Uint8Array(buffer.buffer));
		return count;
	}

	/** Called by the SDK's classes, with one record. Accepts any length. */
	write(record: Uint8Array): number {
		if (record[0] === RecordType.changeCipherSpec) this.isEncrypted = true;
		else if (!this.hasSaidHello && this.sdk.secure?.verify !== false)
			this.handshake = new ServerRecords(record);
		this.hasSaidHello = true;
		const { waiting } = this;
		if (waiting) {
			const both = new Uint8Array(waiting.length + record.length);
			both.set(waiting);
			both.set(record, waiting.length);
			this.waiting = both;
		} else this.waiting = record;
		this.flush();
		return this.window;
	}

	/** Called by the SDK's class. */
	close(): void {
		this.tcp.close();
	}

	onReadable(count: number): void {
		this.owner.run(this.sdk.onReadable, count);
	}

	onWritable(count: number): void {
		this.isConnected = true;
		this.room = count;
		this.flush();
		if (!this.waiting) this.owner.run(this.sdk.onWritable, this.room);
	}

	onError(): void {
		this.owner.run(this.sdk.onError, 0);
	}

	/** Checks the header of a record, then the record, before the SDK's classes do anything with it. */
	private check(bytes: Uint8Array): void {
		if (bytes.length > Size.recordHeader) {
			if (this.handshake?.check(bytes) === false) this.handshake = undefined;
		} else if (uint16(bytes, 3) > longestRecord)
			throw new Error(`${forged}a record is longer than TLS allows`);
	}

	private flush(): void {
		const { waiting, room } = this;
		if (!waiting || room <= 0) return;
		const { length } = waiting;
		const count = room < length ? room : length;
		let rest: number | undefined;
		try {
			rest = this.tcp.write(waiting.subarray(0, count));
		} catch {
			// The platform has no memory at the moment, or the connection has failed: its error follows.
			this.room = 0;
			return;
		}
		this.hasFailed = rest === undefined;
		this.room = rest ?? 0;
		this.waiting = count < length ? waiting.slice(count) : undefined;
	}
}
