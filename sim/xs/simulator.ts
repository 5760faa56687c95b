/**
 * Runs a device program on the XS engine, with real sockets on this computer behind the device's native modules.
 *
 * ```ts
 * const device = await Simulator.start({ program: "/path/to/main.ts", onTrace: console.log });
 * ...
 * await device.stop();
 * ```
 */

import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Bundle } from "./bundle.js";
import { Conversation, type Exit } from "./conversation.js";
import { type Memory, measureSnapshot } from "./memory.js";
import { combine, digest } from "./natives.js";
import { type HostEntry, Network } from "./network.js";
import { Event, Operation, Query } from "./protocol.js";
import { makeSplitter, type SplitReads } from "./splitter.js";
import { type WireReader, WireWriter } from "./wire.js";

export type { Exit, HostEntry, Memory, SplitReads };

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
	/** Ports of this computer that stand for those the program connects to and listens on; 0 there for a free one. */
	ports?: Record<number, number>;
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
	/** Receives what the device traces, line by line, without the line end, and the device itself. */
	onTrace?: (line: string, device: Simulator) => void;
}

/** What the device has done so far. */
export interface Meter {
	/** Round trips with the machine. */
	batches: number;
	/** Units of computation of the engine. In `onTrace`, those of the round trip that brought the line are in it. */
	computrons: number;
	/** Slots in use, garbage included. */
	slots: number;
}

const defaultReadWindow = 4 * 1436;
const defaultWriteWindow = 8192;
const defaultHangTimeout = 10000;
/** The longest time a Node timer can take, milliseconds. */
const longestDelay = 2 ** 31 - 1;

export class Simulator {
	readonly #bundle: Bundle;
	readonly #conversation: Conversation;
	readonly #network: Network;
	readonly #onTrace: SimulatorOptions["onTrace"];
	#alarm: NodeJS.Timeout | undefined;
	#partialLine = "";
	#exit: Exit | undefined;
	#settle: (exit: Exit) => void = () => {};
	/** Settles when the machine has ended, whatever ended it, and nothing of it is left. Never rejects. */
	readonly exited: Promise<Exit>;

	private constructor(bundle: Bundle, options: SimulatorOptions) {
		this.#bundle = bundle;
		this.#onTrace = options.onTrace;
		this.exited = new Promise((resolve) => {
			this.#settle = resolve;
		});
		this.#conversation = new Conversation(options.hangTimeout ?? defaultHangTimeout, {
			perform: (operations) => this.#perform(operations),
			answer: (query) => this.#answer(query),
			onBatchHandled: (batch) => this.#network.batchHandled(batch),
			onEnd: (exit) => this.#end(exit),
		});
		const windows = { readWindow: defaultReadWindow, writeWindow: defaultWriteWindow, splitter: undefined };
		this.#network = new Network(this.#conversation, windows);
	}

	/**
	 * Builds the program and starts it. Its main module has run by then; if the machine ended over that,
	 * `exited` tells.
	 * @throws Error if the program does not compile, an option is wrong, or the XS engine has not been compiled
	 */
	static async start(options: SimulatorOptions): Promise<Simulator> {
		const bundle = await Bundle.make(options.program, options.aliases);
		try {
			const simulator = new Simulator(bundle, options);
			try {
				simulator.configure(options);
			} catch (error) {
				await simulator.stop();
				throw error;
			}
			await Promise.race([simulator.#start(options.config ?? {}), simulator.exited]);
			return simulator;
		} finally {
			await bundle.remove();
		}
	}

	/** Changes windows, splitting of reads, names and ports; what is not given stays. */
	configure(options: NetworkOptions): void {
		const { readWindow, writeWindow, splitReads, hosts, ports } = options;
		const windows = { ...this.#network.windows };
		if (readWindow !== undefined) windows.readWindow = checkWindow("readWindow", readWindow);
		if (writeWindow !== undefined) windows.writeWindow = checkWindow("writeWindow", writeWindow);
		if (splitReads !== undefined) windows.splitter = makeSplitter(splitReads);
		this.#network.windows = windows;
		if (hosts) this.#network.hosts = hosts;
		if (ports) this.#network.ports = ports;
	}

	/** Ends the machine as if its power was cut: connections are reset. Settles when nothing is left of it. */
	async stop(): Promise<void> {
		this.#end({ kind: "stop", reason: "stopped" });
		await this.exited;
	}

	/** Number of the process that runs the machine, for tools that look at processes. */
	get processId(): number | undefined {
		return this.#conversation.processId;
	}

	/** Round trips with the machine so far, and the units of computation it took for them. */
	get meter(): Meter {
		return this.#conversation.meter;
	}

	/**
	 * Memory in use, after a garbage collection. Called from `onTrace` it is measured before the device goes on.
	 * @throws Error if the machine has ended
	 */
	async memory(): Promise<Memory> {
		const folder = mkdtempSync(join(tmpdir(), "xs-simulator-"));
		try {
			const path = join(folder, "heap");
			const ended = this.exited.then(({ reason }) => {
				throw new Error(`The memory of the device cannot be measured, it has ended: ${reason}`);
			});
			await Promise.race([this.#conversation.snapshot(path), ended]);
			return await measureSnapshot(path);
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	}

	async #start(config: object): Promise<void> {
		await this.#conversation.load(this.#bundle.path);
		this.#conversation.event(Event.Start).string(JSON.stringify(config));
		await this.#conversation.idle();
	}

	#perform(reader: WireReader): void {
		const network = this.#network;
		while (reader.more && !this.#exit) {
			switch (reader.uint8() as Operation) {
				case Operation.Trace:
					this.#trace(reader.string());
					break;
				case Operation.Alarm:
					this.#setAlarm(reader.float64());
					break;
				case Operation.Connect:
					network.connect(reader.uint32(), reader.string(), reader.uint16(), reader.uint8());
					break;
				case Operation.Accept:
					network.connection(reader.uint32())?.attach();
					break;
				case Operation.Configure:
					network.connection(reader.uint32())?.configure(reader.uint8());
					break;
				case Operation.Write:
					network.connection(reader.uint32())?.write(reader.octets());
					break;
				case Operation.Consumed:
					network.connection(reader.uint32())?.consumed(reader.uint32());
					break;
				case Operation.Close:
					network.connection(reader.uint32())?.close(reader.uint8() === 1);
					break;
				case Operation.CloseListener:
					network.closeListener(reader.uint32());
					break;
				case Operation.Resolve:
					network.resolve(reader.uint32(), reader.string());
					break;
				case Operation.Abort:
					this.#end({ kind: "abort", reason: this.#bundle.locate(reader.string()) });
					break;
			}
		}
	}

	async #answer(query: WireReader): Promise<ArrayBuffer> {
		const kind = query.uint8() as Query;
		const parameters = query.reader();
		// What the device did before it asked comes first.
		this.#perform(query);
		const answer = new WireWriter();
		switch (kind) {
			case Query.Listen: {
				const number = parameters.uint32();
				const port = await this.#network.listen(number, parameters.string(), parameters.uint16());
				answer.uint8(port === undefined ? 0 : 1).uint16(port ?? 0);
				break;
			}
			case Query.Delay:
				await delay(Math.min(parameters.float64(), longestDelay));
				break;
			case Query.Digest:
				answer.raw(digest(parameters.string(), parameters.octets()));
				break;
			case Query.Combine:
				answer.raw(combine(parameters.uint8(), parameters.octets(), parameters.octets()));
				break;
		}
		return answer.take();
	}

	/** Wakes the machine later; it sets a new alarm if that was too early. */
	#setAlarm(milliseconds: number): void {
		clearTimeout(this.#alarm);
		if (milliseconds < 0) return;
		const wake = () => this.#conversation.event(Event.Alarm);
		this.#alarm = setTimeout(wake, Math.min(Math.ceil(milliseconds), longestDelay));
	}

	#trace(text: string): void {
		const lines = (this.#partialLine + text).split("\n");
		this.#partialLine = lines.pop() ?? "";
		for (const line of lines) this.#onTrace?.(line, this);
	}

	#end(exit: Exit): void {
		if (this.#exit) return;
		this.#exit = exit;
		clearTimeout(this.#alarm);
		if (this.#partialLine) this.#onTrace?.(this.#partialLine, this);
		this.#network.destroy();
		void this.#conversation.close().then(() => this.#settle(exit));
	}
}

function checkWindow(name: string, value: number): number {
	if (Number.isInteger(value) && value >= 1) return value;
	throw new RangeError(`${name} is ${value}: it must be a number of octets from 1.`);
}
