/** Stand-in for the SDK's native UDP (`embedded:io/socket/udp`). Its packets are those of the resolver's stand-in. */

import { type Deliverable, post } from "./machine.js";

interface Options {
	target?: unknown;
	onReadable?: (this: UDP, count: number) => void;
}

export default class UDP implements Deliverable {
	declare target?: unknown;
	private readonly onReadable: Options["onReadable"];
	/** Packets that were not read; undefined once closed. */
	private packets: unknown[] | undefined = [];

	constructor(options: Options) {
		this.onReadable = options.onReadable;
		if ("target" in options) this.target = options.target;
	}

	read(): unknown {
		if (!this.packets) throw new SyntaxError("C: xsGetHostData: invalid host data");
		return this.packets.shift();
	}

	close(): void {
		this.packets = undefined;
	}

	/** Called for packets from the network. */
	arrive(...packets: unknown[]): void {
		this.packets?.push(...packets);
		post(this);
	}

	deliver(): void {
		if (this.packets?.length) this.onReadable?.call(this, this.packets.length);
	}
}
