/** The options `verify` and `verifyHeaders`. */

import { after, textOf } from "../channel/timers.js";
import { isToken, lowerCase } from "../rfc6455/characters.js";
import type { Decision, PendingRequest, UpgradeRequest, Verifier } from "../rfc6455/verifier.js";
import {
	given,
	isObject,
	type RawOptions,
	stringsOption,
	wrongType,
	wrongValue,
} from "../websocket/options.js";
import { decisionOf, failure } from "./decision.js";

const enum Limit {
	/** Most fields of `verifyHeaders`. */
	headers = 8,
	/** Longest name of a field, for HeadReader. */
	name = 31,
	/** Most subprotocols that verify() gets: a client may offer a thousand in one head. */
	offers = 8,
}

/** Fields that the handshake uses itself, or that a request for a WebSocket cannot have. */
const withheld = Object.freeze(["connection", "upgrade", "expect", "content-length", "transfer-encoding"]);

/**
 * Returns what decides on the requests of a Server; undefined without the option `verify`.
 * @throws TypeError or RangeError that names the option and its value.
 */
export const makeVerifier = (options: RawOptions): Verifier | undefined => {
	const headers = headersOption(options);
	const verify = given(options, "verify");
	if (verify === undefined) return undefined;
	if (typeof verify !== "function") throw wrongType("verify", verify, "a function");
	return new AppVerifier(verify as AppVerifier["verify"], headers);
};

/** Returns the option `verifyHeaders` in lower case. */
const headersOption = (options: RawOptions): readonly string[] => {
	const names = (stringsOption(options, "verifyHeaders") ?? []).map((name) => {
		const lower = lowerCase(name);
		if (!isToken(name) || name.length > Limit.name)
			throw wrongValue("verifyHeaders", name, "the name of a header field, of at most 31 characters");
		if (withheld.indexOf(lower) >= 0 || lower.startsWith("sec-websocket-"))
			throw wrongValue("verifyHeaders", name, "a field that the handshake does not use itself");
		return lower;
	});
	if (names.length > Limit.headers)
		throw new RangeError(`verifyHeaders has ${names.length} names; it must have at most ${Limit.headers}`);
	return names;
};

/** The `verify` of an app, with the header fields that it gets. */
class AppVerifier implements Verifier {
	readonly verify: (request: UpgradeRequest) => unknown;
	readonly headers: readonly string[];
	readonly names: number;

	constructor(verify: (request: UpgradeRequest) => unknown, headers: readonly string[]) {
		this.verify = verify;
		this.headers = headers;
		let names = 0;
		headers.forEach((name) => {
			names |= 1 << name.length;
		});
		this.names = names;
	}

	request(): AppRequest {
		return new AppRequest(this);
	}
}

/** A request that the app decides on. */
class AppRequest implements PendingRequest {
	private readonly verifier: AppVerifier;
	private readonly fields: [name: string, value: string][];
	private readonly offers: string[];

	constructor(verifier: AppVerifier) {
		this.verifier = verifier;
		this.fields = [];
		this.offers = [];
	}

	onName(name: string): boolean {
		return this.verifier.headers.indexOf(name) >= 0;
	}

	onField(name: string, value: string): void {
		if (this.onName(name)) this.fields.push([name, value]);
	}

	onOffer(protocol: string): void {
		if (this.offers.length < Limit.offers) this.offers.push(protocol);
	}

	ask(request: Omit<UpgradeRequest, "headers" | "protocols">, decide: (decision: Decision) => void): void {
		const { verify } = this.verifier;
		const { headers, offers: protocols } = this;
		const settle = (answer: unknown): void => decide(decisionOf(answer, protocols));
		const fail = (error: unknown): void => decide(failure(`failed: ${textOf(error)}`));
		let isSettled = false;
		// A thenable may settle again, or throw afterwards. In a later turn, because the app may be in the middle of its own code.
		const once = (action: () => void): void => {
			if (!isSettled) after(0, action);
			isSettled = true;
		};
		try {
			const answer = verify({ ...request, headers, protocols });
			// Not await: an app that answers at once needs no Promise.
			if (!isThenable(answer)) return settle(answer);
			answer.then(
				(value) => once(() => settle(value)),
				(error) => once(() => fail(error)),
			);
		} catch (error) {
			once(() => fail(error));
		}
	}

	private get headers(): Readonly<Record<string, string>> {
		const headers: Record<string, string> = {};
		this.verifier.headers.forEach((name) => {
			const values = this.fields.filter((field) => field[0] === name).map((field) => field[1]);
			// RFC 9110 section 5.3, RFC 6265 section 5.4.
			if (values.length) headers[name] = values.join(name === "cookie" ? "; " : ", ");
		});
		return headers;
	}
}

const isThenable = (value: unknown): value is PromiseLike<unknown> => {
	return isObject(value) && typeof (value as { then?: unknown }).then === "function";
};
