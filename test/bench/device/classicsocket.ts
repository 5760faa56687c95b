import { type Octets, openWindow } from "./memorysocket.js";

/** Part of a buffer as a string: the typings know only whole ones. */
const stringOf = String.fromArrayBuffer as (octets: ArrayBuffer, offset: number, length: number) => string;

/** A socket in memory with the interface of the SDK's classic `socket` module, as far as its `websocket` uses it. */
export class ClassicSocket {
	private octets: Octets | undefined = undefined;
	private offset = 0;
	window = openWindow;
	/** Octets written in all. */
	written = 0;
	callback: ((message: number, value?: number) => void) | undefined = undefined;

	/** Plays the network: octets come in. Whatever was there is forgotten. */
	receive(octets: Octets): void {
		this.octets = octets;
		this.offset = 0;
		this.callback?.(2, octets.size);
	}

	/** @param kind Number for one octet, String or ArrayBuffer for `length` octets, none for how many there are. */
	read(kind?: unknown, length = 0): unknown {
		const octets = this.octets as Octets;
		const start = this.offset;
		if (kind === Number) {
			this.offset = start + 1;
			return octets.whole[start];
		}
		if (kind === undefined) return octets.size - start;
		const end = start + length;
		if (end > octets.size) throw new Error("invalid");
		this.offset = end;
		return kind === String ? stringOf(octets.buffer, start, length) : octets.buffer.slice(start, end);
	}

	/** Takes numbers, each an octet, and buffers. They are gone at once. */
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
