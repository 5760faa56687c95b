/**
 * Runs a device program on the XS engine. The device's native network modules use real sockets of this computer.
 *
 * ```ts
 * const device = await Simulator.start({ program: "/path/to/main.ts", onTrace: console.log });
 * ...
 * await device.stop();
 * ```
 */

import { randomInt } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Bundle } from "./bundle.js";
import { Conversation, type Exit } from "./conversation.js";
import { engineBinary } from "./engine.js";
import { type Part, readManifest } from "./manifest.js";
import { type Memory, measureSnapshot } from "./memory.js";
import { type HostEntry, Network } from "./network.js";
import { Event, Operation, Query } from "./protocol.js";
import { makeSplitter, type SplitReads } from "./splitter.js";
import { TlsSessions } from "./tls.js";
import { type WireReader, WireWriter } from "./wire.js";

export type { Exit, HostEntry, Memory, SplitReads };

/** Options that can be changed while the device runs. Windows apply to new connections. */
export interface NetworkOptions {
	/** Receive buffer of each connection in bytes, at least 1. Default 5744 (four segments), as in lwIP. */
	readWindow?: number;
	/** Send buffer of each connection in bytes, at least 1. Default 8192, as on the ESP32. */
	writeWindow?: number;
	/**
	 * Delivers received data in pieces of this size, each in its own `onReadable`. True: single bytes; false
	 * (default): as received.
	 */
	splitReads?: boolean | number | SplitReads;
	/** Host names for the device's resolver: an IPv4 address, "fail" (not found) or "hang" (no answer). */
	hosts?: Record<string, HostEntry>;
	/** Maps ports that the program connects to or listens on to ports of this computer; 0 for a free port. */
	ports?: Record<number, number>;
}

export interface SimulatorOptions extends NetworkOptions {
	/** Absolute path of the device program's main module. */
	program: string;
	/** Default export of `mc/config` in the device program. Default {}. */
	config?: object;
	/** Further module specifiers and the absolute paths of their modules. */
	aliases?: Record<string, string>;
	/** Contents of resources, by name, in addition to those of the manifest.json beside the main module. */
	resources?: Record<string, Uint8Array>;
	/**
	 * Optional parts of this project, in addition to those that the manifest.json beside the main module includes: "pages" for
	 * manifest_pages.json. Default none.
	 */
	parts?: readonly Part[];
	/** Milliseconds that the device may take for its callbacks, without `Timer.delay`. Default 10000. */
	hangTimeout?: number;
	/** Path of the engine's binary. Default: `engineBinary()`. */
	engine?: string;
	/** Called with each line that the device traces, without the line end, and the device itself. */
	onTrace?: (line: string, device: Simulator) => void;
}

/** Counters of a device. */
export interface Meter {
	/** Round trips with the machine. */
	batches: number;
	/** Computrons spent by the engine. In `onTrace` they include the current round trip. */
	computrons: number;
	/** Slots in use, including garbage. */
	slots: number;
}

const defaultReadWindow = 4 * 1436;
const defaultWriteWindow = 8192;
const defaultHangTimeout = 10000;
/** Longest time that a Node.js timer supports, in milliseconds. */
const longestDelay = 2 ** 31 - 1;

export class Simulator {
	readonly #bundle: Bundle;
	readonly #conversation: Conversation;
	readonly #network: Network;
	readonly #onTrace: SimulatorOptions["onTrace"];
	readonly #sessions = new TlsSessions();
	#alarm: NodeJS.Timeout | undefined;
	#partialLine = "";
	#exit: Exit | undefined;
	#settle: (exit: Exit) => void = () => {};
	/** Resolves when the machine has ended for any reason and its process is gone. Never rejects. */
	readonly exited: Promise<Exit>;

	private constructor(bundle: Bundle, options: SimulatorOptions) {
		this.#bundle = bundle;
		this.#onTrace = options.onTrace;
		this.exited = new Promise((resolve) => {
			this.#settle = resolve;
		});
		this.#conversation = new Conversation(
			options.engine ?? engineBinary(),
			options.hangTimeout ?? defaultHangTimeout,
			{
				perform: (operations) => this.#perform(operations),
				answer: (query) => this.#answer(query),
				onBatchHandled: (batch) => this.#network.batchHandled(batch),
				onEnd: (exit) => this.#end(exit),
			},
		);
		const windows = { readWindow: defaultReadWindow, writeWindow: defaultWriteWindow, splitter: undefined };
		this.#network = new Network(this.#conversation, windows);
	}

	/**
	 * Builds the program and starts it. Resolves after the main module has run, or has ended the machine: see
	 * `exited`.
	 * @throws Error if the program does not compile, an option is invalid, or the XS engine has not been
	 *   compiled
	 */
	static async start(options: SimulatorOptions): Promise<Simulator> {
		const manifest = readManifest(options.program);
		const resources = { ...manifest.resources, ...options.resources };
		const parts = [...new Set([...manifest.parts, ...(options.parts ?? [])])];
		const bundle = await Bundle.make(options.program, options.aliases, parts);
		try {
			const simulator = new Simulator(bundle, options);
			try {
				simulator.configure(options);
			} catch (error) {
				await simulator.stop();
				throw error;
			}
			await Promise.race([simulator.#start({ ...options, resources }), simulator.exited]);
			return simulator;
		} finally {
			await bundle.remove();
		}
	}

	/** Changes the given options; the others keep their values. */
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

	/** Ends the machine as if its power was cut: connections are reset. Resolves when its process is gone. */
	async stop(): Promise<void> {
		this.#end({ kind: "stop", reason: "stopped" });
		await this.exited;
	}

	/** ID of the process that runs the machine. */
	get processId(): number | undefined {
		return this.#conversation.processId;
	}

	/** Round trips and computrons so far. */
	get meter(): Meter {
		return this.#conversation.meter;
	}

	/**
	 * Measures the memory in use after a garbage collection. When called from `onTrace`, the device waits for
	 * it.
	 * @throws Error if the machine has ended
	 */
	async memory(): Promise<Memory> {
		const folder = mkdtempSync(join(tmpdir(), "xs-simulator-"));
		try {
			const path = join(folder, "heap");
			const ended = this.exited.then(({ reason }) => {
				throw new Error(`Cannot measure the memory of the device: it has ended: ${reason}`);
			});
			await Promise.race([this.#conversation.snapshot(path), ended]);
			return await measureSnapshot(path);
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	}

	async #start({ config = {}, resources = {} }: SimulatorOptions): Promise<void> {
		await this.#conversation.load(this.#bundle.path);
		const encoded = Object.entries(resources).map(([name, bytes]) => [
			name,
			Buffer.from(bytes).toString("base64"),
		]);
		this.#conversation
			.event(Event.Start)
			.string(JSON.stringify(config))
			.string(JSON.stringify(Object.fromEntries(encoded)));
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
					network.connection(reader.uint32())?.write(reader.bytes());
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
				case Operation.TlsClose:
					this.#sessions.close(reader.uint32());
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
		// Perform the operations that precede the query first.
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
			case Query.Random:
				answer.uint32(randomInt(2 ** 32));
				break;
			case Query.TlsOpen:
				answer.string(this.#sessions.open(parameters.uint32(), parameters.string()));
				break;
			case Query.TlsExchange: {
				const session = this.#sessions.get(parameters.uint32());
				const result = await session.exchange(
					Buffer.from(parameters.bytes()),
					Buffer.from(parameters.bytes()),
				);
				answer.string(result.error).uint8(Number(result.ready)).uint8(Number(result.closed));
				answer.bytes(result.output).bytes(result.data);
				break;
			}
		}
		return answer.take();
	}

	/** Wakes the machine after some time. If that is too early (longestDelay), it sets a new alarm. */
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
		this.#sessions.closeAll();
		void this.#conversation.close().then(() => this.#settle(exit));
	}
}

function checkWindow(name: string, value: number): number {
	if (Number.isInteger(value) && value >= 1) return value;
	throw new RangeError(`${name} is ${value}: it must be a number of bytes, at least 1.`);
}
