/// <reference path="./sdk.d.ts" />
/**
 * Completes how the SDK verifies certificates. SDK 8.2.3 accepts any certificate for the right name that is followed by the
 * authority's own, which everyone has: it does not require that each certificate is signed with the next one's key, nor
 * that the signer is an authority and valid now (RFC 5280 section 6.1).
 */

import CertificateManager from "ssl/cert";
import X509 from "x509";

/** BasicConstraints (RFC 5280 section 4.2.1.9). */
const basicConstraints = Object.freeze([2, 5, 29, 19]);

const { prototype } = CertificateManager;
const { verify } = prototype;

// This module is preloaded: the change is made when the app is built.
prototype.verify = function (certificates, options) {
	if (!verify.call(this, certificates, options)) return false;
	if (options.verify === false) return true;
	for (let index = 1; index < certificates.length; index++) {
		const issuer = certificates[index] as Uint8Array;
		const signed = X509.decode(certificates[index - 1] as Uint8Array);
		if (!isAuthority(issuer) || !isValidNow(issuer)) return false;
		if (!this._verify(X509.decodeSPKI(issuer), signed)) return false;
	}
	return true;
};

const isValidNow = (certificate: Uint8Array): boolean => {
	const { from, to } = X509.decodeTBS(X509.decode(certificate).tbs).validity;
	const now = Date.now();
	return from < now && now < to;
};

/** Returns whether a certificate has BasicConstraints that start with cA TRUE. */
const isAuthority = (certificate: Uint8Array): boolean => {
	const extension = X509.decodeExtension(certificate, basicConstraints);
	// SEQUENCE with its length, BOOLEAN with its length, the value; in DER TRUE is 255.
	if (!extension) return false;
	const bytes = new Uint8Array(extension);
	return bytes[0] === 0x30 && bytes[2] === 1 && bytes[3] === 1 && bytes[4] === 255;
};
