/** The simulated device, its peer and a visitor at work, from the start to the summary. */

import { type Device, type Simulate, startDevice } from "../../../sim/rundevice.js";
import { Peer } from "./peer.js";
import { Screen } from "./screen.js";
import { visit } from "./visitor.js";

/** Milliseconds that the device may take to end in good order. */
const patience = 3000;
/** Milliseconds after which the visitor comes. */
const visitAfter = 1500;

export class Demonstration {
	readonly #screen: Screen;
	readonly #peer: Peer;
	readonly #port: number;
	readonly #timers: NodeJS.Timeout[] = [];
	#stopping = false;
	/** What the device's client has told of its counters last, and who came to its server. */
	#counts = "none";
	#visitors = 0;

	/**
	 * Shows everything until a signal, or the end of the time.
	 * @param port where the device's server listens, 0 for a free port
	 * @param seconds until the end, 0 for none
	 * @param simulate what runs the device program, if not the simulator of sim/xs
	 * @returns the exit status
	 * @throws Error in a sentence if the device cannot be started
	 */
	static async run(port: number, seconds: number, simulate?: Simulate): Promise<number> {
		const screen = new Screen();
		const demonstration = new Demonstration(port, screen, await Peer.start(screen));
		try {
			return await demonstration.#run(seconds, simulate);
		} finally {
			demonstration.#release();
		}
	}

	private constructor(port: number, screen: Screen, peer: Peer) {
		this.#port = port;
		this.#screen = screen;
		this.#peer = peer;
	}

	async #run(seconds: number, simulate?: Simulate): Promise<number> {
		const device = await startDevice(
			"hosts/demo/main.ts",
			{
				config: { peerHost: "localhost", peerPort: this.#peer.port, port: this.#port },
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

	/** A line of the device program: which part of it, what happens, and more. */
	#hear(line: string, device: Device): void {
		const [part, verb, ...rest] = line.split(" ");
		const what = rest.join(" ");
		if (part === "server" && verb === "fails:") {
			const other = this.#port === 8081 ? 8082 : 8081;
			console.error(
				`Port ${this.#port} cannot be had, probably because another program listens on it: choose another one, as in npm start -- --port ${other}. (The device says: ${what}.)`,
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

	/** Has the device end in good order, or just end if it cannot be asked or takes too long. */
	#stop(device: Device): void {
		// Ctrl-C comes twice: from the terminal and from npm.
		if (this.#stopping) return;
		this.#stopping = true;
		if (this.#peer.stopDevice()) this.#later(patience, () => device.end());
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
