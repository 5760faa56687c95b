/**
 * Declares the functions of framecodec.c, which manifests use instead of ../framecodec.ts. XS binds a function with such a
 * body to C.
 */
import type { MessageData } from "../bytes.js";
import type { DecodedFrame, EncodedFrame } from "../framecodec.js";

// biome-ignore lint/suspicious/noExplicitAny: C returns what the declared function returns
declare function native(name: string): (...args: unknown[]) => any;

export function encodeFrame(
	this: unknown,
	data: MessageData,
	first: number,
	masks: boolean,
	room: number,
	result: EncodedFrame,
): ArrayBuffer | undefined {
	return native("xs_framecodec_encode").call(this, data, first, masks, room, result);
}

export function decodeFrame(
	this: unknown,
	bytes: ArrayBuffer,
	start: number,
	mode: number,
	result: DecodedFrame,
): string | ArrayBuffer | null | undefined {
	return native("xs_framecodec_decode").call(this, bytes, start, mode, result);
}
