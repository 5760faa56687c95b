/** The options of TLS. What they mean is known to `modules/tls`, which only apps with TLS have. */

import { tlsSettings } from "../channel/network.js";
import { booleanOption, given, type RawOptions } from "./options.js";

/** The options for TLS. Accessors pass false and "" for none. */
const names = Object.freeze(["tls", "sslTls", "trustAll", "trustedCACertPath"]);

/** A certificate or a key in DER: a buffer, or a `Resource` of the Moddable SDK. */
export type Der =
	| ArrayBuffer
	| Uint8Array
	| {
			/** Length in bytes. */
			readonly byteLength: number;
			/** Returns a copy of some bytes. */
			slice(start: number, end: number): ArrayBuffer;
	  };

/** The options of TLS 1.2 (RFC 5246), with the names of the Moddable SDK 10. `undefined` and `null` stand for the default. */
export interface TlsOptions {
	/**
	 * Certificate of the authority that has signed the server's certificate. Default: the authorities that the app's
	 * manifest includes from the SDK's store.
	 */
	readonly ca?: Der | null;
	/** The device's own certificate, for servers that ask for one: a certificate, or a chain that starts with it. */
	readonly clientCertificate?: Der | readonly Der[] | null;
	/** Key of that certificate: RSA, as PKCS #8. */
	readonly clientKey?: Der | null;
	/** Name that the server's certificate must have (RFC 6066 section 3). Default: the host. */
	readonly serverName?: string | null;
	/** Protocols to offer to the server (RFC 7301), each of 1 to 255 bytes. Default none. */
	readonly applicationLayerProtocol?: string | readonly string[] | null;
	/** False to accept any certificate: then anyone on the way can read and change everything. Default true. */
	readonly verify?: boolean | null;
}

/** Options of a Client for TLS; those of the accessors included. */
export interface SecurityOptions {
	/** TLS settings. Without a `url`, any object, even `{}`, makes the connection use TLS, as a `url` with `wss:` does. */
	readonly tls?: TlsOptions | null;
	/** Of the accessors: true is the same as `tls: {}`. Default: as `url` and `tls` say. */
	readonly sslTls?: boolean | null;
	/** Of the accessors: true is the same as `tls: { verify: false }`. Default false. */
	readonly trustAll?: boolean | null;
	/** Of the accessors: only "", because a device has no files. `tls: { ca }` takes the certificate itself. */
	readonly trustedCACertPath?: string | null;
}

/**
 * Returns the settings of TLS for the socket of a Client; undefined without TLS.
 * @param host Name or address of the server.
 * @param secure As isSecure() has found.
 * @throws TypeError or RangeError that names the option and its value.
 */
export const secureOption = (options: RawOptions, host: string, secure: boolean): object | undefined => {
	return secure ? tlsSettings()?.(options, host) : undefined;
};

/**
 * Returns whether a Client uses TLS.
 * @param scheme True for a URL with `wss:`, false for one with `ws:`, undefined without a URL.
 * @throws TypeError or RangeError when options for TLS are given for a connection in the clear, and when the app has no
 *   TLS.
 */
export const isSecure = (options: RawOptions, scheme: boolean | undefined): boolean => {
	const secure = scheme ?? (booleanOption(options, "sslTls") || given(options, "tls") !== undefined);
	if (secure && !tlsSettings())
		throw new RangeError(
			'this app has no TLS for "wss:", tls and sslTls; include xs-web-socket\'s manifest_secure.json in its manifest',
		);
	const [name] = givenOptions(options);
	if (!secure && name)
		throw new RangeError(
			`${name} is given, but the connection is without TLS; the url must start with "wss://", or leave out ${name}`,
		);
	return secure;
};

/** Returns whether options for TLS are given. */
export const asksForTLS = (options: RawOptions): boolean => {
	return givenOptions(options).length > 0;
};

const givenOptions = (options: RawOptions): readonly string[] => {
	return names.filter((name) => options[name]);
};

/** @throws TypeError for TLS: the SDK has no server with TLS, and nothing meant for TLS is sent in the clear. */
export const refuseTLS = (options: RawOptions): void => {
	if (booleanOption(options, "sslTls") || given(options, "tls") !== undefined)
		throw new TypeError(
			`${given(options, "tls") === undefined ? "sslTls" : "tls"} asks for TLS; a Server has no TLS, because the Moddable SDK's TLS is for clients only`,
		);
};
