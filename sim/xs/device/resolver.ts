/**
 * Stand-in for the SDK's DNS resolver (`embedded:network/dns/resolver/udp`): uses the simulator's table of
 * names, then the resolver of the computer.
 */

import { Event, Operation } from "../protocol.js";
import { onEvent, operations, post } from "./machine.js";

interface Request {
	host: string;
	onResolved?: (this: Resolver, host: string, address: string) => void;
	onError?: (this: Resolver, host: string) => void;
}

const waiting = new Map<number, { resolver: Resolver; request: Request }>();
let nextNumber = 1;

class Resolver {
	private open = true;

	/** Ignores options such as `servers` and `socket`. */
	// biome-ignore lint/complexity/noUselessConstructor: documents the arguments
	constructor(_options?: object) {}

	/** Calls `onResolved` with host and address, or `onError` with the host, in a later callback. */
	resolve(options: Request): void {
		const { onResolved, onError } = options;
		if (!options.host || (!onResolved && !onError) || !this.open) throw new Error();
		let host = options.host.toString();
		if (host === "localhost") host = "127.0.0.1";
		const number = nextNumber++;
		waiting.set(number, { resolver: this, request: { ...options, host } });
		operations.uint8(Operation.Resolve).uint32(number).string(host);
	}

	/** Cancels pending requests. */
	close(): void {
		this.open = false;
		for (const [number, { resolver }] of waiting) if (resolver === this) waiting.delete(number);
	}
}

onEvent(Event.Resolved, (reader) => {
	const number = reader.uint32();
	const address = reader.string();
	post({
		deliver() {
			const entry = waiting.get(number);
			if (!entry) return;
			waiting.delete(number);
			const { resolver, request } = entry;
			if (address) request.onResolved?.call(resolver, request.host, address);
			else request.onError?.call(resolver, request.host);
		},
	});
});

export default Resolver;
