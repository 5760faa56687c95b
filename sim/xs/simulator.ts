/**
 * Runs a device program on the XS engine, with real sockets on this computer behind the device's native modules.
 *
 * ```ts
 * const device = await Simulator.start({ program: "/path/to/main.ts", onTrace: console.log });
 * ...
 * await device.stop();
 * ```
 */

import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bundle } from "./bundle.js";
import type { EventSink } from "./connection.js";
import { type Memory, measureSnapshot } from "./memory.js";
import { type HostEntry, Network } from "./network.js";
import { Event, Operation, Query } from "./protocol.js";
import { makeSplitter, type SplitReads } from "./splitter.js";
import { WireReader, WireWriter } from "./wire.js";
import { Worker } from "./worker.js";

export type { HostEntry, Memory, SplitReads };

/** What can also be changed while the device runs. Windows apply to connections made from then on. */
export interface NetworkOptions {
	/** Octets of the receive buffer of each connection, 1 or more. Default 5744, four segments, as lwIP. */
	readWindow?: number;
	/** Octets of the send buffer of each connection, 1 or more. Default 8192, as on the ESP32. */
	writeWindow?: number;
	/**
	 * Received octets reach the device in pieces of so many octets, each in an `onReadable` of its own. True: one
	 * by one; false, the default: as they come.
	 */
	splitReads?: boolean | number | SplitReads;
	/** What names mean to the device's resolver: an IPv4 address, "fail", or "hang" for no answer at all. */
	hosts?: Record<string, HostEntry>;
}

export interface SimulatorOptions extends NetworkOptions {
	/** Absolute path of the device program's main module. */
	program: string;
	/** Default export of `mc/config` in the device program. Default {}. */
	config?: object;
	/** Further module specifiers, and the absolute paths of the modules they mean. */
	aliases?: Record<string, string>;
	/** Milliseconds the device may take over its callbacks, not counting `Timer.delay`. Default 10000. */
	hangTimeout?: number;
	/** Receives what the device traces, line by line, without the line end. */
	onTrace?: (line: string) => void;
}

/** How the machine came to its end. */
export interface Exit {
	/** `stop`: it was told to; `abort`: an exception left a callback; `crash`: the engine ended; `hang`: no answer. */
	kind: "stop" | "abort" | "crash" | "hang";
	/** A sentence; for an abort the device's own message and stack. */
	reason: string;
}

const defaultReadWindow = 4 * 1436;
const defaultWriteWindow = 8192;
const defaultHangTimeout = 10000;

export class Simulator implements EventSink {
	readonly #bundle: Bundle;
	readonly #worker: Worker;
	readonly #network: Network;
	readonly #options: SimulatorOptions;
	readonly #events = new WireWriter(16384);
	readonly #hangTimeout: number;
	readonly #watchdog: NodeJS.Timeout;
	#alarm: NodeJS.Timeout | undefined;
	#busy = false;
	#delaying = false;
	#cranks = 0;
	#computrons = 0;
	#partialLine = "";
	#exit: Exit | undefined;
	#settle: (exit: Exit) => void = () => {};
	/** Settles when the machine has ended, whatever ended it, and nothing of it is left. Never rejects. */
	readonly exited: Promise<Exit>;

	private constructor(bundle: Bundle, options: SimulatorOptions) {
		this.#bundle = bundle;
		this.#options = options;
		this.#network = new Network(
			this,
			{ readWindow: defaultReadWindow, writeWindow: defaultWriteWindow, splitter: undefined },
			{},
		);
		this.configure(options);
		this.exited = new Promise((resolve) => {
			this.#settle = resolve;
		});
		this.#hangTimeout = options.hangTimeout ?? defaultHangTimeout;
		this.#worker = new Worker({
			onQuery: (query) => this.#query(query),
			onCrash: (reason) => this.#end({ kind: "crash", reason }),
		});
		this.#watchdog = setTimeout(() => this.#checkHang(this.#cranks), this.#hangTimeout);
	}

	/**
	 * Builds the program and starts it. The program has run its main module by then; if it aborted, `exited` tells.
	 * @throws Error if the program does not compile, an option is wrong, or the XS engine has not been compiled
	 */
	static async start(options: SimulatorOptions): Promise<Simulator> {
		const bundle = await Bundle.make(options.program, options.aliases);
		try {
			const simulator = new Simulator(bundle, options);
			await simulator.#start();
			return simulator;
		} finally {
			await bundle.remove();
		}
	}

	/** Changes windows, splitting of reads and names; what is not given stays. */
	configure(options: NetworkOptions): void {
		const windows = { ...this.#network.windows };
		if (options.readWindow !== undefined) windows.readWindow = checkWindow("readWindow", options.readWindow);
		if (options.writeWindow !== undefined)
			windows.writeWindow = checkWindow("writeWindow", options.writeWindow);
		if (options.splitReads !== undefined) windows.splitter = makeSplitter(options.splitReads);
		this.#network.windows = windows;
		if (options.hosts) this.#network.hosts = options.hosts;
	}

	/** Ends the machine as if its power was cut: connections are reset. Settles when nothing is left of it. */
	async stop(): Promise<void> {
		this.#end({ kind: "stop", reason: "stopped" });
		await this.exited;
	}

	/** What the machine has computed so far. */
	get meter(): { cranks: number; computrons: number } {
		return { cranks: this.#cranks, computrons: this.#computrons };
	}

	/** Memory in use, after a garbage collection. Not while the machine is ending. */
	async memory(): Promise<Memory> {
		const folder = await mkdtemp(join(tmpdir(), "xs-simulator-"));
		try {
			const path = join(folder, "heap");
			await this.#worker.snapshot(path);
			return await measureSnapshot(path);
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	}

	event(event: Event): WireWriter {
		if (!this.#busy) queueMicrotask(() => void this.#flush());
		return this.#events.uint8(event);
	}

	lazyEvent(event: Event): WireWriter {
		return this.#events.uint8(event);
	}

	async #start(): Promise<void> {
		this.#busy = true;
		try {
			await Promise.race([this.#worker.run(this.#bundle.path), this.exited]);
		} catch (error) {
			this.#end({ kind: "abort", reason: (error as Error).message });
		}
		this.#busy = false;
		this.#events.uint8(Event.Start).string(JSON.stringify(this.#options.config ?? {}));
		await Promise.race([this.#flush(), this.exited]);
	}

	/** Hands the collected events to the device, as long as there are any. */
	async #flush(): Promise<void> {
		while (!this.#busy && !this.#exit && this.#events.length > 0) {
			this.#busy = true;
			this.#cranks++;
			this.#watchdog.refresh();
			let reply: Buffer;
			try {
				reply = await this.#worker.send(new Uint8Array(this.#events.take()));
			} catch (error) {
				this.#end({ kind: "abort", reason: (error as Error).message });
				return;
			}
			this.#busy = false;
			this.#computrons += this.#worker.meter.computrons;
			this.#perform(new WireReader(reply));
			this.#network.batchHandled();
		}
	}

	#perform(reader: WireReader): void {
		while (reader.more && !this.#exit) {
			switch (reader.uint8() as Operation) {
				case Operation.Trace:
					this.#trace(reader.string());
					break;
				case Operation.Alarm:
					this.#setAlarm(reader.float64());
					break;
				case Operation.Connect:
					this.#network.connect(reader.uint32(), reader.string(), reader.uint16(), reader.uint8());
					break;
				case Operation.Accept: {
					const connection = this.#network.connection(reader.uint32());
					connection?.configure(reader.uint8());
					connection?.attach();
					break;
				}
				case Operation.Configure:
					this.#network.connection(reader.uint32())?.configure(reader.uint8());
					break;
				case Operation.Write:
					this.#network.connection(reader.uint32())?.write(reader.octets());
					break;
				case Operation.Consumed:
					this.#network.connection(reader.uint32())?.consumed(reader.uint32());
					break;
				case Operation.Close:
					this.#network.connection(reader.uint32())?.close(reader.uint8() === 1);
					break;
				case Operation.CloseListener:
					this.#network.closeListener(reader.uint32());
					break;
				case Operation.Resolve:
					this.#network.resolve(reader.uint32(), reader.string());
					break;
				case Operation.Abort:
					this.#end({ kind: "abort", reason: this.#bundle.locate(reader.string()) });
					break;
			}
		}
	}

	async #query(octets: Buffer): Promise<void> {
		const reader = new WireReader(octets);
		const kind = reader.uint8() as Query;
		const parameters = new WireReader(reader.octets());
		// What the device did before it asked comes first.
		this.#perform(reader);
		this.#watchdog.refresh();
		const answer = new WireWriter(64);
		switch (kind) {
			case Query.Listen: {
				const port = await this.#network.listen(
					parameters.uint32(),
					parameters.string(),
					parameters.uint16(),
				);
				answer.uint8(port === undefined ? 0 : 1).uint16(port ?? 0);
				break;
			}
			case Query.Delay:
				this.#delaying = true;
				await new Promise((resolve) => setTimeout(resolve, parameters.float64()));
				this.#delaying = false;
				this.#watchdog.refresh();
				break;
			case Query.Digest:
				answer.raw(createHash(parameters.string()).update(parameters.octets()).digest());
				break;
		}
		if (!this.#exit) this.#worker.answer(new Uint8Array(answer.take()));
	}

	#setAlarm(delay: number): void {
		clearTimeout(this.#alarm);
		this.#alarm = delay < 0 ? undefined : setTimeout(() => this.event(Event.Alarm), Math.ceil(delay));
	}

	#trace(text: string): void {
		const lines = (this.#partialLine + text).split("\n");
		this.#partialLine = lines.pop() ?? "";
		for (const line of lines) this.#options.onTrace?.(line);
	}

	/** The watchdog's time is over: if the machine is still at the same batch, it hangs. */
	#checkHang(cranks: number): void {
		if (this.#exit) return;
		const verdict = () => {
			if (!this.#busy || this.#delaying || this.#cranks !== cranks) return;
			this.#end({
				kind: "hang",
				reason: `The device gave no answer for ${this.#hangTimeout} milliseconds: one of its callbacks does not return.`,
			});
		};
		// Once more through the event loop: an answer may have come while this process was held up.
		setImmediate(() => setImmediate(verdict));
	}

	#end(exit: Exit): void {
		if (this.#exit) return;
		this.#exit = exit;
		clearTimeout(this.#alarm);
		clearTimeout(this.#watchdog);
		if (this.#partialLine) this.#options.onTrace?.(this.#partialLine);
		this.#network.destroy();
		void this.#worker.kill().then(() => this.#settle(exit));
	}
}

function checkWindow(name: string, value: number): number {
	if (Number.isInteger(value) && value >= 1) return value;
	throw new RangeError(`${name} is ${value}: it must be a number of octets from 1.`);
}
