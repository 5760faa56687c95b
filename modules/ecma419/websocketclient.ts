import type { SocketChannel } from "../channel/channel.js";
import type { ChannelSettings } from "../channel/contract.js";
import { dial } from "../channel/dial.js";
import { bytesOf } from "../rfc6455/bytes.js";
import { closeViolation } from "../rfc6455/closecode.js";
import { Opcode, Size } from "../rfc6455/frame.js";
import { Adapter } from "./adapter.js";
import { attach } from "./attach.js";
import type { WebSocketClientOptions, WriteOptions } from "./options.js";

const defaultWriteOptions: WriteOptions = Object.freeze({});

/**
 * The WebSocket Client class of ECMA-419 over a Channel: RFC 6455 without extensions, as a client or, with `attach`, as
 * a server. For programs that use this class, such as the SDK's `WebSocket`; Client and Server do not.
 *
 * To close cleanly write a close frame: `write(payload, { opcode: 8 })`. close() ends the connection at once.
 */
export default class WebSocketClient {
	static readonly text = 1;
	static readonly binary = 2;
	static readonly close = 8;
	static readonly ping = 9;
	static readonly pong = 10;

	/** The option `target`. */
	target: unknown;
	private readonly adapter: Adapter;

	/** @throws TypeError or RangeError for bad options; whatever the platform throws when it has no socket left. */
	constructor(options: WebSocketClientOptions<WebSocketClient>) {
		const { attach: from, format = "buffer", maxMessageSize = Number.MAX_SAFE_INTEGER } = options;
		if (format !== "buffer") throw new RangeError(`format is "${format}"; only "buffer" is supported`);
		const settings: ChannelSettings = {
			maxMessageSize,
			strings: false,
			pieces: true,
			word: new Uint8Array(2),
			closeTimeout: options.closeTimeout ?? 2000,
		};
		const { onReadable, onWritable, onControl, onClose, onError, host, port = 80 } = options;
		this.target = options.target;
		this.adapter = new Adapter(this, { onReadable, onWritable, onControl, onClose, onError } as object);
		if (from) {
			this.adapter.dial = attach(from, settings, this.adapter);
			return;
		}
		if (!host || !options.socket)
			throw new TypeError("the options need a host and a socket, or a socket to attach");
		const { path, protocol, headers, maxHeadSize } = options;
		const request = { host, port, path, protocol, headers, maxHeadSize };
		this.adapter.dial = dial(request, options, settings, this.adapter);
	}

	/** "buffer": the bytes of messages are read and written in buffers. */
	get format(): "buffer" {
		return "buffer";
	}

	/** The subprotocol that the server chose, or "". */
	get protocol(): string {
		return this.adapter.protocol;
	}

	/**
	 * Reads the bytes announced by onReadable, at once or in parts. Nothing more is received until they have been read.
	 * @param amount A number of bytes, or a buffer to fill; default: all.
	 * @returns The bytes; for a buffer, their number; undefined when there are none.
	 */
	read(): ArrayBuffer | undefined;
	read(count: number): ArrayBuffer | undefined;
	read(buffer: ArrayBuffer | Uint8Array): number | undefined;
	read(amount?: number | ArrayBuffer | Uint8Array): ArrayBuffer | number | undefined {
		return this.adapter.read(amount);
	}

	/**
	 * Writes a message, a part of one, or a control frame. A close frame that does not fit is sent as soon as the window
	 * allows.
	 * @returns Longest payload that the next write() accepts, in bytes.
	 * @throws TypeError when `data` is not a buffer, Error when the WebSocket is not open or is closing, RangeError when
	 *   the frame does not fit now or has an invalid payload.
	 */
	write(data: ArrayBuffer | ArrayBufferView, options: WriteOptions = defaultWriteOptions): number {
		const channel = this.adapter.channel;
		const length = data?.byteLength;
		if (length === undefined)
			throw new TypeError(`write() was called with ${typeof data}; it takes an ArrayBuffer or a view`);
		const opcode = options.opcode;
		if (!channel) throw new Error("the WebSocket is not open for writing");
		if (opcode !== undefined) {
			this.writeControl(channel, opcode, data);
			return channel.writer.capacity;
		}
		const binary = options.binary !== false;
		// As nativeBytes() does, but without its call for each message.
		const bytes = (data as Uint8Array).length < length ? bytesOf(data) : data;
		if (channel.writer.write(bytes, binary, options.more === true) >= 0) return channel.writer.capacity;
		if (channel.isClosing) throw new Error("the WebSocket is not open for writing");
		throw new RangeError(`${length} bytes do not fit; ${channel.writer.capacity} can be written now`);
	}

	/** Ends the connection at once, without a close frame. No callback is called any more. Repeated calls do nothing. */
	close(): void {
		this.adapter.destroy();
	}

	private writeControl(channel: SocketChannel, opcode: number, data: ArrayBuffer | ArrayBufferView): void {
		if (channel.isClosing) throw new Error("the WebSocket is not open for writing");
		if (data.byteLength > Size.short)
			throw new RangeError(`a control frame has at most ${Size.short} bytes, not ${data.byteLength}`);
		if (opcode === Opcode.close) {
			const payload = bytesOf(data).slice();
			const violation = closeViolation(payload);
			if (violation) throw new RangeError(violation.message);
			channel.closeWith(payload);
		} else if (!channel.sendControl(opcode, bytesOf(data)))
			throw new RangeError(`a control frame of ${data.byteLength} bytes does not fit now`);
	}
}
