/**
 * Main loop of the simulated device: takes the engine's host functions, hides them from the device program, and
 * runs the program's callbacks for the simulator's events, one after another.
 */

import { Event, Operation, type Query } from "../protocol.js";
import { WireReader, WireWriter } from "../wire.js";

interface Engine {
	issueCommand(query: ArrayBuffer): ArrayBuffer;
	setImmediate(callback: () => void): void;
	performance: { now(): number };
	Base64: { encode(bytes: ArrayBuffer): string; decode(text: string): ArrayBuffer };
}

/** An object with pending callbacks. `deliver` runs them. */
export interface Deliverable {
	deliver(): void;
}

const global = globalThis as unknown as Record<string, unknown>;
const { issueCommand, setImmediate, performance } = globalThis as unknown as Engine;

/** Engine globals that the SDK does not have or names differently. */
export const { Base64 } = globalThis as unknown as Engine;
export const { TextDecoder } = globalThis;
const encoder = new TextEncoder();

/** Pending operations for the simulator, sent with the reply to the current events or with the next query. */
export const operations = new WireWriter();

let configuration: unknown = {};
let resources: Record<string, string> = {};
let program: () => void;
let dispatching = false;
let aborted = false;
let turnScheduled = false;
const waiting: Deliverable[] = [];
let firstWaiting = 0;
const handlers = new Map<number, (reader: WireReader) => void>();
const beforeReply: (() => void)[] = [];

/** Configuration that was passed to the simulator: the default export of `mc/config`. */
export function config(): unknown {
	return configuration;
}

/** Returns the bytes of a resource that was passed to the simulator. */
export function resource(name: string): ArrayBuffer | undefined {
	const text = resources[name];
	return text === undefined ? undefined : Base64.decode(text);
}

/** Monotonic time in milliseconds. */
export function now(): number {
	return performance.now();
}

/** Encodes a string in UTF-8. A lone surrogate becomes three bytes of invalid UTF-8, as on the SDK. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
	return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

/** Sets the handler for an event. The handler may only record what happened and call `post`. */
export function onEvent(event: Event, handler: (reader: WireReader) => void): void {
	handlers.set(event, handler);
}

/** Adds a function that is called before each reply and may add operations. */
export function onReply(hook: () => void): void {
	beforeReply.push(hook);
}

/** Queues callbacks. They run after all that were posted before, never inside the caller. */
export function post(deliverable: Deliverable): void {
	waiting.push(deliverable);
	schedule();
}

/**
 * Sends a query to the simulator and blocks until the answer arrives, like a native function. Pending
 * operations are performed first.
 */
export function query(kind: Query, parameters: WireWriter): WireReader {
	for (const hook of beforeReply) hook();
	const question = new WireWriter(64 + parameters.length + operations.length);
	question.uint8(kind);
	question.bytes(new Uint8Array(parameters.take()));
	question.raw(new Uint8Array(operations.take()));
	return new WireReader(new Uint8Array(issueCommand(question.take())));
}

/** Ends the machine, as an uncaught exception does on a device. */
export function abort(what: string, exception: unknown): void {
	if (aborted) return;
	aborted = true;
	operations.uint8(Operation.Abort).string(`${what}: ${describe(exception)}`);
}

function describe(exception: unknown): string {
	if (!(exception instanceof Error)) return String(exception);
	const message = String(exception);
	const stack = exception.stack ?? "";
	return stack.startsWith(message) ? stack : `${message}\n${stack}`;
}

/** Runs one callback per turn of the engine's loop, so that promise jobs run in between. */
function turn(): void {
	turnScheduled = false;
	if (aborted) return;
	const deliverable = waiting[firstWaiting++];
	if (deliverable) {
		dispatching = true;
		try {
			deliverable.deliver();
		} catch (exception) {
			abort("unhandled exception", exception);
		}
		dispatching = false;
	}
	if (firstWaiting === waiting.length) {
		waiting.length = 0;
		firstWaiting = 0;
	} else schedule();
}

function schedule(): void {
	if (turnScheduled) return;
	turnScheduled = true;
	setImmediate(turn);
}

const reply = {
	/** Read by the engine's host after all jobs of the batch have run. */
	get result(): ArrayBuffer {
		if (!aborted) for (const hook of beforeReply) hook();
		return operations.take();
	},
};

function handleCommand(batch: ArrayBuffer): typeof reply {
	const reader = new WireReader(new Uint8Array(batch));
	while (reader.more) {
		const event = reader.uint8();
		handlers.get(event)?.(reader);
	}
	return reply;
}

/** Console set by the device program; undefined at first, as on the SDK. */
let ownConsole: unknown;

/** Receives unhandled rejections: the engine reports them to `console.error`, outside of callbacks. */
const rejections = {
	error(_message: string, exception: unknown): void {
		abort("unhandled rejection", exception);
	},
};

/** Initializes the machine; `main` runs at the start event. */
export function boot(main: () => void): void {
	program = main;
	onEvent(Event.Start, (reader) => {
		configuration = JSON.parse(reader.string());
		resources = JSON.parse(reader.string());
		post({ deliver: () => program() });
	});

	for (const name of [
		"issueCommand",
		"setImmediate",
		"gc",
		"print",
		"performance",
		"currentMeterLimit",
		"resetMeter",
		"TextDecoder",
		"TextEncoder",
		"Base64",
		"harden",
	])
		delete global[name];
	Object.defineProperty(global, "handleCommand", { value: handleCommand });
	Object.defineProperty(global, "console", {
		get: () => (dispatching ? ownConsole : rejections),
		set: (value: unknown) => {
			ownConsole = value;
			// The program's promise jobs also run outside of callbacks and need its console.
			if (typeof value === "object") Object.setPrototypeOf(rejections, value);
		},
	});
}
