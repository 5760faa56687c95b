import Timer from "timer";
import { checkPath, checkProtocol } from "../rfc6455/requestrules.js";
import type { ServerHandshakeOptions } from "../rfc6455/serverhandshake.js";
import { type AcceptedSocket, ServerOpening, type ServerOpeningUser } from "../rfc6455/serveropening.js";
import { Emitter } from "./emitter.js";
import { type Listener, webSocketProvider } from "./engine.js";
import { integerOption, rawOptions, stringOption, stringsOption, timeOption } from "./options.js";
import { type ConnectionOptions, ConnectionSettings } from "./settings.js";
import { Socket, type SocketOwner } from "./socket.js";
import { after, type Ticking, tickEvery } from "./timers.js";

/** The options of a Server; all are optional, those it does not know are ignored. */
export interface ServerOptions extends ConnectionOptions {
	/**
	 * Where to listen. "localhost", the default, means this device, on every interface; a loopback address
	 * lets in nobody from outside; another address binds its interface, where the platform can.
	 */
	readonly hostInterface?: string;
	/** Port to listen on, 0 for a free one, which `port` of the Server tells. Default 80. */
	readonly port?: number;
	/** The only path that is served, without a query; any other gets 404. Default: every path. */
	readonly path?: string;
	/** Subprotocols that are spoken: the first one offered that is among them is chosen. Default none. */
	readonly protocols?: string | readonly string[];
	/** Values of `Origin` that are let in; any other gets 403. Requests without one are let in. Default: all. */
	readonly allowedOrigins?: string | readonly string[];
	/** Connections at a time, handshakes included; one more gets 503. Default 4. */
	readonly maxConnections?: number;
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

/** Listens for WebSocket connections, and makes a Socket of each. */
export class Server extends Emitter<ServerEvents> implements SocketOwner, ServerOpeningUser, Ticking {
	/** What all its Sockets have in common. */
	readonly settings: ConnectionSettings;
	private readonly hostInterface: string;
	private readonly requestedPort: number;
	private readonly maxConnections: number;
	private readonly handshakeTimeout: number;
	private readonly handshakeOptions: ServerHandshakeOptions;
	private listener: Listener | undefined = undefined;
	/** Handshakes under way. */
	private openings: ServerOpening[] = [];
	/** Handshakes under way that will be answered with 503. */
	private refusals: ServerOpening[] = [];
	private sockets: Socket[] = [];
	/** Sockets that stop() has closed and that have not ended yet. */
	private leaving: Socket[] = [];
	/** Looks for signs of life, while there are sockets. */
	private tickTimer: Timer | undefined = undefined;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(options?: ServerOptions) {
		super();
		const raw = rawOptions(options);
		this.settings = new ConnectionSettings(raw);
		this.hostInterface = stringOption(raw, "hostInterface") ?? "localhost";
		this.requestedPort = integerOption(raw, "port", 80, 0, 65535);
		this.maxConnections = integerOption(raw, "maxConnections", 4, 1, 65535);
		this.handshakeTimeout = timeOption(raw, "handshakeTimeout", 5000);
		const path = stringOption(raw, "path");
		if (path !== undefined) checkPath(path);
		const protocols = stringsOption(raw, "protocols");
		protocols?.forEach(checkProtocol);
		this.handshakeOptions = {
			path,
			protocols,
			allowedOrigins: stringsOption(raw, "allowedOrigins"),
		};
	}

	/** The port that the server listens on, in place of 0; undefined while it does not listen. */
	get port(): number | undefined {
		return this.listener?.port;
	}

	/** Starts to listen: `listening` follows, or `error` when the port or the interface cannot be had. */
	start(): void {
		if (this.listener) return;
		try {
			this.listen();
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			const place = `port ${this.requestedPort} of ${this.hostInterface}`;
			after(0, () => this.fire("error", `the server cannot listen on ${place}: ${reason}`));
			return;
		}
		const { listener } = this;
		after(0, () => {
			if (this.listener === listener) this.fire("listening");
		});
	}

	/** Stops to listen and closes every connection with code 1001; `close` follows when all have ended. */
	stop(): void {
		if (!this.listener) return;
		this.listener.close();
		this.listener = undefined;
		for (const opening of this.openings) opening.close();
		for (const opening of this.refusals) opening.close();
		this.openings = [];
		this.refusals = [];
		// Sockets that are not open yet are nobody's business; each removes itself from the list, which is replaced.
		for (const socket of this.sockets) if (!socket.isOpen() && !socket.isClosing) socket.terminate();
		this.leaving = [...this.leaving, ...this.sockets];
		this.sockets = [];
		if (this.leaving.length === 0) after(0, () => this.fire("close"));
		for (const socket of this.leaving) if (socket.isOpen()) socket.close(1001);
	}

	/** Called by a ServerOpening. */
	onUpgraded(opening: ServerOpening, attach: object): void {
		this.openings = without(this.openings, opening);
		this.sockets = [...this.sockets, new Socket(this, attach, opening)];
		if (this.settings.tick) this.tickTimer ??= tickEvery(this.settings.tick, this);
	}

	/** Called by a ServerOpening. */
	onRefused(opening: ServerOpening): void {
		this.openings = without(this.openings, opening);
		this.refusals = without(this.refusals, opening);
	}

	/** Called by a Socket. */
	onSocketOpen(socket: Socket): void {
		this.fire("connection", socket);
	}

	/** Called by a Socket. */
	onSocketEnd(socket: Socket): void {
		this.sockets = without(this.sockets, socket);
		if (this.leaving.includes(socket)) {
			this.leaving = without(this.leaving, socket);
			if (this.leaving.length === 0) after(0, () => this.fire("close"));
		}
		if (this.sockets.length === 0) {
			Timer.clear(this.tickTimer);
			this.tickTimer = undefined;
		}
	}

	/** Called by a timer. */
	tick(): void {
		for (const socket of this.sockets) socket.tick();
	}

	private listen(): void {
		const provider = webSocketProvider().listener;
		if (!provider)
			throw new Error("the host has no device.network.ws.listener; include hosts/network/manifest.json");
		const { hostInterface } = this;
		const everyInterface = hostInterface === "localhost" || hostInterface === "0.0.0.0";
		if (!everyInterface && !isLoopback(hostInterface) && !provider.io.bindsAddress)
			throw new Error("this platform listens on every interface; use localhost, 0.0.0.0 or 127.0.0.1");
		const server = this;
		this.listener = new provider.io({
			port: this.requestedPort,
			...(everyInterface ? undefined : { address: hostInterface }),
			onReadable(this: Listener): void {
				try {
					server.accept(this);
				} catch (error) {
					trace(`xs-web-socket: ${error}\n`);
				}
			},
		});
	}

	private accept(listener: Listener): void {
		for (let from = listener.read(); from; from = listener.read()) {
			if (!this.letsIn(from)) from.close();
			else if (this.hasRoom())
				this.openings = [...this.openings, this.openingOf(from, this.handshakeOptions)];
			else if (this.refusals.length < this.maxConnections)
				this.refusals = [...this.refusals, this.openingOf(from, { ...this.handshakeOptions, full: true })];
			else from.close();
		}
	}

	private letsIn(from: AcceptedSocket): boolean {
		return !isLoopback(this.hostInterface) || isLoopback(from.remoteAddress ?? "");
	}

	private openingOf(from: AcceptedSocket, options: ServerHandshakeOptions): ServerOpening {
		return new ServerOpening(from, options, this.handshakeTimeout, this);
	}

	/** Whether there is room for one more connection. Those that only wait for their end make room. */
	private hasRoom(): boolean {
		if (this.connections < this.maxConnections) return true;
		for (const socket of [...this.sockets, ...this.leaving]) {
			if (!socket.isClosing) continue;
			socket.terminate();
			return true;
		}
		return false;
	}

	private get connections(): number {
		return this.openings.length + this.sockets.length + this.leaving.length;
	}
}

/** 127.0.0.0/8, or ::1 (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
function isLoopback(address: string): boolean {
	return /^(?:::ffff:)?127\./.test(address) || address === "::1";
}

function without<Item>(list: readonly Item[], item: Item): Item[] {
	return list.filter((other) => other !== item);
}
