import { Limit, measureText, measureValue, TextFault, ValueFault } from "../json/jsonlimits.js";
import { lenientTextOf } from "./lenienttext.js";
import type { DecodeReporter, MediaType } from "./mediatype.js";

/** Limits of a JSON message. */
export interface JsonLimits {
	/** Deepest nesting of arrays and objects in a message received. */
	readonly maxDepth: number;
	/** Number of values in a message received. */
	readonly maxValues: number;
	/** The property names that are kept; others are left out. Undefined for all. */
	readonly names: readonly string[] | undefined;
	/** Bytes for property names that only peers use. */
	readonly nameMemory: number;
}

// Constants of the module: XS would search their objects for them, and copy a literal, at every call.
const { parse, stringify } = JSON;
const stringType = "string";

/**
 * The media type application/json, with limits: when JSON.parse() or JSON.stringify() run out of stack or memory, the
 * device ends; and XS never frees a property name.
 */
export class JsonType implements MediaType {
	/** False: JSON is text. A field, because a getter would cost every message a call. */
	readonly binary: boolean;
	private readonly maxDepth: number;
	private readonly maxValues: number;
	/** Bytes left for new property names; negative where `names` leaves out all but known ones. */
	private nameMemory: number;
	private readonly names: readonly string[] | undefined;
	/** True once the first message with a name too many was reported. */
	private hasReported?: boolean;

	constructor(limits: JsonLimits) {
		this.binary = false;
		this.maxDepth = limits.maxDepth;
		this.maxValues = limits.maxValues;
		this.nameMemory = limits.names ? -1 : limits.nameMemory;
		this.names = limits.names;
	}

	/** @throws TypeError when the value has no form in JSON, RangeError when XS cannot write it. */
	encode(value: unknown): string {
		if (measureValue(value, this.maxDepth)) this.refuse(value);
		const text = stringify(value);
		if (!text) throw new TypeError(`the message is of type ${typeof value}, which has no form in JSON`);
		return text;
	}

	decode(data: ArrayBuffer | string, reporter: DecodeReporter): unknown {
		if (typeof data !== stringType) data = lenientTextOf(data as ArrayBuffer);
		const cost = measureText(data as string, this.maxDepth, this.maxValues, this.nameMemory);
		if (cost && !this.charge(cost, reporter)) return data;
		try {
			// With an array XS parses only the properties that it lists, and keeps no other names.
			return parse(data as string, this.names as never);
		} catch {
			return data;
		}
	}

	/** Applies the result of measureText(). Returns false when the text must not be parsed. */
	private charge(cost: number, reporter: DecodeReporter): boolean {
		if (cost > 0) this.nameMemory -= cost;
		else if (cost === TextFault.tooManyNames) this.endNames(reporter);
		return cost > 0;
	}

	/** Stops accepting new property names: a message with one is emitted as a string. */
	private endNames(reporter: DecodeReporter): void {
		if (this.hasReported) return;
		this.hasReported = true;
		this.nameMemory = 0;
		reporter.report(
			"peers have used up nameMemory, the memory for new property names; messages with more of them are emitted as strings. Set the option names to the property names that the app reads.",
		);
	}

	private refuse(value: unknown): never {
		const fault = measureValue(value, this.maxDepth);
		if (fault === ValueFault.tooDeep)
			throw new RangeError(
				`the message has more than ${this.maxDepth + Limit.sendMargin} levels of arrays and objects; maxDepth is ${this.maxDepth}`,
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
