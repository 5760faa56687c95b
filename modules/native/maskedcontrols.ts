/// <reference path="../rfc6455/logical.d.ts" />
import Logical from "logical";
import type { UsedSocket } from "../rfc6455/transport.js";

/** A socket whose reads are seen. Without a count it gives one octet as a number, as the SDK's class reads headers. */
interface SeenSocket {
	/** The socket's own read(). */
	readUnseen(count?: number | ArrayBuffer): ArrayBuffer | number | undefined;
	read(count?: number | ArrayBuffer): ArrayBuffer | number | undefined;
	controls: MaskedControls;
}

/**
 * Removes the mask from the control frames that a server gets: the SDK's class does not, and would answer a
 * close and a ping with the masked octets. It reads them, and the masking key in front, octet by octet.
 */
export class MaskedControls {
	/** The octets read last; a header without its mask and a control frame's payload are 131 at most. */
	private readonly octets = new Uint8Array(256);
	private count = 0;

	/** Sees to what is read from a socket. */
	watch(socket: UsedSocket): void {
		const seen = socket as unknown as SeenSocket;
		seen.controls = this;
		seen.readUnseen = seen.read;
		// The method that it covers is read-only, as everything in ROM.
		Object.defineProperty(seen, "read", seenRead);
	}

	/** Takes note of an octet. */
	note(octet: number): void {
		this.octets[this.count++ & 255] = octet;
	}

	/** Removes the mask from the payload of a control frame that was just read, in place. */
	unmask(payload: ArrayBuffer): void {
		const { octets } = this;
		const length = payload.byteLength;
		const start = this.count - length - 4;
		const isMasked = ((octets[(start - 1) & 255] as number) & 0x80) !== 0;
		if (!isMasked || length === 0) return;
		const key = new Uint8Array(4);
		for (let index = 0; index < 4; index++) key[index] = octets[(start + index) & 255] as number;
		Logical.xor(payload, key);
	}
}

function readSeen(this: SeenSocket, count?: number | ArrayBuffer): ArrayBuffer | number | undefined {
	if (count !== undefined) return this.readUnseen(count);
	const octet = this.readUnseen();
	if (typeof octet === "number") this.controls.note(octet);
	return octet;
}

const seenRead = Object.freeze({ value: readSeen });
