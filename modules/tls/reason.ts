/** Sentences for the exceptions of the SDK's TLS, which names alerts by number and certificates not at all. */

import type { PermanentError } from "../channel/failure.js";
import { forged } from "./serverrecords.js";

/** 2025-01-01, by Date.now(): a clock that is behind it was never set. */
const earliest = 1735689600000;

/** Messages of the SDK 8.2.3. */
const refused = "certificate: auth err";
const outdated = "date validation failed";
const missing = "Resource not found";
const alert = "alert: ";

/**
 * Returns the error to report for an exception of the SDK's TLS.
 * @param name The name that the certificate must have.
 * @param ownAuthority True if the app gave the certificate of an authority (`tls.ca`).
 */
export const tlsError = (exception: unknown, name: string, ownAuthority: boolean): PermanentError => {
	const message = exception instanceof Error ? exception.message : String(exception);
	if (message.startsWith(forged))
		return new Error(
			`${name} is not trusted, someone may be on the way to it: ${message.slice(forged.length)}`,
		);
	if (message.startsWith(refused) || message.startsWith(outdated))
		return certificateError(name, ownAuthority);
	if (message.startsWith(missing))
		return permanent(
			`the certificate of ${name} cannot be checked: its authority is not in the app's resources (${message}); add $(MODULES)/crypt/data/ca... to the manifest, or give tls.ca`,
		);
	if (message.startsWith(alert)) return alertError(Number(message.slice(message.indexOf(",") + 1)), name);
	return new Error(`TLS failed: ${message}`);
};

/** Returns the error to report for an exception in the constructor of the SDK's class: it checks `tls.ca` there. */
export const settingsError = (exception: unknown): PermanentError => {
	const message = exception instanceof Error ? exception.message : String(exception);
	if (!message.startsWith(outdated)) return new Error(`TLS failed: ${message}`);
	return datedError("the certificate tls.ca was refused", (date) => `it is not valid on ${date}`);
};

/** Returns the error for a handshake that the server has broken off. */
export const handshakeError = (): PermanentError => {
	return new Error("the server ended the connection during the handshake of TLS");
};

const certificateError = (name: string, ownAuthority: boolean): PermanentError => {
	const authority = ownAuthority ? "tls.ca" : "an authority in the app's resources";
	return datedError(
		`the certificate of ${name} was refused`,
		(date) =>
			`it must be valid on ${date}, be for ${name} (subjectAltName), and come with a chain of two or more certificates that ${authority} has signed`,
	);
};

const datedError = (what: string, why: (date: string) => string): PermanentError => {
	const now = Date.now();
	const date = new Date(now).toISOString().slice(0, 10);
	if (now >= earliest) return permanent(`${what}: ${why(date)}`);
	// The clock may be set meanwhile.
	return new Error(
		`${what}: it has dates, and the device's clock says ${date}; set the clock before connecting`,
	);
};

/** RFC 5246 section 7.2, RFC 6066 section 3. */
const alertError = (code: number, name: string): PermanentError => {
	switch (code) {
		case 40:
			return permanent(
				"the server refused the handshake of TLS: it has no cipher in common with the Moddable SDK, or it asks for tls.clientCertificate",
			);
		case 70:
			return permanent(
				"the server refused TLS 1.2, the only version that the Moddable SDK has; it may accept TLS 1.3 only",
			);
		case 112:
			return permanent(`the server has no certificate for ${name} (tls.serverName)`);
		case 42:
		case 43:
		case 44:
		case 45:
		case 46:
		case 48:
		case 49:
			return permanent(
				`the server refused the certificate of the device, tls.clientCertificate (TLS alert ${code})`,
			);
		default:
			return new Error(`the server ended the connection (TLS alert ${code})`);
	}
};

const permanent = (reason: string): PermanentError => {
	const error: PermanentError = new Error(reason);
	error.permanent = true;
	return error;
};
