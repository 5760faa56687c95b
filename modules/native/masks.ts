/// <reference path="../rfc6455/logical.d.ts" />
import Logical from "logical";
import type { UsedSocket } from "../rfc6455/transport.js";

/** A socket whose reads are seen. Without a count it gives one octet as a number, as the SDK's class reads headers. */
interface SeenSocket {
	/** The socket's own read(). */
	readUnseen(count?: number | ArrayBuffer): ArrayBuffer | number | undefined;
	read(count?: number | ArrayBuffer): ArrayBuffer | number | undefined;
	masks: Masks;
}

/**
 * Puts right what the SDK's class leaves masked of the frames that a server gets: the payload of control frames,
 * which it would answer as it is, and every piece of a frame behind one that was no multiple of 4 octets long.
 * It reads headers, and control frames whole, octet by octet.
 */
export class Masks {
	/** The octets read last; a header and a control frame's payload are 139 at most. */
	private readonly octets = new Uint8Array(256);
	private count = 0;
	/** What `count` was when the data frame under way began. */
	private headerEnd = 0;
	/** Octets that have come of its payload. */
	private offset = 0;

	/** Sees to what is read from a socket. */
	watch(socket: UsedSocket): void {
		const seen = socket as unknown as SeenSocket;
		seen.masks = this;
		seen.readUnseen = seen.read;
		// The method that it covers is read-only, as everything in ROM.
		Object.defineProperty(seen, "read", seenRead);
	}

	/** Takes note of an octet. */
	note(octet: number): void {
		this.octets[this.count++ & 255] = octet;
	}

	/** Removes the mask from the payload of a control frame that was just read, in place. */
	unmaskControl(payload: ArrayBuffer): void {
		const length = payload.byteLength;
		const start = this.count - length - 4;
		const isMasked = ((this.octets[(start - 1) & 255] as number) & 0x80) !== 0;
		if (isMasked && length) Logical.xor(payload, this.key(start, 0));
	}

	/** Puts a piece of a data frame right, in place: it was unmasked as if it was the first one. */
	correctData(piece: ArrayBuffer): void {
		if (this.headerEnd !== this.count) {
			this.headerEnd = this.count;
			this.offset = 0;
		}
		const shift = this.offset & 3;
		this.offset += piece.byteLength;
		if (shift === 0) return;
		const correction = this.key(this.count - 4, shift);
		Logical.xor(correction, this.key(this.count - 4, 0));
		Logical.xor(piece, correction);
	}

	/** The masking key that was read at `start`, from its octet `shift` on. */
	private key(start: number, shift: number): Uint8Array {
		const key = new Uint8Array(4);
		for (let index = 0; index < 4; index++)
			key[index] = this.octets[(start + ((index + shift) & 3)) & 255] as number;
		return key;
	}
}

function readSeen(this: SeenSocket, count?: number | ArrayBuffer): ArrayBuffer | number | undefined {
	if (count !== undefined) return this.readUnseen(count);
	const octet = this.readUnseen();
	if (typeof octet === "number") this.masks.note(octet);
	return octet;
}

const seenRead = Object.freeze({ value: readSeen });
