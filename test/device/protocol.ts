/**
 * What the agent and its driver say to each other: lines of JSON over one TCP connection. The driver
 * sends commands, the agent answers each, and in between tells what happened, in the order it happened.
 * Types only, so that neither side imports anything of the other.
 */

/** A JSON value; what JSON cannot say is an object with the key `$` (see `values.ts` and `wire.ts`). */
export type Wire = null | boolean | number | string | readonly Wire[] | { readonly [name: string]: Wire };

/**
 * The object a step is about: a name given by an earlier step, `"module"` for the module's own functions,
 * `"vectors"` for the test vectors of native code,
 * and inside a listener `"this"` (what emitted) or `"argument"` (the listener's first argument).
 */
export type ObjectName = string;

/** One thing to do on the device. The steps of one command run in one turn of the device's event loop. */
export type Step =
	/** Construct `class` and report its `watch`ed events (all of them when left out). */
	| {
			do: "new";
			class: "Client" | "Server";
			name: ObjectName;
			options: readonly Wire[];
			watch?: readonly string[];
	  }
	| { do: "call"; on: ObjectName; method: string; arguments: readonly Wire[] }
	| { do: "get"; on: ObjectName; property: string }
	/** Add a listener that runs `steps` and then tells their results, under `name`, unless `quiet`. */
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
	/** Run `steps` `count` times; `{$: "index"}` in an argument is the round. The value is the list of last results. */
	| { do: "repeat"; count: number; steps: readonly Step[] }
	/** Keep `steps` under `name` for `run`. */
	| { do: "define"; name: string; steps: readonly Step[] }
	/** Run what was defined, at most `times` times in all; after that nothing. */
	| { do: "run"; name: string; times?: number }
	/** Run `steps` from a timer, `milliseconds` later. */
	| { do: "later"; milliseconds: number; name: string; steps: readonly Step[] }
	/** In a listener, or in a timer, where it ends the machine: throw, after the other steps. */
	| { do: "throw"; message: string }
	/** Gives `value` back, as the device sees it. */
	| { do: "give"; value: Wire }
	/** The device's clock, milliseconds. */
	| { do: "clock" }
	/** Forget an object, so that the garbage collector can have it. */
	| { do: "release"; on: ObjectName };

/** What became of one step. */
export type Result = { value: Wire } | { error: { name: string; message: string } };

export interface Command {
	id: number;
	steps: readonly Step[];
}

export type Report =
	| { answer: number; results: Result[] }
	/** `of` emitted `event`, when the device's clock said `at` (milliseconds). */
	| { event: string; of: ObjectName; at: number; arguments: Wire[] }
	/** The steps of the listener `ran` gave `results`. */
	| { ran: string; of: ObjectName; at: number; results: Result[] }
	| { trace: string }
	/** Something that must never happen, seen by the agent itself: the test run has failed. */
	| { fault: string };
