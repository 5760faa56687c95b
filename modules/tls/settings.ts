/** The options of TLS become the settings of the SDK's class. */

import { isHost } from "../rfc6455/address.js";
import {
	booleanOption,
	given,
	isObject,
	type RawOptions,
	stringOption,
	stringsOption,
	wrongType,
	wrongValue,
} from "../websocket/options.js";

/** First byte of a certificate or a key in DER: SEQUENCE (ITU-T X.690). */
const sequence = 0x30;

/**
 * Returns the settings of TLS for the SDK's socket: those of its SSLSession.
 * @param options Options of a Client that uses TLS.
 * @param host Name or address of the server.
 * @throws TypeError or RangeError that names the option and its value.
 */
export const settings = (options: RawOptions, host: string): object => {
	if (options["sslTls"] === false)
		throw new RangeError('sslTls is false, but the url of "wss:" or tls asks for TLS; leave out sslTls');
	const path = options["trustedCACertPath"];
	if (path)
		throw wrongValue(
			"trustedCACertPath",
			path,
			"left out: a device has no files; give the certificate as tls.ca",
		);
	const tls = (options["tls"] ?? {}) as RawOptions;
	if (!isObject(tls)) throw wrongType("tls", tls, "an object");
	const trustAll = booleanOption(options, "trustAll");
	const verify = given(tls, "verify") === undefined ? !trustAll : booleanOption(tls, "verify", "tls.verify");
	if (trustAll && verify)
		throw new RangeError("trustAll and tls.verify are both true; leave out one of them");
	const secure: Record<string, unknown> = { verify, serverName: serverName(tls, host) };
	// A session of a server that was not verified must not be resumed by a client that verifies.
	if (!verify) secure["cache"] = false;
	if (given(tls, "ca") !== undefined) secure["certificate"] = der("tls.ca", tls["ca"]);
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
};

const serverName = (tls: RawOptions, host: string): string => {
	const name = stringOption(tls, "serverName", "tls.serverName");
	if (name !== undefined) {
		if (!isHost(name)) throw wrongValue("tls.serverName", name, "a name or an address");
		return name;
	}
	// Certificates have no final dot, which stands for the root.
	return host.endsWith(".") ? host.slice(0, -1) : host;
};

/** Returns bytes in DER as they were given: a Resource stays in flash. */
const der = (name: string, value: unknown): unknown => {
	const { byteLength, slice } = (isObject(value) ? value : {}) as Partial<Uint8Array>;
	if (typeof byteLength !== "number" || typeof slice !== "function")
		throw wrongType(name, value, "an ArrayBuffer, a Uint8Array or a Resource, in DER");
	const first = byteLength > 0 ? new Uint8Array((value as Uint8Array).slice(0, 1))[0] : undefined;
	if (first !== sequence)
		throw new RangeError(
			`${name} is not in DER; a file in PEM is converted by openssl: x509 -outform der, or pkcs8 -topk8 -nocrypt -outform der for a key`,
		);
	return value;
};
