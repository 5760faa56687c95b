/** The bytes of a page, wherever they are: a Resource of the SDK, an ArrayBuffer or a Uint8Array. */
export interface PageData {
	readonly byteLength: number;
	/** Returns a copy of some bytes. */
	slice(start: number, end: number): ArrayBuffer | Uint8Array;
}
