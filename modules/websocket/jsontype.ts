import { Limit, measureText, measureValue, TextFault, ValueFault } from "../json/jsonlimits.js";
import { lenientTextOf } from "./lenienttext.js";
import type { DecodeReporter, MediaType } from "./mediatype.js";

/** What a JSON message may cost. */
export interface JsonLimits {
	/** The deepest nesting of arrays and objects in a message received. */
	readonly maxDepth: number;
	/** The most values in a message received. */
	readonly maxValues: number;
	/** The property names that are kept; any other is left out. Undefined for all. */
	readonly names: readonly string[] | undefined;
	/** The bytes that property names may take which only peers have brought up. */
	readonly nameMemory: number;
}

/** How many more levels a value sent may have than one received: an app answers with a value inside its own. */
const sendMargin = 2;
// By themselves and as constants: XS would search their objects for them, and copy a literal, at every call.
const { parse, stringify } = JSON;
const stringType = "string";
const objectType = "object";

/**
 * The media type application/json, within limits: XS ends the machine when JSON.parse() or JSON.stringify() run out of
 * stack or memory, and keeps every property name for good.
 */
export class JsonType implements MediaType {
	declare private readonly maxDepth: number;
	declare private readonly maxValues: number;
	declare private readonly names: readonly string[] | undefined;
	/** The bytes that new property names may still take. */
	declare private nameMemory: number;

	constructor(limits: JsonLimits) {
		this.maxDepth = limits.maxDepth;
		this.maxValues = limits.maxValues;
		this.names = limits.names;
		this.nameMemory = limits.nameMemory;
	}

	/** JSON is text. */
	get binary(): boolean {
		return false;
	}

	/** @throws TypeError when the value has no form in JSON, RangeError when XS cannot form it. */
	encode(value: unknown): ArrayBuffer {
		if (typeof value === objectType) {
			const fault = measureValue(value, this.maxDepth + sendMargin);
			if (fault) this.refuse(fault);
		}
		const text = stringify(value);
		if (!text) throw new TypeError(`a value of type ${typeof value} has no form in JSON`);
		return ArrayBuffer.fromString(text);
	}

	decode(data: ArrayBuffer | string, reporter: DecodeReporter): unknown {
		const text = typeof data === stringType ? (data as string) : lenientTextOf(data as ArrayBuffer);
		const names = this.names;
		const memory = measureText(text, this.maxDepth, this.maxValues, names ? -1 : this.nameMemory);
		if (memory < 0) {
			if (memory === TextFault.tooManyNames) this.endNames(reporter);
			return text;
		}
		if (memory) this.nameMemory -= memory;
		try {
			// XS keeps the properties that an array names, and forgets the names of all others.
			return names ? parse(text, names as never) : parse(text);
		} catch {
			return text;
		}
	}

	/** From here on a message with a new property name comes as a string, however short the name. */
	private endNames(reporter: DecodeReporter): void {
		if (this.nameMemory === 0) return;
		this.nameMemory = 0;
		reporter.report(
			"peers have used up nameMemory, the memory for new property names; messages with more of them are emitted as strings. Set the option names to the property names that the app reads.",
		);
	}

	private refuse(fault: ValueFault): never {
		if (fault === ValueFault.tooDeep)
			throw new RangeError(
				`the message has more than ${this.maxDepth + sendMargin} levels of arrays and objects, maxDepth (${this.maxDepth}) and ${sendMargin}`,
			);
		if (fault === ValueFault.tooManyEmptyArrays)
			throw new RangeError(
				`the message has more than ${Limit.emptyArraysSent} empty arrays, the most that XS can write as JSON`,
			);
		throw new TypeError(
			fault === ValueFault.cyclic
				? "the message contains itself, which has no form in JSON"
				: "the message contains a preloaded object, which XS cannot write as JSON; send a copy of it",
		);
	}
}
