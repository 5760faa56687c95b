/** Runs the simulated device, its peer and a visitor, and prints a summary at the end. */

import { Authority } from "../../../sim/certificates.js";
import { type Device, type Simulate, startDevice } from "../../../sim/rundevice.js";
import { Peer } from "./peer.js";
import { Screen } from "./screen.js";
import { visit } from "./visitor.js";

/** Milliseconds that the device may take for a clean shutdown. */
const shutdownTimeout = 3000;
/** Milliseconds until the visitor connects. */
const visitAfter = 1500;

export class Demonstration {
	readonly #screen: Screen;
	readonly #peer: Peer;
	readonly #port: number;
	/** Certificate of the authority that has signed the peer's; undefined without TLS. */
	readonly #authority: Uint8Array | undefined;
	readonly #timers: NodeJS.Timeout[] = [];
	#stopping = false;
	/** Last counters of the device's client, and the number of visitors of its server. */
	#counts = "none";
	#visitors = 0;

	/**
	 * Runs until a signal, or for some time.
	 * @param port port of the device's server, 0 for a free port
	 * @param seconds seconds until the end, 0 for no limit
	 * @param tls true for TLS between the device and its peer, with certificates made for this run
	 * @param simulate starts the simulator; default: that of sim/xs
	 * @returns the exit status
	 * @throws Error if the device cannot be started
	 */
	static async run(port: number, seconds: number, tls = false, simulate?: Simulate): Promise<number> {
		const screen = new Screen();
		const authority = tls ? await Authority.create() : undefined;
		const peer = await Peer.start(screen, await authority?.issue());
		const demonstration = new Demonstration(port, screen, peer, authority?.certificate);
		try {
			return await demonstration.#run(seconds, simulate);
		} finally {
			demonstration.#release();
		}
	}

	private constructor(port: number, screen: Screen, peer: Peer, authority: Uint8Array | undefined) {
		this.#port = port;
		this.#authority = authority;
		this.#screen = screen;
		this.#peer = peer;
	}

	async #run(seconds: number, simulate?: Simulate): Promise<number> {
		const device = await startDevice(
			"hosts/demo/main.ts",
			{
				config: {
					peerHost: "localhost",
					peerPort: this.#peer.port,
					port: this.#port,
					...(this.#authority && { authority: [...this.#authority] }),
				},
				parts: this.#authority ? ["secure"] : [],
				onTrace: (line, running) => this.#hear(line, running),
				onSignal: (running) => this.#stop(running),
			},
			simulate,
		);
		if (seconds) this.#later(seconds * 1000, () => this.#stop(device));
		process.stdout.on("error", () => this.#stop(device));
		const status = await device.ended;
		this.#release();
		if (status === 0) this.#summarize();
		return status;
	}

	/** Handles a trace line of the device program: its part, a verb, and details. */
	#hear(line: string, device: Device): void {
		const [part, verb, ...rest] = line.split(" ");
		const what = rest.join(" ");
		if (part === "server" && verb === "fails:") {
			const other = this.#port === 8081 ? 8082 : 8081;
			console.error(
				`Port ${this.#port} is not available, probably because another program listens on it. Choose another port: npm start -- --port ${other}. (Device: ${what}.)`,
			);
			device.end(1);
			return;
		}
		this.#screen.say("device", line);
		if (part === "client" && verb === "counts") this.#counts = what;
		else if (part === "server" && verb === "opens") this.#visitors++;
		else if (part === "server" && verb === "closes") device.end();
		else if (part === "server" && verb === "listens") {
			const port = Number(rest[1]);
			this.#screen.invite(port);
			this.#later(visitAfter, () => visit(port, this.#screen));
		}
	}

	/** Asks the device to shut down. Stops it if it is not connected or takes too long. */
	#stop(device: Device): void {
		// Ctrl-C is received twice: from the terminal and from npm.
		if (this.#stopping) return;
		this.#stopping = true;
		if (this.#peer.stopDevice()) this.#later(shutdownTimeout, () => device.end());
		else device.end();
	}

	#summarize(): void {
		const { received, sent } = this.#peer;
		const visitors = this.#visitors === 1 ? "1 visitor" : `${this.#visitors} visitors`;
		this.#screen.line(`
After ${this.#screen.seconds} seconds
  device's client  ${this.#counts}
  device's server  ${visitors}
  peer             received ${received}, sent ${sent}`);
	}

	#later(milliseconds: number, action: () => void): void {
		this.#timers.push(setTimeout(action, milliseconds));
	}

	#release(): void {
		for (const timer of this.#timers) clearTimeout(timer);
		this.#peer.close();
	}
}
