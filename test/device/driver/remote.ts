/** Node.js proxies for a Client, Server or Socket on the device. */
import type { Step } from "../protocol.js";
import type { Outcome } from "./outcome.js";
import { encode } from "./wire.js";

/** The functions of the agent that remote objects use. */
export interface Driver {
	/** Runs `steps` in one turn of the device and returns their values. @throws DeviceError for the first step that failed. */
	run(...steps: Step[]): Promise<unknown[]>;
	/** Waits until `look` returns a value; it is called for each report. `missing` describes what did not arrive. */
	until<T>(look: () => T | undefined, missing: () => string): Promise<T>;
	/** Records a broken invariant. */
	fault(text: string): void;
}

/** An event of an object on the device. `ran NAME` has the results of the steps of the listener NAME. */
export interface Occurrence {
	event: string;
	/** Time of the event by the device's clock, in milliseconds. */
	at: number;
	arguments: unknown[];
}

/** The message counters of a connection. */
export interface Counters {
	accepted: number;
	sent: number;
	discarded: number;
	lost: number;
	replaced: number;
	waiting: number;
	received: number;
	bytesSent: number;
	bytesReceived: number;
}

export class RemoteEmitter {
	/** Everything emitted so far, in order. */
	readonly events: Occurrence[] = [];
	readonly name: string;
	protected readonly agent: Driver;
	readonly #taken = new Map<string, number>();
	#listeners = 0;

	constructor(agent: Driver, name: string) {
		this.agent = agent;
		this.name = name;
	}

	/** Called by the driver for each event. */
	take(event: string, at: number, values: unknown[]): void {
		this.events.push({ event, at, arguments: values });
	}

	/** Returns the names of the events so far, in order. */
	get order(): string[] {
		return this.events.map(({ event }) => event);
	}

	/** Waits for the next `event` and returns its arguments. Past events count; each is returned once. */
	next(event: string): Promise<unknown[]> {
		const taken = this.#taken.get(event) ?? 0;
		this.#taken.set(event, taken + 1);
		return this.agent.until(
			() => this.events.filter((occurrence) => occurrence.event === event)[taken]?.arguments,
			() => `${this.name} did not emit "${event}" ${taken + 1} times; it emitted ${this.#summary()}`,
		);
	}

	/** Waits for the next run of the listener `name` and returns the results of its steps. */
	ran(name: string): Promise<Outcome[]> {
		return this.next(`ran ${name}`) as Promise<Outcome[]>;
	}

	/** Returns the arguments of all occurrences of `event` so far. */
	all(event: string): unknown[][] {
		return this.events.filter((occurrence) => occurrence.event === event).map((it) => it.arguments);
	}

	/** Returns the times at which `event` was emitted so far, by the device's clock in milliseconds. */
	times(event: string): number[] {
		return this.events.filter((occurrence) => occurrence.event === event).map(({ at }) => at);
	}

	/** Returns the step that calls a method, to combine several steps in one turn. */
	step(method: string, ...values: unknown[]): Step {
		return { do: "call", on: this.name, method, arguments: values.map(encode) };
	}

	/** Returns the step that reads a property, to combine several steps in one turn. */
	property(property: string): Step {
		return { do: "get", on: this.name, property };
	}

	/** Calls a method on the device. */
	async call(method: string, ...values: unknown[]): Promise<unknown> {
		const [value] = await this.agent.run(this.step(method, ...values));
		return value;
	}

	async get(property: string): Promise<unknown> {
		const [value] = await this.agent.run(this.property(property));
		return value;
	}

	/** Adds a listener that runs `steps` on the device. Returns its name, for `ran` and `unlisten`. */
	async listen(event: string, steps: Step[], method: "on" | "addListener" | "once" = "on"): Promise<string> {
		const name = `${this.name} listener ${++this.#listeners}`;
		await this.agent.run({ do: "listen", on: this.name, method, event, name, steps });
		return name;
	}

	/** Removes a listener. */
	async unlisten(event: string, name: string, method: "off" | "removeListener" = "off"): Promise<void> {
		await this.agent.run({ do: "unlisten", on: this.name, method, event, name });
	}

	#summary(): string {
		if (this.events.length === 0) return "nothing";
		const texts = this.events.map(
			({ event, arguments: values }) => `${event}(${values.map(short).join(", ")})`,
		);
		return texts.length > 20 ? `... ${texts.slice(-20).join(", ")}` : texts.join(", ");
	}
}

function short(value: unknown): string {
	if (value instanceof RemoteEmitter) return value.name;
	const text = JSON.stringify(value) ?? String(value);
	return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

class RemoteConnection extends RemoteEmitter {
	send(data: unknown): Promise<unknown> {
		return this.call("send", data);
	}

	close(...values: unknown[]): Promise<unknown> {
		return this.call("close", ...values);
	}

	isOpen(): Promise<unknown> {
		return this.call("isOpen");
	}

	counters(): Promise<Counters> {
		return this.get("counters") as Promise<Counters>;
	}
}

export class RemoteClient extends RemoteConnection {
	/** Returns the step that constructs the object. */
	construct(options?: object, watch?: readonly string[]): Step {
		const values = options === undefined ? [] : [encode(options)];
		return { do: "new", class: "Client", name: this.name, options: values, ...(watch && { watch }) };
	}

	open(): Promise<unknown> {
		return this.call("open");
	}
}

/** What a Socket emits; further occurrences come from the agent. */
const socketEvents = ["open", "message", "close", "error", "drain"];

export class RemoteSocket extends RemoteConnection {
	#closed = false;

	override take(event: string, at: number, values: unknown[]): void {
		super.take(event, at, values);
		if (this.#closed && socketEvents.includes(event))
			this.agent.fault(`${this.name} emitted "${event}" after "close"`);
		if (event === "close") this.#closed = true;
	}
}

export class RemoteServer extends RemoteEmitter {
	construct(options?: object, watch?: readonly string[]): Step {
		const values = options === undefined ? [] : [encode(options)];
		return { do: "new", class: "Server", name: this.name, options: values, ...(watch && { watch }) };
	}

	/** Starts the server, waits until it listens, and returns its port. */
	async listening(): Promise<number> {
		await this.call("start");
		await this.next("listening");
		return (await this.get("port")) as number;
	}

	/** Waits for the next connection and returns its Socket. */
	async connection(): Promise<RemoteSocket> {
		const [socket] = await this.next("connection");
		return socket as RemoteSocket;
	}

	stop(): Promise<unknown> {
		return this.call("stop");
	}
}
