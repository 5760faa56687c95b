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

// By themselves and as constants: XS would search their objects for them, and copy a literal, at every call.
const { parse, stringify } = JSON;
const stringType = "string";

/**
 * The media type application/json, within limits: XS ends the machine when JSON.parse() or JSON.stringify() run out of
 * stack or memory, and keeps every property name for good.
 */
export class JsonType implements MediaType {
	/** JSON is text. A field, for a getter costs every message a call. */
	declare readonly binary: boolean;
	declare private readonly maxDepth: number;
	declare private readonly maxValues: number;
	/** The bytes that new property names may still take; negative where `names` leaves out all but known ones. */
	declare private nameMemory: number;
	declare private readonly names: readonly string[] | undefined;

	constructor(limits: JsonLimits) {
		this.binary = false;
		this.maxDepth = limits.maxDepth;
		this.maxValues = limits.maxValues;
		this.nameMemory = limits.names ? -1 : limits.nameMemory;
		this.names = limits.names;
	}

	/** @throws TypeError when the value has no form in JSON, RangeError when XS cannot form it. */
	encode(value: unknown): ArrayBuffer {
		if (measureValue(value, this.maxDepth)) this.refuse(value);
		const text = stringify(value);
		if (!text) throw new TypeError(`the message is of type ${typeof value}, which has no form in JSON`);
		return ArrayBuffer.fromString(text);
	}

	decode(data: ArrayBuffer | string, reporter: DecodeReporter): unknown {
		if (typeof data !== stringType) data = lenientTextOf(data as ArrayBuffer);
		const cost = measureText(data as string, this.maxDepth, this.maxValues, this.nameMemory);
		if (cost && !this.charge(cost, reporter)) return data;
		try {
			// XS keeps the properties that an array names, and forgets the names of all others.
			return parse(data as string, this.names as never);
		} catch {
			return data;
		}
	}

	/** Takes what measureText() returned into account. Returns false when the text is not to be parsed. */
	private charge(cost: number, reporter: DecodeReporter): boolean {
		if (cost > 0) this.nameMemory -= cost;
		else if (cost === TextFault.tooManyNames) this.endNames(reporter);
		return cost > 0;
	}

	/** From here on a message with a new property name comes as a string, however short the name. */
	private endNames(reporter: DecodeReporter): void {
		if (this.nameMemory === 0) return;
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
