/** The examples of RFC 6455 section 5.7, with their content. */
import { opcodes } from "../../support/frames.js";
import type { Role } from "./endpoint.js";

export interface Vector {
	name: string;
	/** The receiver: a server receives masked frames, a client unmasked ones. */
	to: Role;
	bytes: Buffer;
	says: { message: string | Buffer } | { opcode: number; payload: string };
}

const hello = Buffer.from("Hello");

function bytes(hex: string, ...more: Uint8Array[]): Buffer {
	return Buffer.concat([Buffer.from(hex.replaceAll(" ", ""), "hex"), ...more]);
}

/** Returns bytes that count up: 0, 1, ... 255, 0, ... */
export function counting(length: number): Buffer {
	return Buffer.from(Uint8Array.from({ length }, (_, index) => index));
}

export const vectors: readonly Vector[] = [
	{
		name: "a single-frame unmasked text message",
		to: "client",
		bytes: bytes("81 05 48 65 6c 6c 6f"),
		says: { message: "Hello" },
	},
	{
		name: "a single-frame masked text message",
		to: "server",
		bytes: bytes("81 85 37 fa 21 3d 7f 9f 4d 51 58"),
		says: { message: "Hello" },
	},
	{
		name: "a fragmented unmasked text message",
		to: "client",
		bytes: bytes("01 03 48 65 6c 80 02 6c 6f"),
		says: { message: "Hello" },
	},
	{
		name: "an unmasked ping request",
		to: "client",
		bytes: bytes("89 05 48 65 6c 6c 6f"),
		says: { opcode: opcodes.ping, payload: hello.toString() },
	},
	{
		name: "a masked pong response",
		to: "server",
		bytes: bytes("8a 85 37 fa 21 3d 7f 9f 4d 51 58"),
		says: { opcode: opcodes.pong, payload: hello.toString() },
	},
	{
		name: "256 bytes of binary data in a single unmasked frame",
		to: "client",
		bytes: bytes("82 7e 01 00", counting(256)),
		says: { message: counting(256) },
	},
	{
		name: "64 KiB of binary data in a single unmasked frame",
		to: "client",
		bytes: bytes("82 7f 00 00 00 00 00 01 00 00", counting(65536)),
		says: { message: counting(65536) },
	},
];
