import Timer from "timer";
import { HeadLimit } from "../rfc6455/head.js";
import { checkPath } from "../rfc6455/requestrules.js";
import type { ServerHandshakeOptions } from "../rfc6455/serverhandshake.js";
import { type AcceptedSocket, ServerOpening, type ServerOpeningUser } from "../rfc6455/serveropening.js";
import { Emitter } from "./emitter.js";
import { type Listener, webSocketProvider } from "./engine.js";
import { type HandshakeOptions, headSizeOption, protocolsOption, refuseTLS } from "./handshakeoptions.js";
import { integerOption, rawOptions, stringOption, stringsOption } from "./options.js";
import { type ConnectionOptions, ConnectionSettings } from "./settings.js";
import { Socket, type SocketOwner } from "./socket.js";
import { after, guard, type Ticking, tickEvery } from "./timers.js";

/** The options of a Server; all are optional, those it does not know are ignored. */
export interface ServerOptions extends ConnectionOptions, HandshakeOptions {
	/**
	 * Where to listen. "localhost", the default, means this device, on every interface; a loopback address
	 * lets in nobody from outside; another address binds its interface, where the platform can.
	 */
	readonly hostInterface?: string;
	/** Port to listen on, 0 for a free one, which `port` of the Server tells. Default 80. */
	readonly port?: number;
	/** The only path that is served, without a query; any other gets 404. Default: every path. */
	readonly path?: string;
	/** Subprotocols that are spoken: the first one offered that is among them is chosen. Each is unique. Default none. */
	readonly protocols?: string | readonly string[] | null;
	/** Values of `Origin` that are let in; any other gets 403. Requests without one are let in. Default: all. */
	readonly allowedOrigins?: string | readonly string[];
	/** Connections at a time, handshakes included; one more gets 503. Default 4. */
	readonly maxConnections?: number;
	/**
	 * Bytes that the unfinished messages of all connections may take together, from `maxMessageSize` to 2147483647. When
	 * one more needs memory, the connection with the longest is closed with 1009. A message of up to
	 * receiveBudget / maxConnections bytes always finds room. Default 16384, or `maxMessageSize` if that is more.
	 */
	readonly receiveBudget?: number;
	/** Milliseconds that a handshake may take; 0 for no limit. Default 5000. */
	readonly handshakeTimeout?: number;
}

/** The events of a Server, with the arguments of each. */
export type ServerEvents = {
	/** The server listens. */
	listening: [];
	/** A WebSocket is open. Its `open` event and its messages follow. */
	connection: [socket: Socket];
	/** The server has stopped, and every connection has ended. */
	close: [];
	/** What went wrong, in a sentence. */
	error: [message: string];
};

const defaultReceiveBudget = 16384;

/** Listens for WebSocket connections, and makes a Socket of each. */
export class Server extends Emitter<ServerEvents> implements SocketOwner, ServerOpeningUser, Ticking {
	/** What all its Sockets have in common. */
	declare readonly settings: ConnectionSettings;
	declare private readonly hostInterface: string;
	declare private readonly requestedPort: number;
	declare private readonly maxConnections: number;
	declare private readonly receiveBudget: number;
	declare private readonly handshakeTimeout: number;
	declare private readonly handshakeOptions: ServerHandshakeOptions;
	declare private listener?: Listener | undefined;
	// The lists are replaced, not changed, so that one can be gone through while it loses items.
	/** Handshakes under way. */
	declare private openings: readonly ServerOpening[];
	/** Handshakes under way that will be answered with 503. */
	declare private refusals: readonly ServerOpening[];
	declare private sockets: readonly Socket[];
	/** Sockets that stop() has closed and that have not ended yet. */
	declare private leaving: readonly Socket[];
	/** Looks for signs of life, while there are sockets. */
	declare private tickTimer?: Timer | undefined;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(options?: ServerOptions) {
		super();
		const raw = rawOptions(options);
		refuseTLS(raw);
		this.settings = new ConnectionSettings(raw);
		this.hostInterface = stringOption(raw, "hostInterface") ?? "localhost";
		this.requestedPort = integerOption(raw, "port", 80, 0, 65535);
		this.maxConnections = integerOption(raw, "maxConnections", 4, 1, 65535);
		const { maxMessageSize } = this.settings;
		const receiveBudget = Math.max(defaultReceiveBudget, maxMessageSize);
		this.receiveBudget = integerOption(raw, "receiveBudget", receiveBudget, maxMessageSize);
		this.handshakeTimeout = integerOption(raw, "handshakeTimeout", 5000);
		const path = stringOption(raw, "path");
		if (path) checkPath(path);
		this.handshakeOptions = {
			path,
			protocols: protocolsOption(raw),
			allowedOrigins: stringsOption(raw, "allowedOrigins"),
			maxConnections: this.maxConnections,
			maxHeadSize: headSizeOption(raw, HeadLimit.request),
		};
		this.openings = this.refusals = this.sockets = this.leaving = [];
	}

	/** The port that the server listens on, in place of 0; undefined while it does not listen. */
	get port(): number | undefined {
		return this.listener?.port;
	}

	/** Starts to listen: `listening` follows, or `error` when the port or the interface cannot be had. */
	start(): void {
		if (this.listener) return;
		let fault: string | undefined;
		try {
			this.listen();
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			fault = `the server cannot listen on port ${this.requestedPort} of ${this.hostInterface}: ${reason}`;
		}
		const listener = this.listener;
		after(0, () => {
			if (fault) this.fire("error", fault);
			else if (this.listener === listener) this.fire("listening");
		});
	}

	/** Stops to listen and closes every connection with code 1001; `close` follows when all have ended. */
	stop(): void {
		if (!this.listener) return;
		this.listener.close();
		this.listener = undefined;
		this.openings.concat(this.refusals).forEach((opening) => {
			opening.close();
		});
		const sockets = this.sockets;
		this.openings = this.refusals = this.sockets = [];
		this.setLeaving(this.leaving.concat(sockets));
		sockets.forEach((socket) => {
			if (socket.isOpen()) socket.close(1001);
			// One that is not open yet is nobody's business.
			else if (!socket.isClosing) socket.terminate();
		});
	}

	/** Called by a ServerOpening. */
	onUpgraded(opening: ServerOpening, attach: object): void {
		this.openings = without(this.openings, opening);
		this.sockets = this.sockets.concat(new Socket(this, attach, opening));
		if (this.settings.tick) this.tickTimer ??= tickEvery(this.settings.tick, this);
	}

	/** Called by a ServerOpening. */
	onRefused(opening: ServerOpening): void {
		this.openings = without(this.openings, opening);
		this.refusals = without(this.refusals, opening);
	}

	/** Called by a Socket. The longest unfinished message gives way, so that a short one is never refused. */
	mayBuffer(socket: Socket, size: number): boolean {
		let others = this.sockets.filter((other) => other !== socket && other.buffered > 0);
		let total = others.reduce((sum, other) => sum + other.buffered, size);
		while (total > this.receiveBudget) {
			const longest = others.reduce(
				(found, other) => (other.buffered > found.buffered ? other : found),
				socket,
			);
			if (longest.buffered <= size) return false;
			total -= longest.buffered;
			others = without(others, longest);
			longest.giveUpMessage();
		}
		return true;
	}

	/** Called by a Socket. */
	onSocketOpen(socket: Socket): void {
		this.fire("connection", socket);
	}

	/** Called by a Socket. */
	onSocketEnd(socket: Socket): void {
		this.sockets = without(this.sockets, socket);
		if (this.leaving.includes(socket)) this.setLeaving(without(this.leaving, socket));
		if (this.sockets.length === 0) {
			Timer.clear(this.tickTimer);
			this.tickTimer = undefined;
		}
	}

	/** Called by a timer. */
	tick(): void {
		this.sockets.forEach((socket) => {
			socket.tick();
		});
	}

	private setLeaving(sockets: readonly Socket[]): void {
		this.leaving = sockets;
		if (sockets.length === 0) after(0, () => this.fire("close"));
	}

	private listen(): void {
		const provider = webSocketProvider().listener;
		if (!provider)
			throw new Error("the host has no device.network.ws.listener; include hosts/network/manifest.json");
		const address = this.hostInterface;
		const options = { port: this.requestedPort, onReadable: () => guard(this.accept, this) };
		const everyInterface = address === "localhost" || address === "0.0.0.0";
		if (!everyInterface && !isLoopback(address) && !provider.io.bindsAddress)
			throw new Error("this platform listens on every interface; use localhost, 0.0.0.0 or 127.0.0.1");
		this.listener = new provider.io(everyInterface ? options : { ...options, address });
	}

	private accept(): void {
		const listener = this.listener as Listener;
		const onlyLoopback = isLoopback(this.hostInterface);
		for (let from = listener.read(); from; from = listener.read()) {
			if (onlyLoopback && !isLoopback(from.remoteAddress ?? "")) from.close();
			else if (this.hasRoom())
				this.openings = this.openings.concat(this.openingOf(from, this.handshakeOptions));
			else if (this.refusals.length < this.maxConnections)
				this.refusals = this.refusals.concat(
					this.openingOf(from, { ...this.handshakeOptions, hasRoom: noRoom }),
				);
			else from.close();
		}
	}

	private openingOf(from: AcceptedSocket, options: ServerHandshakeOptions): ServerOpening {
		return new ServerOpening(from, options, this.handshakeTimeout, this);
	}

	/** Whether there is room for one more connection. Those that only wait for their end make room. */
	private hasRoom(): boolean {
		const sockets = this.sockets.concat(this.leaving);
		if (this.openings.length + sockets.length < this.maxConnections) return true;
		const ending = sockets.find((socket) => socket.isClosing);
		ending?.terminate();
		return ending !== undefined;
	}
}

/** For connections that were accepted when there was no room. */
function noRoom(): boolean {
	return false;
}

/** 127.0.0.0/8, or ::1 (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
function isLoopback(address: string): boolean {
	return /^(?:(?:::ffff:)?127\.|::1$)/.test(address);
}

function without<Item>(list: readonly Item[], item: Item): Item[] {
	return list.filter((other) => other !== item);
}
