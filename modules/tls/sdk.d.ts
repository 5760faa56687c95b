/** Modules of the Moddable SDK for which its typings have no declaration: the TLSSocket. */
declare module "embedded:io/socket/tcp/tls" {
	export default class TLSSocket {
		constructor(options: object);
		format: "number" | "buffer";
		read(amount?: number | ArrayBufferView): ArrayBuffer | number | undefined;
		write(bytes: ArrayBuffer | ArrayBufferView): number;
		close(): void;
	}
}

/** The SDK's verification of certificates, and its parser for them. */
declare module "ssl/cert" {
	export default class CertificateManager {
		/** Returns whether the certificates of a server, its own first, are accepted. */
		verify(certificates: readonly Uint8Array[], options: { readonly verify?: boolean }): boolean | undefined;
		/** Returns whether a certificate was signed with a key. */
		_verify(key: object, certificate: object): boolean;
	}
}

declare module "x509" {
	const X509: {
		decode(certificate: Uint8Array): { readonly tbs: Uint8Array };
		/** Times are in milliseconds, as those of Date.now(). */
		decodeTBS(tbs: Uint8Array): { readonly validity: { readonly from: number; readonly to: number } };
		decodeSPKI(certificate: Uint8Array): object;
		decodeExtension(certificate: Uint8Array, identifier: readonly number[]): ArrayBuffer | undefined;
	};
	export default X509;
}
