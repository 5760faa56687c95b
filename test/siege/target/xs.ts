/** Runs the attacked program on the XS engine from npm. */

import { fileURLToPath } from "node:url";
import { bytesOnDevice, type Memory } from "../../../sim/xs/memory.js";
import { Simulator } from "../../../sim/xs/simulator.js";
import type { Besieged, Peak, Target } from "./target.js";

const program = fileURLToPath(new URL("../device/main.ts", import.meta.url));

export const xsTarget: Target = {
	title:
		"XS 13 (npm): growth over the idle device in heap snapshots after collections, while the app holds the last message",
	budget: undefined,

	async start(setting) {
		let resolvePort: (port: number) => void;
		const port = new Promise<number>((resolve) => {
			resolvePort = resolve;
		});
		const device = await Simulator.start({
			program,
			config: setting,
			parts: ["broadcast", "pages"],
			onTrace(line) {
				const listening = /^listening (\d+)$/.exec(line)?.[1];
				if (listening) resolvePort(Number(listening));
			},
		});
		return new XsBesieged(device, port);
	},

	async stop() {},
};

class XsBesieged implements Besieged {
	readonly port: Promise<number>;
	readonly exited: Promise<string>;
	readonly #device: Simulator;
	#idle: Memory | undefined;
	readonly #peak: Peak = { slots: 0, chunks: 0, bytes: 0 };

	constructor(device: Simulator, port: Promise<number>) {
		this.port = port;
		this.#device = device;
		this.exited = device.exited.then(({ reason }) => reason);
	}

	async rest(): Promise<void> {
		this.#idle = await this.#device.memory();
	}

	async sample(): Promise<void> {
		const now = await this.#device.memory().catch(() => undefined);
		const idle = this.#idle;
		if (!now || !idle) return;
		const { slotSize } = now;
		const slots = now.slots - idle.slots;
		const bytes = bytesOnDevice(now, slotSize) - bytesOnDevice(idle, slotSize);
		const chunks = bytes - bytesOnDevice({ slots, chunks: 0, chunkCount: 0 }, slotSize);
		if (bytes > this.#peak.bytes) Object.assign(this.#peak, { slots, chunks, bytes });
	}

	async peak(): Promise<Peak> {
		await this.sample();
		return this.#peak;
	}

	stop(): Promise<void> {
		return this.#device.stop();
	}
}
