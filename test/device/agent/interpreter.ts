/** Executes the steps of commands on the device, and checks invariants. */
import Timer from "timer";
import * as webSocket from "xs-web-socket";
import { measureText, measureValue } from "../../../modules/json/jsonlimits.js";
import { decodeFrame, encodeFrame } from "../../../modules/rfc6455/framecodec.js";
import { MessageRing } from "../../../modules/rfc6455/messagering.js";
import { failures as frameFailures } from "../../support/framevectors.js";
import { failures as jsonFailures } from "../../support/jsonvectors.js";
import type { Command, ObjectName, Report, Result, Step, Wire } from "../protocol.js";
import { chunkMethods } from "./chunks.js";
import { Doorway } from "./doorway.js";
import { decode, encode, type Scope } from "./values.js";
import { verdicts } from "./verdicts.js";

type Listener = (this: unknown, ...values: unknown[]) => void;

/** Common public interface of Client, Server and Socket. */
interface Emitter {
	addListener(event: string, listener: Listener): unknown;
	readonly counters?: { accepted: number; sent: number; waiting: number; lost: number; replaced: number };
}

type Methods = Record<string, ((...values: unknown[]) => unknown) | undefined>;

const classes = { Client: webSocket.Client, Server: webSocket.Server };

const watchable = {
	Client: ["open", "message", "close", "error", "retry", "drain"],
	Server: ["listening", "connection", "error", "close"],
	Socket: ["open", "message", "close", "error", "drain"],
};

/** Tests of native modules. */
const vectors = {
	json: () => jsonFailures(measureText, measureValue),
	frames: () => frameFailures({ encodeFrame, decodeFrame, MessageRing }),
};

/** Methods that must not emit events synchronously. */
const quietMethods = ["open", "send", "broadcast", "close", "start", "stop"];

export class Interpreter {
	private readonly tell: (report: Report) => void;
	private readonly objects = new Map<ObjectName, unknown>([
		["module", webSocket],
		["vectors", vectors],
		["verdicts", verdicts],
		["doorway", new Doorway((name): unknown => this.objects.get(name))],
	]);
	private readonly names = new Map<object, ObjectName>();
	private readonly listeners = new Map<string, Listener>();
	private readonly procedures = new Map<string, { readonly steps: readonly Step[]; runs: number }>();
	/** Number of events so far. Quiet methods must not change it. */
	private emitted = 0;

	constructor(tell: (report: Report) => void) {
		this.tell = tell;
	}

	execute(command: Command): void {
		const results = this.runAll(command.steps, {});
		this.tell({ answer: command.id, results });
	}

	/** Closes every client and stops every server. */
	end(): void {
		for (const object of this.objects.values()) {
			const methods = object as Methods;
			for (const method of ["close", "stop"]) {
				try {
					methods[method]?.call(object);
				} catch (error) {
					trace(`agent: ${method}() threw ${error}\n`);
				}
			}
		}
		this.objects.clear();
		this.names.clear();
		this.listeners.clear();
		this.procedures.clear();
	}

	private runAll(steps: readonly Step[], scope: Scope): Result[] {
		return steps.map((step): Result => {
			// "throw" runs after the other steps, outside of this try, so that the exception reaches the module.
			if (step.do === "throw") return { value: null };
			try {
				return { value: this.encode(this.run(step, scope)) };
			} catch (error) {
				const { name, message } = error as Error;
				return { error: { name: String(name), message: String(message) } };
			}
		});
	}

	private run(step: Step, scope: Scope): unknown {
		switch (step.do) {
			case "new":
				return this.construct(step, scope);
			case "call":
				return this.call(this.object(step.on, scope), step, scope);
			case "get":
				return (this.object(step.on, scope) as Record<string, unknown>)[step.property];
			case "listen":
				return this.listen(step, scope);
			case "unlisten": {
				const object = this.object(step.on, scope) as Methods;
				return object[step.method]?.(step.event, this.listeners.get(step.name));
			}
			case "repeat": {
				const last: unknown[] = [];
				for (let index = 0; index < step.count; index++) {
					const results = this.runAll(step.steps, { ...scope, index });
					last.push(results[results.length - 1]);
				}
				return last;
			}
			case "define":
				this.procedures.set(step.name, { steps: step.steps, runs: 0 });
				return undefined;
			case "run": {
				const procedure = this.procedures.get(step.name);
				if (!procedure) throw new Error(`unknown procedure "${step.name}"`);
				if (step.times !== undefined && procedure.runs >= step.times) return procedure.runs;
				procedure.runs++;
				const failed = this.runAll(procedure.steps, scope).find((result) => "error" in result);
				if (failed && "error" in failed) this.tell({ fault: `${step.name}: ${failed.error.message}` });
				return procedure.runs;
			}
			case "later":
				Timer.set(() => {
					const results = this.runAll(step.steps, scope);
					this.tell({ ran: step.name, of: step.name, at: Date.now(), results });
					throwAsTold(step.steps);
				}, step.milliseconds);
				return undefined;
			case "give":
				return this.decode(step.value, scope);
			case "clock":
				return Date.now();
			case "release":
				this.names.delete(this.object(step.on, scope) as object);
				this.objects.delete(step.on);
				return undefined;
			default:
				throw new Error(`unknown step "${(step as { do: string }).do}"`);
		}
	}

	private object(name: ObjectName, scope: Scope): unknown {
		if (name === "this") return scope.self;
		if (name === "argument") return scope.arguments?.[0];
		const object = this.objects.get(name);
		if (object === undefined) throw new Error(`unknown object "${name}"`);
		return object;
	}

	private construct(step: Step & { do: "new" }, scope: Scope): void {
		const values = step.options.map((wire) => this.decode(wire, scope));
		const Class = classes[step.class] as unknown as new (...values: unknown[]) => Emitter;
		this.adopt(step.name, new Class(...values), step.watch ?? watchable[step.class], step.watch);
	}

	/** Registers `object` under a name and reports its events; also those of a server's sockets. */
	private adopt(
		name: ObjectName,
		object: Emitter,
		events: readonly string[],
		socketEvents?: readonly string[],
	): void {
		this.objects.set(name, object);
		this.names.set(object, name);
		let sockets = 0;
		for (const event of events) {
			const interpreter = this;
			object.addListener(event, function (this: unknown, ...values: unknown[]): void {
				interpreter.emitted++;
				if (event === "connection") {
					interpreter.adopt(`${name}.${++sockets}`, values[0] as Emitter, socketEvents ?? watchable.Socket);
				}
				interpreter.tell({
					event,
					of: name,
					at: Date.now(),
					arguments: values.map((value) => interpreter.encode(value)),
				});
				if (this !== object) interpreter.tell({ fault: `${name}: "${event}": this is not what emitted` });
				interpreter.checkLedger(name, object);
			});
		}
	}

	private checkLedger(name: ObjectName, object: Emitter): void {
		const counters = object.counters;
		if (!counters) return;
		const { accepted, sent, waiting, lost, replaced } = counters;
		if (accepted === sent + waiting + lost + replaced) return;
		this.tell({
			fault: `${name}: accepted differs from sent + waiting + lost + replaced: ${JSON.stringify(counters)}`,
		});
	}

	private call(object: unknown, step: Step & { do: "call" }, scope: Scope): unknown {
		const values = step.arguments.map((wire) => this.decode(wire, scope));
		if (Object.hasOwn(chunkMethods, step.method)) return this.callForChunks(object as Emitter, step, values);
		const method = (object as Methods)[step.method];
		if (typeof method !== "function") throw new TypeError(`${step.on} has no method "${step.method}"`);
		const emittedBefore = this.emitted;
		try {
			return method.apply(object, values);
		} finally {
			if (this.emitted !== emittedBefore && quietMethods.includes(step.method)) {
				this.tell({ fault: `${step.on}: an event was emitted from inside ${step.method}()` });
			}
			if (step.on !== "module") this.checkLedger(step.on, object as Emitter);
		}
	}

	private callForChunks(object: Emitter, step: Step & { do: "call" }, values: unknown[]): unknown {
		const of = this.names.get(object) ?? step.on;
		const emit = (event: string, ...arguments_: unknown[]): void => {
			this.tell({ event, of, at: Date.now(), arguments: arguments_.map((value) => this.encode(value)) });
			this.checkLedger(of, object);
		};
		return (chunkMethods as unknown as Methods)[step.method]?.(object, emit, ...values);
	}

	private listen(step: Step & { do: "listen" }, scope: Scope): unknown {
		const object = this.object(step.on, scope);
		const interpreter = this;
		function listener(this: unknown, ...values: unknown[]): void {
			const results = interpreter.runAll(step.steps, { self: this, arguments: values });
			if (!step.quiet) {
				const of = interpreter.names.get(this as object) ?? step.on;
				interpreter.tell({ ran: step.name, of, at: Date.now(), results });
			}
			throwAsTold(step.steps);
		}
		this.listeners.set(step.name, listener);
		return (object as Methods)[step.method]?.(step.event, listener);
	}

	private decode(wire: Wire, scope: Scope): unknown {
		return decode(wire, { ...scope, object: (name) => this.object(name, scope) });
	}

	private encode(value: unknown): Wire {
		return encode(value, (object) => this.names.get(object));
	}
}

/** Throws into the module from a listener, or out of a timer, which ends the machine. */
function throwAsTold(steps: readonly Step[]): void {
	for (const step of steps) if (step.do === "throw") throw new Error(step.message);
}
