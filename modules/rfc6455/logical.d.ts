/** The SDK's native logical operations on buffers, for which its typings have no declaration. */
declare module "logical" {
	export default class Logical {
		/** `destination` ^= `source`, which repeats as long as needed. */
		static xor(destination: ArrayBuffer | Uint8Array, source: ArrayBuffer | Uint8Array): void;
	}
}
