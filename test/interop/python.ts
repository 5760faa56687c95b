/** Python's `websockets` as a client or a server. Runs one process of `peer.py` per connection. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Watch } from "../support/watch.js";
import { type Ending, fromWire, type Peer, type PeerOptions, toWire, type WireMessage } from "./peer.js";
import { python } from "./requirements.js";

const program = fileURLToPath(new URL("peer.py", import.meta.url));

/** Events of the process, by key. */
interface Events {
	listening: number;
	/** The subprotocol. */
	open: string;
	message: WireMessage;
	pong: string;
	closed: Ending;
}

export class PythonPeer implements Peer {
	#protocol = "";
	readonly #process: ChildProcessWithoutNullStreams;
	readonly #events: Partial<Events>[] = [];
	readonly #watch = new Watch();
	#failure: Error | undefined;

	/** Starts a client and waits until it is connected. The caller ends it with `stop`. */
	static async connect(url: string, options: PeerOptions = {}): Promise<PythonPeer> {
		const peer = new PythonPeer(["connect", url], options);
		await peer.opened();
		return peer;
	}

	/** Starts a server for one connection; returns it and its port. The caller ends it with `stop`. */
	static async listen(options: PeerOptions = {}): Promise<{ peer: PythonPeer; port: number }> {
		const peer = new PythonPeer(["listen"], options);
		return { peer, port: await peer.#next("listening") };
	}

	private constructor(values: string[], { protocols = [], certificate }: PeerOptions) {
		const offered = protocols.flatMap((name) => ["--protocol", name]);
		const secure = certificate === undefined ? [] : ["--certificate", certificate];
		this.#process = spawn(python, [program, ...values, ...offered, ...secure]);
		const errors = text(this.#process.stderr);
		this.#process.stdin.on("error", () => {
			// The process has ended: "close" reports it.
		});
		createInterface({ input: this.#process.stdout }).on("line", (line) => {
			this.#events.push(JSON.parse(line) as Partial<Events>);
			this.#watch.changed();
		});
		this.#process.on("close", async (status) => {
			this.#failure = new Error(`Python's peer ended with status ${status}: ${await errors}`);
			this.#watch.changed();
		});
	}

	get protocol(): string {
		return this.#protocol;
	}

	/** Resolves when the connection is open. */
	async opened(): Promise<void> {
		this.#protocol = await this.#next("open");
	}

	async send(message: string | Buffer): Promise<void> {
		this.#command({ send: toWire(message) });
	}

	/** Sends one message in fragments. */
	sendFragments(fragments: readonly (string | Buffer)[]): void {
		this.#command({ fragments: fragments.map(toWire) });
	}

	/** Sends a ping and waits for the pong with the same payload. */
	async ping(payload: string): Promise<string> {
		this.#command({ ping: payload });
		return this.#next("pong");
	}

	async message(): Promise<string | Buffer> {
		return fromWire(await this.#next("message"));
	}

	async close(code?: number, reason = ""): Promise<void> {
		this.#command({ close: code === undefined ? null : { code, reason } });
	}

	/** Ends the TCP connection without a closing handshake. */
	abort(): void {
		this.#command({ abort: null });
	}

	closed(): Promise<Ending> {
		return this.#next("closed");
	}

	stop(): void {
		this.#process.kill();
	}

	#command(command: object): void {
		this.#process.stdin.write(`${JSON.stringify(command)}\n`);
	}

	#next<Name extends keyof Events>(name: Name): Promise<Events[Name]> {
		return this.#watch.until(
			() => {
				const index = this.#events.findIndex((event) => name in event);
				if (index >= 0) return this.#events.splice(index, 1)[0]?.[name] as Events[Name];
				if (this.#failure) throw this.#failure;
				return undefined;
			},
			() => `Timeout while waiting for "${name}" from Python's peer`,
		);
	}
}
