/** A verify() for the tests: what it returns is in a table by path, and what it gets is traced. */
import type { Wire } from "../protocol.js";

type Request = { readonly path: string };
type Answer = { readonly [name: string]: Wire };

/** Requests that wait for settle(), the oldest first. */
const waiting: ((value: unknown) => void)[] = [];

/** For the object "verdicts" of the agent. */
export const verdicts = {
	/** Settles the oldest promise that waits. */
	settle: (value: unknown) => waiting.splice(0, 1)[0]?.(value),
	count: () => waiting.length,
};

/** Returns a verify() that answers as the table says: `value`, `throws`, `throwsSymbol`, `throwsBare`, `resolves`, `rejects`, `waits` or `thenable`. */
export function verifying(answers: { readonly [path: string]: Answer }): (request: Request) => unknown {
	return (request) => {
		trace(`verify ${JSON.stringify(request)}\n`);
		const answer = answers[request.path] ?? { value: true };
		if ("throws" in answer) throw new Error(answer["throws"] as string);
		if ("throwsSymbol" in answer) throw Symbol(answer["throwsSymbol"] as string);
		if ("throwsBare" in answer) throw Object.create(null);
		if ("resolves" in answer) return Promise.resolve(answer["resolves"]);
		if ("rejects" in answer) return Promise.reject(new Error(answer["rejects"] as string));
		if ("waits" in answer) return new Promise((resolve) => waiting.push(resolve));
		if ("thenable" in answer) return thenable(answer["thenable"]);
		return answer["value"];
	};
}

/** Settles at once, again, and then throws: only the first value counts. */
function thenable(value: Wire): object {
	const calls = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => {
		resolve(value);
		resolve(false);
		reject(new Error("rejected after it was resolved"));
		throw new Error("thrown after it was resolved");
	};
	// biome-ignore lint/suspicious/noThenProperty: verify() may return any thenable
	return { then: calls };
}
