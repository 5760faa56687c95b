/**
 * Stand-in for the SDK's DNS resolver (`embedded:network/dns/resolver/udp`): uses the simulator's table of
 * names, then the resolver of the computer. Like the SDK's, it reads every packet that its socket has announced, closes the
 * socket when no request is left, and lets exceptions out of its callback. The network is a slow one: each answer arrives twice,
 * because it was asked for twice, and both are delivered together.
 */

import { Event, Operation } from "../protocol.js";
import { onEvent, operations, post } from "./machine.js";
import type UDP from "./udp.js";

interface Options {
	servers: readonly string[];
	socket: {
		io: new (options: { target: Resolver; onReadable(this: UDP, count: number): void }) => UDP;
	};
}

interface Request {
	host: string;
	onResolved?: (this: Resolver, host: string, address: string) => void;
	onError?: (this: Resolver, host: string) => void;
}

/** An answer: the number of the request, and the address, "" if there is none. */
interface Packet {
	number: number;
	address: string;
}

/** Resolvers by the numbers of their requests. */
const waiting = new Map<number, Resolver>();
let nextNumber = 1;

class Resolver {
	private servers: readonly string[] | undefined;
	private readonly options: Options;
	private readonly requests = new Map<number, Request>();
	private socket: UDP | undefined;

	constructor(options: Options) {
		this.servers = options.servers.slice();
		this.options = options;
	}

	/** Calls `onResolved` with host and address, or `onError` with the host, in a later callback. */
	resolve(options: Request): void {
		const { onResolved, onError } = options;
		if (!options.host || (!onResolved && !onError) || !this.options.socket || !this.servers)
			throw new Error();
		let host = options.host.toString();
		if (host === "localhost") host = "127.0.0.1";
		const number = nextNumber++;
		this.requests.set(number, { ...options, host });
		waiting.set(number, this);
		operations.uint8(Operation.Resolve).uint32(number).string(host);
	}

	/** Cancels pending requests. */
	close(): void {
		this.servers = undefined;
		this.requests.clear();
		this.socket?.close();
		this.socket = undefined;
	}

	/** Called for an answer from the network. */
	arrive(packet: Packet): void {
		const request = this.requests.get(packet.number);
		if (!request) return;
		// The SDK's resolver calls back for an address in a timer, without a socket.
		if (packet.address === request.host) return post({ deliver: () => this.receive(packet) });
		this.socket ??= new this.options.socket.io({
			target: this,
			onReadable(count) {
				for (let rest = count; rest > 0; rest--) (this.target as Resolver).receive(this.read() as Packet);
			},
		});
		this.socket.arrive(packet, packet);
	}

	private receive({ number, address }: Packet): void {
		const request = this.requests.get(number);
		if (!request) return;
		this.requests.delete(number);
		if (!this.requests.size) {
			this.socket?.close();
			this.socket = undefined;
		}
		if (address) request.onResolved?.call(this, request.host, address);
		else request.onError?.call(this, request.host);
	}
}

onEvent(Event.Resolved, (reader) => {
	const number = reader.uint32();
	const address = reader.string();
	const resolver = waiting.get(number);
	waiting.delete(number);
	resolver?.arrive({ number, address });
});

export default Resolver;
