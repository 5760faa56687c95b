/**
 * Declares the function of checksum.c, which manifests use instead of ../checksum.ts. XS binds a function with such a body
 * to C.
 */
import type { PageData } from "../pagedata.js";

declare function native(name: string): (...args: unknown[]) => number;

export function checksum(this: unknown, data: PageData): number {
	return native("xs_checksum_checksum").call(this, data);
}
