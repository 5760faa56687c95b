import type { Refusal } from "../rfc6455/clienthandshake.js";
import { textOf } from "./timers.js";

/** Why an attempt to connect has failed. */
export interface DialFailure extends Partial<Refusal> {
	/** A sentence for people. */
	readonly reason: string;
	/** True when every further attempt would fail for the same reason. */
	readonly permanent?: boolean | undefined;
}

/** An error that ends an attempt, with `permanent` as in DialFailure. */
export interface PermanentError extends Error {
	permanent?: boolean;
}

/** Returns the failure that an exception, or the error of a socket, stands for. */
export const failureOf = (error: unknown): DialFailure => {
	try {
		if (error instanceof Error) {
			// An app's own error may have a message that is no text.
			const reason = textOf(error.message);
			return (error as PermanentError).permanent ? { reason, permanent: true } : { reason };
		}
	} catch {
		// A getter, or a Proxy that is asked for its class.
	}
	return { reason: textOf(error) };
};
