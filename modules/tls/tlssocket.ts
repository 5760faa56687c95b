/// <reference path="./sdk.d.ts" />

import TLSSocket from "embedded:io/socket/tcp/tls";
import Timer from "timer";
import type { PermanentError } from "../channel/failure.js";
import { handshakeError, settingsError, tlsError } from "./reason.js";
import { Wire, type WireOwner } from "./wire.js";

/** Options of ECMA-419 for a TCP socket, and those of the SDK's TLSSocket. */
export interface TlsSocketOptions {
	readonly address: string;
	/** Name of the server, and the port. */
	readonly host: string;
	readonly port: number;
	/** The class for the connection beneath, with further options for it. */
	readonly TCP: { readonly io: object };
	/** Settings of the SDK's SSLSession. */
	readonly secure?: { readonly serverName?: string; readonly certificate?: unknown };
	readonly target?: unknown;
	readonly onReadable?: (this: TlsSocket, count: number) => void;
	readonly onWritable?: (this: TlsSocket, count: number) => void;
	/** `error` is absent when the connection has ended after the handshake. */
	readonly onError?: (this: TlsSocket, error?: PermanentError) => void;
}

/**
 * Most bytes that a record adds (RFC 5246 section 6.2.3.2): header 5, initialization vector 16, HMAC-SHA-256 32, padding
 * 16. The SDK's class counts with 32, which is too few for AES-CBC.
 */
const overhead = 69;
/** Longest data of one record, in bytes (RFC 5246 section 6.2.1). */
const longestRecord = 16384;

/**
 * An ECMA-419 TCP socket with TLS 1.2, over the SDK's TLSSocket. What that class of SDK 8.2.3 lacks:
 * - Callbacks have this socket as `this`, and it has a `target`.
 * - An exception of TLS in a callback or a timer, which would end the machine, becomes `onError(error)`.
 * - Data is never sent in the clear. The SDK's class takes a handshake that the server breaks off by an alert for one that
 *   is complete, and then sends what is written without encryption.
 * - onError() comes after everything was read, and once.
 * - The window leaves room for the bytes that a record adds, and write() throws without side effects.
 */
export class TlsSocket implements WireOwner {
	target: unknown;
	private readonly options: TlsSocketOptions;
	/** Undefined once closed. */
	private tls: TLSSocket | undefined;
	private wire: Wire | undefined;
	/** Bytes of the current record that were not read. */
	private unread: number;
	/** True when onReadable() has to be called. */
	private arrived: boolean;
	/** True while deliver() calls onReadable(): what is left is read there. */
	private delivering: boolean;
	/** True when onWritable() has to be called. */
	private granted: boolean;
	/** True once the handshake is complete. */
	private isReady: boolean;
	/** True once the connection has ended. */
	private ended: boolean;
	private failure: PermanentError | undefined;
	/** Continues after a read() outside of onReadable(). */
	private timer: Timer | undefined;

	/** @throws Error when the settings are refused or the platform has no socket left. */
	constructor(options: TlsSocketOptions) {
		this.target = options.target;
		this.options = options;
		this.wire = undefined;
		this.unread = 0;
		this.arrived = false;
		this.delivering = false;
		this.granted = false;
		this.isReady = false;
		this.ended = false;
		this.failure = undefined;
		this.timer = undefined;
		try {
			this.tls = new TLSSocket({
				...options,
				target: this,
				TCP: { io: Wire, beneath: options.TCP },
				// The SDK's class does not call these as methods of anything that leads here.
				onReadable: (count: number) => {
					this.unread = count;
					this.arrived = true;
				},
				onWritable: () => {
					this.granted = true;
				},
				onError: () => {
					this.ended = true;
				},
			});
		} catch (error) {
			throw settingsError(error);
		}
	}

	get format(): "buffer" | "number" {
		return this.open().format;
	}

	set format(format: "buffer" | "number") {
		this.open().format = format;
	}

	/**
	 * Reads from the current record: as many bytes as given, or fills a buffer; default: all.
	 * @returns undefined when there is nothing.
	 * @throws Error when fewer bytes are there.
	 */
	read(amount?: number | ArrayBuffer | ArrayBufferView): ArrayBuffer | number | undefined {
		const tls = this.open();
		const wire = this.wire as Wire;
		const { unread } = this;
		if (!unread) return undefined;
		let count = unread;
		if (tls.format === "number") count = 1;
		else if (typeof amount === "number") count = amount;
		else if (amount) count = amount.byteLength;
		if (!(count > 0 && count <= unread)) throw new Error(`${count} bytes of ${unread} cannot be read`);
		this.unread = unread - count;
		// Hidden: the SDK's class would continue in a timer, where nothing catches its exceptions.
		const { readable } = wire;
		wire.readable = 0;
		const result = tls.read(amount instanceof ArrayBuffer ? new Uint8Array(amount) : amount);
		wire.readable = readable;
		if (!this.unread && !this.delivering && (readable || this.ended)) this.continueLater(wire);
		return result;
	}

	/**
	 * Sends one record.
	 * @returns Bytes that the next write() accepts; undefined when the connection has failed.
	 * @throws Error, without side effects, when the bytes do not fit or the socket is not ready.
	 */
	write(data: ArrayBuffer | ArrayBufferView): number | undefined {
		const tls = this.open();
		const wire = this.wire as Wire;
		if (!this.isReady) throw new Error("not ready");
		// More than `window`: a frame may be written in two parts, of which each adds its bytes. The wire keeps the excess.
		if (data.byteLength > wire.window) throw new Error("would block");
		tls.write(data);
		return wire.hasFailed ? undefined : this.window;
	}

	/** Ends the connection at once. No more callbacks. Repeated calls do nothing. */
	close(): void {
		Timer.clear(this.timer);
		this.timer = undefined;
		const { tls } = this;
		this.tls = undefined;
		tls?.close();
	}

	onWire(wire: Wire): void {
		this.wire = wire;
	}

	/** The callbacks of the user come afterwards: the SDK's class is at rest then, so they may close this socket. */
	run(callback: (count: number) => void, count: number): void {
		if (!this.tls) return;
		this.step(callback, count);
		this.deliver();
	}

	/** Bytes that write() accepts. */
	private get window(): number {
		const room = (this.wire as Wire).window - overhead;
		return room > longestRecord ? longestRecord : room > 0 ? room : 0;
	}

	private open(): TLSSocket {
		if (!this.tls) throw new Error("the socket is closed");
		return this.tls;
	}

	private describe(error: unknown): PermanentError {
		const { secure, host } = this.options;
		return tlsError(error, secure?.serverName ?? host, secure?.certificate !== undefined);
	}

	private step(callback: (count: number) => void, count: number): void {
		try {
			callback(count);
		} catch (error) {
			this.failure = this.describe(error);
		}
	}

	/** Calls back for what the SDK's class has told. */
	private deliver(): void {
		const wire = this.wire as Wire;
		const { options } = this;
		this.delivering = true;
		while (this.arrived && !this.failure) {
			this.arrived = false;
			options.onReadable?.call(this, this.unread);
			if (this.tls && !this.unread && wire.readable) this.step(wire.sdk.onReadable, wire.readable);
		}
		this.delivering = false;
		if (this.granted && !this.failure && this.tls) {
			this.granted = false;
			this.isReady = wire.isEncrypted;
			if (this.isReady) options.onWritable?.call(this, this.window);
			else this.failure = handshakeError();
		}
		if (this.tls && (this.failure || (this.ended && !this.unread))) this.end(wire);
	}

	private end({ isConnected }: Wire): void {
		const error = this.failure ?? (isConnected && !this.isReady ? handshakeError() : undefined);
		this.close();
		this.options.onError?.call(this, error);
	}

	private continueLater(wire: Wire): void {
		this.timer ??= Timer.set(() => {
			this.timer = undefined;
			if (wire.readable) this.run(wire.sdk.onReadable, wire.readable);
			else this.deliver();
		});
	}
}
