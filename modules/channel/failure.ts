import type { Refusal } from "../rfc6455/clienthandshake.js";

/** Why an attempt to connect has failed. */
export interface DialFailure extends Partial<Refusal> {
	/** A sentence for people. */
	readonly reason: string;
	/** True when every further attempt would fail for the same reason. */
	readonly permanent?: boolean | undefined;
}
