/** Common part of tests that use an object in any order, while its peers and the network do anything. */

import { inspect } from "node:util";
import { Random } from "./random.js";

export abstract class AnyOrder {
	/** What went wrong. */
	readonly problems: string[] = [];
	/** What was done, and what happened. */
	readonly log: string[] = [];
	protected readonly random: Random;
	/** The method of the module that runs: no event may be emitted then. "" for none. */
	protected method = "";

	constructor(seed: number) {
		this.random = new Random(seed);
	}

	/** Calls a method of the module, which must not throw. */
	protected run(method: string, action: () => unknown): void {
		this.perform(method, method, action, `${method}() has thrown`);
	}

	/** Does what comes from outside: events may be emitted, and no exception may leave the module. */
	protected outside(what: string, action: () => unknown): void {
		this.perform(what, "", action, `an exception has left the callback of ${what}:`);
	}

	private perform(what: string, method: string, action: () => unknown, problem: string): void {
		this.log.push(what);
		const before = this.method;
		this.method = method;
		try {
			action();
		} catch (error) {
			this.problems.push(`${problem} ${inspect(error)}`);
		}
		this.method = before;
	}
}
