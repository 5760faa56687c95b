import { addressWithoutDNS } from "./address.js";
import { ClientHandshake, type ClientHandshakeOptions } from "./clienthandshake.js";
import {
	OutgoingText,
	readHead,
	type SocketConstructor,
	type SocketUser,
	socketOptions,
	type UsedSocket,
} from "./transport.js";

/** An ECMA-419 DNS Resolver. */
export interface Resolver {
	resolve(options: {
		host: string;
		onResolved(host: string, address: string): void;
		onError(error?: unknown): void;
	}): void;
	close?(): void;
}

/** Where a client goes and by which means: the ECMA-419 options for it. */
export interface ClientOpeningOptions extends ClientHandshakeOptions {
	readonly dns?: { readonly io: new (options: object) => Resolver } | undefined;
	readonly socket: { readonly io: SocketConstructor };
}

/** Whoever opens a WebSocket. Neither is called inside the constructor of ClientOpening. */
export interface ClientOpeningUser {
	/** The WebSocket is open: `window` octets can be written, `count` octets of frames wait to be read. */
	onOpened(socket: UsedSocket, protocol: string, window: number, count: number): void;
	/** It could not be opened; everything has been released. */
	onOpeningFailed(message: string): void;
}

/** The way of a client to an open WebSocket: name, address, connection, request, response. */
export class ClientOpening implements SocketUser {
	declare private user: ClientOpeningUser | undefined;
	declare private readonly options: ClientOpeningOptions;
	declare private readonly handshake: ClientHandshake;
	declare private readonly request: OutgoingText;
	declare private resolver?: Resolver | undefined;
	declare private socket?: UsedSocket | undefined;
	/** Octets that the socket takes, once it is connected. */
	declare private window?: number;

	/** @throws RangeError for a bad host, path, subprotocol or header; whatever the platform throws when it has no socket left. */
	constructor(options: ClientOpeningOptions, user: ClientOpeningUser) {
		this.user = user;
		this.options = options;
		this.handshake = new ClientHandshake(options);
		this.request = new OutgoingText(this.handshake.request);
		const address = addressWithoutDNS(options.host);
		if (address) this.connect(address);
		else this.resolve();
	}

	/** Gives up and releases everything; the user is not called any more. */
	close(): void {
		this.resolver?.close?.();
		this.socket?.close();
		this.user = this.resolver = this.socket = undefined;
	}

	onSocketWritable(count: number): void {
		this.window = this.request.flush(this.socket as UsedSocket, count);
	}

	receive(count: number): void {
		const socket = this.socket as UsedSocket;
		const handshake = this.handshake;
		const rest = readHead(handshake, socket, count);
		if (handshake.fault) this.fail(handshake.fault.message);
		else if (handshake.complete) {
			this.socket = undefined;
			this.user?.onOpened(socket, handshake.protocol, this.window ?? 0, rest);
		}
	}

	onSocketError(): void {
		this.fail(
			this.window === undefined
				? "the connection was refused"
				: "the server ended the connection during the handshake",
		);
	}

	onSocketException(error: unknown): void {
		this.fail(String(error));
	}

	private resolve(): void {
		const dns = this.options.dns;
		const host = this.options.host;
		if (!dns) throw new TypeError(`the name "${host}" needs the option dns to be resolved`);
		this.resolver = new dns.io(dns);
		this.resolver.resolve({
			host,
			onResolved: (_, address) => {
				try {
					if (this.user) this.connect(address);
				} catch (error) {
					this.onSocketException(error);
				}
			},
			onError: () => this.fail(`the name "${host}" could not be resolved`),
		});
	}

	private connect(address: string): void {
		const options = this.options;
		this.socket = new options.socket.io({
			...options.socket,
			...socketOptions,
			address,
			host: options.host,
			port: options.port,
			target: this,
		});
	}

	private fail(message: string): void {
		const user = this.user;
		this.close();
		user?.onOpeningFailed(message);
	}
}
