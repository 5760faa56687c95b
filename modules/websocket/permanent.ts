/** What has ended an attempt to connect, or a connection. */
export interface Ending {
	/** Status of the HTTP response that refused the attempt. */
	readonly status?: number | undefined;
	/** Close code of the connection that has ended. */
	readonly code?: number | undefined;
	/** True when the channel knows that every attempt would fail alike: a certificate, a subprotocol not offered. */
	readonly permanent?: boolean | undefined;
}

/**
 * Tells permanent failures from temporary ones: the only place that does. Permanent are those that the same request
 * meets again until somebody changes the server, the app or its credentials.
 */
export const isPermanent = ({ status = 0, code, permanent }: Ending): boolean => {
	if (permanent) return true;
	switch (code) {
		case 1002: // protocol error
		case 1003: // unsupported data
		case 1007: // invalid payload data
		case 1008: // policy violation
		case 1010: // mandatory extension
			return true;
	}
	switch (status) {
		case 301: // moved permanently
		case 308: // permanent redirect
			return true;
		case 408: // request timeout
		case 425: // too early
		case 429: // too many requests
			return false;
	}
	return status >= 400 && status < 500;
};
