import Timer from "timer";
import { isVisible } from "../rfc6455/characters.js";
import { HeadLimit } from "../rfc6455/head.js";
import { checkPath } from "../rfc6455/requestrules.js";
import type { ServerHandshakeOptions } from "../rfc6455/serverhandshake.js";
import { type AcceptedSocket, ServerOpening, type ServerOpeningUser } from "../rfc6455/serveropening.js";
import { Emitter } from "./emitter.js";
import { type Listener, webSocketProvider } from "./engine.js";
import { type HandshakeOptions, headSizeOption, protocolsOption, refuseTLS } from "./handshakeoptions.js";
import { integerOption, rawOptions, stringOption, stringsOption, wrongValue } from "./options.js";
import { type ConnectionOptions, ConnectionSettings } from "./settings.js";
import { Socket, type SocketOwner } from "./socket.js";
import { after, guard, type Ticking, tickEvery } from "./timers.js";

/** The options of a Server; all are optional, in each null stands for the default, those it does not know are ignored. */
export interface ServerOptions extends ConnectionOptions, HandshakeOptions {
	/**
	 * Where to listen. "localhost" (default), "0.0.0.0" and "::" mean every interface of this device; a loopback address
	 * ("127.0.0.1", "::1") accepts local connections only; the address of an interface binds it where the platform can,
	 * elsewhere start() leads to an `error`. Names in any case.
	 */
	readonly hostInterface?: string | null;
	/** Port to listen on, 0 for a free one, which `port` of the Server tells. Default 80. */
	readonly port?: number | null;
	/** The only path that is served, with any query; it has none itself. Another path gets 404. Default: every path. */
	readonly path?: string | null;
	/** Subprotocols that are spoken: the first one offered that is among them is chosen. Each is unique. Default none. */
	readonly protocols?: string | readonly string[] | null;
	/**
	 * Values of `Origin` that are let in, as browsers send them ("https://example.com", "null"); any other gets 403, a
	 * request without one is let in. "*", the default, lets in all.
	 */
	readonly allowedOrigins?: string | readonly string[] | null;
	/**
	 * WebSockets at a time, from 1 to 65535; a request for one more gets 503. At most twice as many TCP connections are
	 * accepted at a time: of those above, the oldest that has sent no request gives way to the next one. Default 4.
	 */
	readonly maxConnections?: number | null;
	/**
	 * Bytes that the unfinished messages of all connections may take together, from `maxMessageSize` to 2147483647. When
	 * one more needs memory, the connection with the longest is closed with 1009. A message of up to
	 * receiveBudget / maxConnections bytes always finds room. Default 16384, or `maxMessageSize` if that is more.
	 */
	readonly receiveBudget?: number | null;
	/** Milliseconds that a handshake may take; 0 for no limit. Default 5000. */
	readonly handshakeTimeout?: number | null;
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

/** Bytes of the longest message: four connections of a plain ESP32 can bear it, and an app that sends it back. */
const defaultMessageSize = 4096;
const defaultReceiveBudget = 16384;
/** The hostInterface that stands for this device. */
const everyInterface = "localhost";

/** Listens for WebSocket connections, and makes a Socket of each. */
export class Server
	extends Emitter<ServerEvents>
	implements SocketOwner, ServerOpeningUser, ServerHandshakeOptions, Ticking
{
	/** What all its Sockets have in common. */
	declare readonly settings: ConnectionSettings;
	declare private readonly hostInterface: string;
	declare private readonly requestedPort: number;
	declare private readonly receiveBudget: number;
	declare private readonly handshakeTimeout: number;
	/** The option, and the next ones: for the handshakes. */
	declare readonly maxConnections: number;
	declare readonly path: string | undefined;
	declare readonly protocols: readonly string[] | undefined;
	declare readonly allowedOrigins: readonly string[] | undefined;
	declare readonly maxHeadSize: number;
	declare private listener?: Listener | undefined;
	/** Whether start() was called last, not stop(). */
	declare private wanted: boolean;
	/** Whether a start or a stop is under way: its event is still to come. */
	declare private changing: boolean;
	/** Starts and stops that wait for it. They alternate, the last one is as `wanted` says. */
	declare private changes: number;
	// The lists are replaced, not changed, so that it is safe to iterate while items are removed.
	/** TCP connections that are not WebSockets yet, the oldest one first. */
	declare private openings: readonly ServerOpening[];
	/** While the server listens: its connections. After stop(): those that have not ended yet. */
	declare private sockets: readonly Socket[];
	/** Looks for signs of life, while there are sockets. */
	declare private tickTimer?: Timer | undefined;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(options?: ServerOptions) {
		super();
		const raw = rawOptions(options);
		refuseTLS(raw);
		this.settings = new ConnectionSettings(raw, defaultMessageSize);
		this.hostInterface =
			raw["hostInterface"] === "" ? everyInterface : (stringOption(raw, "hostInterface") ?? everyInterface);
		this.requestedPort = integerOption(raw, "port", 80, 0, 65535);
		this.maxConnections = integerOption(raw, "maxConnections", 4, 1, 65535);
		const { maxMessageSize } = this.settings;
		const receiveBudget = Math.max(defaultReceiveBudget, maxMessageSize);
		this.receiveBudget = integerOption(raw, "receiveBudget", receiveBudget, maxMessageSize);
		this.handshakeTimeout = integerOption(raw, "handshakeTimeout", 5000);
		const path = raw["path"] === "" ? undefined : stringOption(raw, "path");
		if (path) checkServedPath(path);
		this.path = path;
		this.protocols = protocolsOption(raw);
		this.allowedOrigins = origins(stringsOption(raw, "allowedOrigins"));
		this.maxHeadSize = headSizeOption(raw, HeadLimit.request);
		this.openings = this.sockets = [];
		this.wanted = this.changing = false;
		this.changes = 0;
	}

	/** The port that the server listens on, in place of 0; undefined while it does not listen. */
	get port(): number | undefined {
		return this.listener?.port;
	}

	/**
	 * Starts to listen: `listening` follows, or `error` when the port or the interface cannot be had. After a stop() it
	 * takes effect when that has emitted `close`.
	 */
	start(): void {
		if (!this.wanted) this.change(true);
	}

	/**
	 * Stops to listen and closes every connection with code 1001; `close` follows when all have ended. After a start()
	 * it takes effect when that has emitted `listening`.
	 */
	stop(): void {
		if (this.wanted) this.change(false);
	}

	/**
	 * Called by a handshake: whether there is room for a connection that has sent a valid request. Those that only wait
	 * for their end make room.
	 */
	hasRoom(): boolean {
		const granted = this.openings.filter((opening) => opening.isGranted).length;
		if (granted + this.sockets.length < this.maxConnections) return true;
		const ending = this.sockets.find((socket) => socket.isClosing);
		ending?.terminate();
		return ending !== undefined;
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
		if (this.sockets.length) return;
		Timer.clear(this.tickTimer);
		this.tickTimer = undefined;
		if (!this.listener) this.tellClose();
	}

	/** Called by a timer. */
	tick(): void {
		this.sockets.forEach((socket) => {
			socket.tick();
		});
	}

	private change(wanted: boolean): void {
		this.wanted = wanted;
		this.changes++;
		if (!this.changing) this.nextChange();
	}

	/** Begins the first start or stop that waits. */
	private nextChange(): void {
		this.changes--;
		this.changing = true;
		// They alternate.
		const isLikeLast = this.changes % 2 === 0;
		if (isLikeLast === this.wanted) this.beginStart();
		else this.beginStop();
	}

	private beginStart(): void {
		let fault: string | undefined;
		try {
			this.listen();
		} catch (error) {
			fault = `the server cannot listen: ${error instanceof Error ? error.message : String(error)}`;
		}
		after(0, () => {
			if (fault === undefined) return this.endChange("listening");
			// The stop() that waits has nothing to stop.
			if (this.changes) this.changes--;
			else this.wanted = false;
			this.endChange("error", fault);
		});
	}

	private beginStop(): void {
		this.listener?.close();
		this.listener = undefined;
		this.openings.forEach((opening) => {
			opening.close();
		});
		this.openings = [];
		const sockets = this.sockets;
		if (!sockets.length) this.tellClose();
		sockets.forEach((socket) => {
			if (socket.isOpen()) socket.close(1001);
			// One that was not announced yet ends silently.
			else if (!socket.isClosing) socket.terminate();
		});
	}

	private tellClose(): void {
		after(0, () => this.endChange("close"));
	}

	private endChange(event: "listening" | "close" | "error", message?: string): void {
		this.changing = false;
		this.fire(event, message);
		// A listener may have begun the next one.
		if (this.changes && !this.changing) this.nextChange();
	}

	/** @throws Error that says why the server cannot listen. */
	private listen(): void {
		const provider = webSocketProvider().listener;
		if (!provider)
			throw new Error("the host has no device.network.ws.listener; include hosts/network/manifest.json");
		const port = this.requestedPort;
		const address = this.hostInterface.toLowerCase();
		const options = { port, onReadable: () => guard(this.accept, this) };
		const onEvery = address === everyInterface || address === "0.0.0.0" || address === "::";
		if (!onEvery && !isLoopback(address) && !provider.io.bindsAddress)
			throw new Error(
				`hostInterface is "${this.hostInterface}", but this platform listens on every interface; use "localhost", "0.0.0.0" or "::" for all of them, "127.0.0.1" or "::1" for this device alone`,
			);
		try {
			this.listener = new provider.io(onEvery ? options : { ...options, address });
		} catch (error) {
			throw listenError(error, onEvery ? `port ${port}` : `port ${port} of ${address}`, port);
		}
	}

	/** Takes the connections that have come. One that fails at once must not keep the others waiting. */
	private accept(): void {
		const listener = this.listener;
		for (let from = listener?.read(); from; from = listener?.read()) {
			const accepted = from;
			guard(() => this.admit(accepted));
		}
	}

	private admit(from: AcceptedSocket): void {
		if (isLoopback(this.hostInterface.toLowerCase()) && !isLoopback(from.remoteAddress ?? ""))
			return from.close();
		this.makeRoomForOpening();
		const opening = new ServerOpening(from, this, this.handshakeTimeout, this);
		this.openings = this.openings.concat(opening);
	}

	/**
	 * Keeps to twice `maxConnections` TCP connections at a time, the next one included: it takes the place of the oldest
	 * one that has not sent its request, else of the oldest one that was refused. There is one, for of the others there
	 * are at most `maxConnections`.
	 */
	private makeRoomForOpening(): void {
		const openings = this.openings;
		if (openings.length + this.sockets.length < 2 * this.maxConnections) return;
		const opening = openings.find((other) => !other.isAnswered) ?? openings.find((other) => !other.isGranted);
		if (!opening) return;
		opening.close();
		this.onRefused(opening);
	}
}

/** Why a listener could not be made. The platforms tell no more than which call has failed. */
function listenError(error: unknown, place: string, port: number): Error {
	const message = error instanceof Error ? error.message : String(error);
	if (!message.includes("bind") && !message.includes("listen")) return new Error(`${place}: ${message}`);
	if (port === 0) return new Error(`${place}: no port is free, or the address is not one of this device`);
	const rights = port < 1024 ? ", or this program may not listen on ports below 1024" : "";
	return new Error(`${place} is already in use${rights}`);
}

/** 127.0.0.0/8, or ::1 (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
function isLoopback(address: string): boolean {
	return address.startsWith("127.") || address.startsWith("::ffff:127.") || address === "::1";
}

/** @throws TypeError or RangeError when no request can ask for this path. */
function checkServedPath(path: string): void {
	checkPath(path);
	if (path.includes("?"))
		throw wrongValue("path", path, 'a path without "?" and query, which are not compared');
}

/** The origins as browsers write them; undefined for every origin. @throws RangeError when one can never match. */
function origins(list: readonly string[] | undefined): readonly string[] | undefined {
	return list?.includes("*") ? undefined : list?.map(originOf);
}

/** RFC 6454 section 6.2: scheme and host in lower case, the port unless it is the scheme's own, nothing behind it. */
function originOf(value: string): string {
	const origin = value.toLowerCase();
	const start = origin.indexOf("://");
	const authority = origin.slice(start + 3);
	const isOrigin = start > 0 && authority !== "" && isVisible(origin) && !hasAnyOf(authority, '/\\?#@*"');
	const hasOwnPort =
		(origin.startsWith("http://") && authority.endsWith(":80")) ||
		(origin.startsWith("https://") && authority.endsWith(":443"));
	if (origin !== "null" && (!isOrigin || hasOwnPort))
		throw wrongValue(
			"allowedOrigins",
			value,
			'"*", "null" or an origin as browsers send it: scheme, host, and the port if it is not the usual one, such as "https://example.com" or "http://192.0.2.7:8080"',
		);
	return origin;
}

function hasAnyOf(text: string, characters: string): boolean {
	for (let index = 0; index < characters.length; index++)
		if (text.includes(characters.charAt(index))) return true;
	return false;
}

function without<Item>(list: readonly Item[], item: Item): Item[] {
	return list.filter((other) => other !== item);
}
