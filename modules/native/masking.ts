/// <reference path="../rfc6455/logical.d.ts" />

import Logical from "logical";
import { FirstByte, SecondByte, Size } from "../rfc6455/frame.js";

/**
 * Corrects how the SDK's class unmasks frames. That class leaves control frames masked, and restarts the masking key with
 * each piece of a frame that does not arrive whole. It reads the header of a frame and the payload of a control frame
 * byte by byte, and the payload of a data frame in pieces.
 */
export class Masking {
	/** The header of the current frame; it ends with the masking key. */
	private readonly header: Uint8Array<ArrayBuffer>;
	/** Number of header bytes that have arrived, and their total. */
	private filled: number;
	private size: number;
	/** Bytes of the payload that have arrived. */
	private offset: number;
	/** Bytes of a control frame's payload that have not arrived. */
	private missing: number;

	constructor() {
		this.header = new Uint8Array(Size.header);
		this.filled = 0;
		this.size = 2;
		this.offset = 0;
		this.missing = 0;
	}

	/** Returns a byte of a header unchanged, or a byte of a control frame's payload unmasked. */
	byte(byte: number): number {
		if (this.missing) {
			this.missing--;
			return byte ^ this.keyByte(this.offset++);
		}
		if (this.filled === this.size) {
			this.filled = 0;
			this.size = 2;
			this.offset = 0;
		}
		const { header } = this;
		header[this.filled++] = byte;
		const second = header[1] as number;
		const length = second & SecondByte.length;
		if (this.filled === 2) {
			if (length === SecondByte.length16) this.size += 2;
			else if (length === SecondByte.length64) this.size += 8;
			if (second & SecondByte.masked) this.size += Size.key;
		}
		if (this.filled === this.size && (header[0] as number) & FirstByte.control) this.missing = length;
		return byte;
	}

	/** Prepares a piece of a data frame's payload, in place: the SDK's class unmasks it as if it were the first one. */
	piece(bytes: ArrayBuffer): void {
		const { offset } = this;
		this.offset += bytes.byteLength;
		if ((offset & 3) === 0) return;
		const correction = new Uint8Array(Size.key);
		for (let index = 0; index < Size.key; index++)
			correction[index] = this.keyByte(index) ^ this.keyByte(offset + index);
		Logical.xor(bytes, correction);
	}

	/** Returns the byte of the masking key for a byte of the payload; 0 in an unmasked frame. */
	private keyByte(offset: number): number {
		const masked = (this.header[1] as number) & SecondByte.masked;
		return masked ? (this.header[this.size - Size.key + (offset & 3)] as number) : 0;
	}
}
