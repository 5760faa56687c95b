/**
 * The inside of the simulated device: takes the engine's host functions, hides them from the device program,
 * and runs the program's callbacks one after another as the events of the simulator ask for them.
 */

import { Event, Operation, type Query } from "../protocol.js";
import { WireReader, WireWriter } from "../wire.js";

interface Engine {
	issueCommand(query: ArrayBuffer): ArrayBuffer;
	setImmediate(callback: () => void): void;
	performance: { now(): number };
	Base64: { encode(octets: ArrayBuffer): string; decode(text: string): ArrayBuffer };
}

/** Something that has callbacks to make. `deliver` is called when its turn comes. */
export interface Deliverable {
	deliver(): void;
}

const global = globalThis as unknown as Record<string, unknown>;
const { issueCommand, setImmediate, performance } = globalThis as unknown as Engine;

/** Engine globals that the SDK has under other names or not at all. */
export const { Base64 } = globalThis as unknown as Engine;
export const { TextDecoder } = globalThis;
const encoder = new TextEncoder();

/** Operations for the simulator; sent with the reply to the events now at work, or with the next query. */
export const operations = new WireWriter();

let configuration: unknown = {};
let program: () => void;
let dispatching = false;
let aborted = false;
let turnScheduled = false;
const waiting: Deliverable[] = [];
let firstWaiting = 0;
const handlers = new Map<number, (reader: WireReader) => void>();
const beforeReply: (() => void)[] = [];

/** The configuration the simulator was started with: the default export of `mc/config`. */
export function config(): unknown {
	return configuration;
}

/** Milliseconds of a clock that counts from somewhere. */
export function now(): number {
	return performance.now();
}

/** The octets of a string; a lone surrogate gives three, which are not valid UTF-8, as on the SDK. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
	return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

/** Names the function that takes the values of one kind of event. It must only note what happened and `post`. */
export function onEvent(event: Event, handler: (reader: WireReader) => void): void {
	handlers.set(event, handler);
}

/** Names a function to be called before each reply, to add operations that sum up what was done. */
export function onReply(hook: () => void): void {
	beforeReply.push(hook);
}

/** Queues callbacks: they run after everything posted before, never inside the caller. */
export function post(deliverable: Deliverable): void {
	waiting.push(deliverable);
	schedule();
}

/**
 * Asks the simulator and waits for the answer, as a native function would block. What the program did so far
 * is carried out first.
 */
export function query(kind: Query, parameters: WireWriter): WireReader {
	for (const hook of beforeReply) hook();
	const question = new WireWriter(64 + parameters.length + operations.length);
	question.uint8(kind);
	question.octets(new Uint8Array(parameters.take()));
	question.raw(new Uint8Array(operations.take()));
	return new WireReader(new Uint8Array(issueCommand(question.take())));
}

/** Ends the machine, as an exception that leaves a callback does on a board. */
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

/** One callback per turn of the engine's loop, so that promise jobs run in between. */
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
	/** Read by the engine's host once all jobs of the batch have run. */
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

/** A console that the device program has set; at first it finds none, as on the SDK. */
let ownConsole: unknown;

/** The engine reports unhandled rejections to `console.error`, outside of the program's callbacks. */
const rejections = {
	error(_message: string, exception: unknown): void {
		abort("unhandled rejection", exception);
	},
};

/** Takes the engine over and starts `main` when the simulator says so. */
export function boot(main: () => void): void {
	program = main;
	onEvent(Event.Start, (reader) => {
		configuration = JSON.parse(reader.string());
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
			// For the program's promise jobs, which run there as well.
			if (typeof value === "object") Object.setPrototypeOf(rejections, value);
		},
	});
}
