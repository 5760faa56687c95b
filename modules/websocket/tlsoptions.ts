/** The options of TLS. */

import { hasSecureNetwork } from "../channel/network.js";
import { isHost } from "../rfc6455/address.js";
import {
	booleanOption,
	isObject,
	type RawOptions,
	stringOption,
	stringsOption,
	wrongType,
	wrongValue,
} from "./options.js";

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
	 * manifest includes from the SDK's `modules/crypt/data`.
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
	/** Settings of TLS. Given, even as `{}`, without a `url`: the connection uses TLS, as with a `url` of `wss:`. */
	readonly tls?: TlsOptions | null;
	/** Of the accessors: true is the same as `tls: {}`. Default: as `url` and `tls` say. */
	readonly sslTls?: boolean | null;
	/** Of the accessors: true is the same as `tls: { verify: false }`. Default false. */
	readonly trustAll?: boolean | null;
	/** Of the accessors: only "", because a device has no files. `tls: { ca }` takes the certificate itself. */
	readonly trustedCACertPath?: string | null;
}

/** First byte of a certificate or a key in DER: SEQUENCE (ITU-T X.690). */
const sequence = 0x30;

/**
 * Returns whether a Client uses TLS.
 * @param scheme True for a URL with `wss:`, false for one with `ws:`, undefined without a URL.
 * @throws TypeError or RangeError that names the option and its value: also when options for TLS are given for a
 *   connection in the clear, and when the app has no TLS.
 */
export function isSecure(options: RawOptions, scheme: boolean | undefined): boolean {
	const tls = options["tls"] ?? undefined;
	if (tls !== undefined && !isObject(tls)) throw wrongType("tls", tls, "an object");
	const sslTls = booleanOption(options, "sslTls");
	const secure = scheme ?? (tls !== undefined || sslTls);
	if (secure && options["sslTls"] === false)
		throw new RangeError('sslTls is false, but the url of "wss:" or tls asks for TLS; leave out sslTls');
	if (!secure && (tls !== undefined || sslTls))
		throw new RangeError(
			`${sslTls ? "sslTls" : "tls"} asks for TLS, but the url is in the clear; it must start with "wss://"`,
		);
	const path = stringOption(options["trustedCACertPath"] === "" ? {} : options, "trustedCACertPath");
	if (path !== undefined)
		throw wrongValue(
			"trustedCACertPath",
			path,
			"left out: a device has no files; give the certificate as tls.ca",
		);
	if (booleanOption(options, "trustAll") && !secure)
		throw new RangeError("trustAll is true, but the connection is without TLS; leave it out, or use wss:");
	if (secure && !hasSecureNetwork())
		throw new RangeError(
			"wss: and tls need TLS, which this app does not have; include xs-web-socket's manifest_secure.json in its manifest",
		);
	return secure;
}

/**
 * Returns the settings of TLS for the SDK's socket.
 * @param host Name or address of the server.
 * @throws TypeError or RangeError that names the option and its value.
 */
export function secureOption(options: RawOptions, host: string): object {
	const tls = (options["tls"] ?? {}) as RawOptions;
	const trustAll = booleanOption(options, "trustAll");
	const verify = isAbsent(tls["verify"]) ? !trustAll : booleanOption(tls, "verify", "tls.verify");
	if (trustAll && verify)
		throw new RangeError("trustAll and tls.verify are both true; leave out one of them");
	const secure: Record<string, unknown> = { verify, serverName: serverName(tls, host) };
	// A session of a server that was not verified must not be resumed by a client that verifies.
	if (!verify) secure["cache"] = false;
	if (!isAbsent(tls["ca"])) secure["certificate"] = der("tls.ca", tls["ca"]);
	const protocols = stringsOption(tls, "applicationLayerProtocol", "tls.applicationLayerProtocol");
	if (protocols?.length) {
		protocols.forEach((name) => {
			if (ArrayBuffer.fromString(name).byteLength > 255)
				throw wrongValue("tls.applicationLayerProtocol", name, "at most 255 bytes");
		});
		secure["applicationLayerProtocolNegotiation"] = protocols;
	}
	const certificate = tls["clientCertificate"] ?? undefined;
	const key = tls["clientKey"] ?? undefined;
	if ((certificate === undefined) !== (key === undefined))
		throw new RangeError(
			`tls.${key ? "clientCertificate" : "clientKey"} is missing; tls.clientCertificate and tls.clientKey belong together`,
		);
	if (key !== undefined) {
		const chain = Array.isArray(certificate) ? certificate : [certificate];
		if (!chain.length) throw wrongValue("tls.clientCertificate", chain, "at least one certificate");
		secure["clientCertificates"] = chain.map((item) => der("tls.clientCertificate", item));
		secure["clientKey"] = der("tls.clientKey", key);
	}
	return Object.freeze(secure);
}

/** @throws TypeError for TLS: the SDK has no server with TLS, and nothing meant for TLS is sent in the clear. */
export function refuseTLS(options: RawOptions): void {
	if (booleanOption(options, "sslTls") || !isAbsent(options["tls"]))
		throw new TypeError(
			`${isAbsent(options["tls"]) ? "sslTls" : "tls"} asks for TLS; a Server has no TLS, because the Moddable SDK's TLS is for clients only`,
		);
}

function serverName(tls: RawOptions, host: string): string {
	const name = stringOption(tls, "serverName", "tls.serverName");
	if (name !== undefined) {
		if (!isHost(name)) throw wrongValue("tls.serverName", name, "a name or an address");
		return name;
	}
	// Certificates have no final dot, which stands for the root.
	return host.endsWith(".") ? host.slice(0, -1) : host;
}

/** Returns bytes in DER as they were given: a Resource stays in flash. */
function der(name: string, value: unknown): unknown {
	const { byteLength, slice } = (isObject(value) ? value : {}) as Partial<Uint8Array>;
	if (typeof byteLength !== "number" || typeof slice !== "function")
		throw wrongType(name, value, "an ArrayBuffer, a Uint8Array or a Resource, in DER");
	const first = byteLength > 0 ? new Uint8Array((value as Uint8Array).slice(0, 1))[0] : undefined;
	if (first !== sequence)
		throw new RangeError(
			`${name} is not in DER; a file in PEM is converted by openssl: x509 -outform der, or pkcs8 -topk8 -nocrypt -outform der for a key`,
		);
	return value;
}

function isAbsent(value: unknown): boolean {
	return value === undefined || value === null;
}
