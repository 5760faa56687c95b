/**
 * Copies of bytes at the speed of a device: XS 13 copies arrays element by element, the SDK's engine in one operation.
 * Short ones are left to the engine.
 */

import { copy } from "../wire.js";

/** Length from which on the engine's own functions are slower, in bytes. */
const fastFrom = 256;
const { prototype } = Uint8Array;
const { set, slice } = prototype;

function define(name: "set" | "slice", value: unknown): void {
	Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
}

define("set", function (this: Uint8Array, source: ArrayLike<number>, offset = 0): void {
	const isFast =
		source instanceof Uint8Array &&
		source.length >= fastFrom &&
		source.buffer !== this.buffer &&
		offset >= 0 &&
		offset + source.length <= this.length;
	if (isFast) copy(source, this.subarray(offset, offset + source.length));
	else set.call(this, source, offset);
});

define("slice", function (this: Uint8Array, start?: number, end?: number): Uint8Array {
	const view = this.subarray(start ?? 0, end ?? this.length);
	if (view.length < fastFrom) return slice.call(this, start, end);
	return new Uint8Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.length));
});
