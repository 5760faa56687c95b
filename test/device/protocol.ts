/**
 * The protocol of the agent and its driver: lines of JSON over one TCP connection. The driver sends commands. The agent
 * answers each one, and reports events in the order in which they occur.
 * This file has types only, so that neither side imports code of the other.
 */

/** A JSON value. Values that JSON lacks are objects with the key `$` (see `values.ts` and `wire.ts`). */
export type Wire = null | boolean | number | string | readonly Wire[] | { readonly [name: string]: Wire };

/**
 * The object that a step works on: a name given by an earlier step, `"module"` for the functions of the module, or
 * `"vectors"` for the test vectors of native code; in a listener also `"this"` (the emitter) and `"argument"` (the
 * first argument of the listener).
 */
export type ObjectName = string;

/** One action on the device. The steps of one command run in one turn of the device's event loop. */
export type Step =
	/** Construct `class` and report the events in `watch`; by default all of them. */
	| {
			do: "new";
			class: "Client" | "Server";
			name: ObjectName;
			options: readonly Wire[];
			watch?: readonly string[];
	  }
	| { do: "call"; on: ObjectName; method: string; arguments: readonly Wire[] }
	| { do: "get"; on: ObjectName; property: string }
	/** Add a listener that runs `steps` and, unless `quiet`, reports their results under `name`. */
	| {
			do: "listen";
			on: ObjectName;
			method: "on" | "addListener" | "once";
			event: string;
			name: string;
			steps: readonly Step[];
			quiet?: boolean;
	  }
	| { do: "unlisten"; on: ObjectName; method: "off" | "removeListener"; event: string; name: string }
	/** Run `steps` `count` times; `{$: "index"}` is the current round. The value lists the last result of each round. */
	| { do: "repeat"; count: number; steps: readonly Step[] }
	/** Define `steps` as a procedure `name`, for `run`. */
	| { do: "define"; name: string; steps: readonly Step[] }
	/** Run a procedure, at most `times` times in total; further calls do nothing. */
	| { do: "run"; name: string; times?: number }
	/** Run `steps` from a timer, `milliseconds` later. */
	| { do: "later"; milliseconds: number; name: string; steps: readonly Step[] }
	/** Throw after the other steps: in a listener, or in a timer, where it ends the machine. */
	| { do: "throw"; message: string }
	/** Return `value` as the device has decoded it. */
	| { do: "give"; value: Wire }
	/** Return the time of the device's clock, in milliseconds. */
	| { do: "clock" }
	/** Drop the reference to an object, so that the garbage collector can free it. */
	| { do: "release"; on: ObjectName };

/** Result of one step. */
export type Result = { value: Wire } | { error: { name: string; message: string } };

export interface Command {
	id: number;
	steps: readonly Step[];
}

export type Report =
	| { answer: number; results: Result[] }
	/** `of` emitted `event` at the time `at` of the device's clock, in milliseconds. */
	| { event: string; of: ObjectName; at: number; arguments: Wire[] }
	/** The steps of the listener `ran` returned `results`. */
	| { ran: string; of: ObjectName; at: number; results: Result[] }
	| { trace: string }
	/** The agent has detected a broken invariant: the test run has failed. */
	| { fault: string };
