/** Node.js proxies for a Client, Server or Socket on the device. */
import type { Step } from "../protocol.js";
import type { Outcome } from "./outcome.js";
import { encode } from "./wire.js";

/** What remote objects need of the agent. */
export interface Driver {
	/** Runs `steps` in one turn of the device and returns their values. @throws DeviceError, the first one */
	run(...steps: Step[]): Promise<unknown[]>;
	/** Waits until a report of the device makes `look` return something; `missing` says what did not come. */
	until<T>(look: () => T | undefined, missing: () => string): Promise<T>;
	/** Records a broken invariant. */
	fault(text: string): void;
}

/** Something an object of the device emitted (`ran NAME`: the outcomes of the steps of the listener NAME). */
export interface Occurrence {
	event: string;
	/** The device's clock then, milliseconds. */
	at: number;
	arguments: unknown[];
}

/** The ledger of a connection. */
export interface Counters {
	accepted: number;
	sent: number;
	discarded: number;
	lost: number;
	waiting: number;
	received: number;
	octetsSent: number;
	octetsReceived: number;
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

	/** The names of the events so far, in order. */
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

	/** The outcomes of the steps of the listener called `name`, the next time it ran. */
	ran(name: string): Promise<Outcome[]> {
		return this.next(`ran ${name}`) as Promise<Outcome[]>;
	}

	/** The arguments of all occurrences of `event` so far. */
	all(event: string): unknown[][] {
		return this.events.filter((occurrence) => occurrence.event === event).map((it) => it.arguments);
	}

	/** When `event` was emitted, each time so far, by the device's clock in milliseconds. */
	times(event: string): number[] {
		return this.events.filter((occurrence) => occurrence.event === event).map(({ at }) => at);
	}

	/** The step that calls a method, for a turn of several. */
	step(method: string, ...values: unknown[]): Step {
		return { do: "call", on: this.name, method, arguments: values.map(encode) };
	}

	/** The step that reads a property, for a turn of several. */
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

	/** Adds a listener that runs `steps` on the device; its name, for `ran` and `unlisten`. */
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
	/** The step that constructs it. */
	construct(options?: object, watch?: readonly string[]): Step {
		const values = options === undefined ? [] : [encode(options)];
		return { do: "new", class: "Client", name: this.name, options: values, ...(watch && { watch }) };
	}

	open(): Promise<unknown> {
		return this.call("open");
	}
}

export class RemoteSocket extends RemoteConnection {
	#closed = false;

	override take(event: string, at: number, values: unknown[]): void {
		super.take(event, at, values);
		if (this.#closed && !event.startsWith("ran "))
			this.agent.fault(`${this.name} emitted "${event}" after "close"`);
		if (event === "close") this.#closed = true;
	}
}

export class RemoteServer extends RemoteEmitter {
	construct(options?: object, watch?: readonly string[]): Step {
		const values = options === undefined ? [] : [encode(options)];
		return { do: "new", class: "Server", name: this.name, options: values, ...(watch && { watch }) };
	}

	/** Starts it and waits until it listens; gives its port. */
	async listening(): Promise<number> {
		await this.call("start");
		await this.next("listening");
		return (await this.get("port")) as number;
	}

	/** The Socket of the next connection. */
	async connection(): Promise<RemoteSocket> {
		const [socket] = await this.next("connection");
		return socket as RemoteSocket;
	}

	stop(): Promise<unknown> {
		return this.call("stop");
	}
}
