/** Why an attempt to connect has failed. */
export interface DialFailure {
	/** Human-readable description. */
	readonly reason: string;
	/** Status of the server's response, if it refused the request. */
	readonly status?: number;
	/** Header fields of that response. */
	readonly headers?: Readonly<Record<string, string>>;
	/** True if another attempt with the same options would fail, too. */
	readonly permanent?: boolean;
}

/** An error that ends an attempt, with `permanent` as in DialFailure. */
export interface PermanentError extends Error {
	readonly permanent?: boolean;
}

/** Returns the failure that an exception, or the error of a socket, stands for. */
export function failureOf(error: unknown): DialFailure {
	if (!(error instanceof Error)) return { reason: String(error) };
	return (error as PermanentError).permanent
		? { reason: error.message, permanent: true }
		: { reason: error.message };
}
