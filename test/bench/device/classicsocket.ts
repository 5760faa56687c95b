import { type Bytes, openWindow } from "./memorysocket.js";

/** Decodes part of a buffer. The typings lack the last two parameters. */
const stringOf = String.fromArrayBuffer as (bytes: ArrayBuffer, offset: number, length: number) => string;

/** A socket in memory with the interface of the SDK's classic `socket` module, as far as `websocket` uses it. */
export class ClassicSocket {
	private bytes: Bytes | undefined = undefined;
	private offset = 0;
	window = openWindow;
	/** Total number of bytes written. */
	written = 0;
	callback: ((message: number, value?: number) => void) | undefined = undefined;

	/** Simulates received data. Discards data that was not read yet. */
	receive(bytes: Bytes): void {
		this.bytes = bytes;
		this.offset = 0;
		this.callback?.(2, bytes.size);
	}

	/**
	 * @param kind Number for one byte, String or ArrayBuffer for `length` bytes, undefined for the number of
	 *   available bytes
	 */
	read(kind?: unknown, length = 0): unknown {
		const bytes = this.bytes as Bytes;
		const start = this.offset;
		if (kind === Number) {
			this.offset = start + 1;
			return bytes.whole[start];
		}
		if (kind === undefined) return bytes.size - start;
		const end = start + length;
		if (end > bytes.size) throw new Error("invalid");
		this.offset = end;
		return kind === String ? stringOf(bytes.buffer, start, length) : bytes.buffer.slice(start, end);
	}

	/** Accepts and discards numbers, each a byte, and buffers. */
	write(...parts: (number | ArrayBuffer)[]): void {
		let length = 0;
		for (let index = 0; index < parts.length; index++) {
			const part = parts[index];
			length += typeof part === "number" ? 1 : (part as ArrayBuffer).byteLength;
		}
		if (length > this.window) throw new Error("would block");
		this.written += length;
	}

	close(): void {}
}
