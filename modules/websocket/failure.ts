/** What the events of a Client tell about an attempt that failed, or a connection that ended. */
export interface Failure {
	/** Status of the HTTP response that refused the attempt; only when there was one. */
	readonly status?: number;
	/**
	 * Its header fields `date`, `location`, `retry-after` and `www-authenticate`, as far as it has them, by these names;
	 * repeated ones are joined with ", ". Together shorter than `maxHeadSize`. Only when there was a response.
	 */
	readonly headers?: Readonly<Record<string, string>>;
	/** Milliseconds that its `Retry-After` asks to wait, from 0 to 3600000; only when it has one that can be read. */
	readonly retryAfter?: number;
	/** Close code, when a connection has ended that was open. */
	readonly code?: number;
	/** True when every further attempt would fail, too. With `reconnect`, none follows then. */
	readonly permanent: boolean;
	/** Milliseconds until the next attempt; only when there is one. */
	readonly delay?: number;
}

/** A Failure while it is completed. */
export type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };
