import { addressWithoutDNS } from "../rfc6455/address.js";
import { ClientHandshake, type ClientHandshakeOptions } from "../rfc6455/clienthandshake.js";
import { openChannel } from "./channel.js";
import type { ChannelListener, ChannelSettings } from "./contract.js";
import { type DialFailure, failureOf } from "./failure.js";
import type { Network, Resolver } from "./network.js";
import { OutgoingText, readHead, type SocketOwner, socketOptions, type TcpSocket } from "./tcp.js";

/** Receives the events of an attempt to connect, and of the channel that it opens. */
export interface DialListener extends ChannelListener {
	/** The attempt has failed; everything has been released. Not called inside dial(). */
	onDialFailed(failure: DialFailure): void;
}

/** An attempt to connect. */
export interface Dial {
	/** The refusal of which the status line has arrived, but not yet the rest of the head. */
	readonly refusal?: DialFailure | undefined;
	/** Ends the attempt and releases everything; the listener is not called any more. */
	destroy(): void;
}

/**
 * Connects to a server: name, address, TCP connection, request, response. Opens a Channel with the listener.
 * @param network The host's classes for TCP and, unless the host is an address, DNS.
 * @throws RangeError for a bad host, path, subprotocol or header; TypeError when the network lacks a class; whatever the
 *   platform throws when it has no socket left.
 */
export const dial = (
	options: ClientHandshakeOptions,
	network: Pick<Network, "dns" | "socket">,
	settings: ChannelSettings,
	listener: DialListener,
): Dial => {
	return new ClientDial(options, network, settings, listener);
};

class ClientDial implements SocketOwner, Dial {
	private listener: DialListener | undefined;
	private readonly settings: ChannelSettings;
	private readonly options: ClientHandshakeOptions;
	private readonly network: Pick<Network, "dns" | "socket">;
	private readonly handshake: ClientHandshake;
	private readonly request: OutgoingText;
	private resolver: Resolver | undefined;
	private socket: TcpSocket | undefined;
	/** Send window of the socket, in bytes; undefined until it is connected. */
	private window: number | undefined;

	constructor(
		options: ClientHandshakeOptions,
		network: Pick<Network, "dns" | "socket">,
		settings: ChannelSettings,
		listener: DialListener,
	) {
		this.listener = listener;
		this.settings = settings;
		this.options = options;
		this.network = network;
		this.handshake = new ClientHandshake(options);
		this.request = new OutgoingText(this.handshake.request);
		this.resolver = undefined;
		this.socket = undefined;
		this.window = undefined;
		const address = addressWithoutDNS(options.host);
		if (address) this.connect(address);
		else this.resolve();
	}

	destroy(): void {
		this.resolver?.close?.();
		this.socket?.close();
		this.listener = undefined;
		this.resolver = undefined;
		this.socket = undefined;
	}

	onSocketWritable(count: number): void {
		this.window = this.request.flush(this.socket as TcpSocket, count);
	}

	get receiver(): this {
		return this;
	}

	receive(count: number): void {
		const socket = this.socket as TcpSocket;
		const { handshake, listener, window = 0 } = this;
		const rest = readHead(handshake, socket, count);
		if (handshake.fault)
			this.fail({
				...handshake.refusal,
				reason: handshake.fault.message,
				permanent: handshake.isPermanent,
			});
		else if (handshake.complete && listener) {
			this.socket = undefined;
			openChannel(socket, window, rest, handshake.protocol, true, this.settings, listener);
		}
	}

	onSocketError(error?: unknown): void {
		if (error instanceof Error) return this.fail(failureOf(error));
		const reason =
			this.window === undefined
				? "the connection was refused"
				: "the server ended the connection during the handshake";
		this.fail(this.refusal ?? { reason });
	}

	onSocketException(error: unknown): void {
		this.fail(failureOf(error));
	}

	get refusal(): DialFailure | undefined {
		const { refusal, refusalText = "" } = this.handshake;
		return refusal && { ...refusal, reason: refusalText };
	}

	private resolve(): void {
		const { dns } = this.network;
		const { host } = this.options;
		if (!dns) throw new TypeError(`the name "${host}" cannot be resolved: the network has no dns`);
		this.resolver = new dns.io(dns);
		this.resolver.resolve({
			// The SDK's resolver ignores the answer for a name with the final dot, which stands for the root.
			host: host.endsWith(".") ? host.slice(0, -1) : host,
			onResolved: (_, address) => {
				// The first answer counts.
				if (!this.resolver) return;
				this.resolver.close?.();
				this.resolver = undefined;
				try {
					this.connect(address);
				} catch (error) {
					this.onSocketException(error);
				}
			},
			onError: () => {
				if (this.resolver) this.fail({ reason: `the name "${host}" could not be resolved` });
			},
		});
	}

	private connect(address: string): void {
		const { socket } = this.network;
		const { host, port, secure } = this.options;
		if (!socket) throw new TypeError("the network has no socket to connect with");
		const options = { ...socket, ...socketOptions, address, host, port, target: this };
		this.socket = new socket.io(secure ? { ...options, secure } : options);
	}

	private fail(failure: DialFailure): void {
		const { listener } = this;
		this.destroy();
		listener?.onDialFailed(failure);
	}
}
