/** The TLSSocket of the Moddable SDK, for which its typings have no declaration. */
declare module "embedded:io/socket/tcp/tls" {
	export default class TLSSocket {
		constructor(options: object);
		format: "number" | "buffer";
		read(amount?: number | ArrayBufferView): ArrayBuffer | number | undefined;
		write(bytes: ArrayBuffer | ArrayBufferView): number;
		close(): void;
	}
}
