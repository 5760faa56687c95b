import Timer from "timer";
import { type Acceptance, type AcceptListener, accept } from "../channel/accept.js";
import type { ChannelListener } from "../channel/contract.js";
import { failureOf } from "../channel/failure.js";
import type { Listener } from "../channel/network.js";
import { takeOver } from "../channel/takeover.js";
import { after, guard, type Ticking, tickEvery } from "../channel/timers.js";
import { CloseCode } from "../rfc6455/closecode.js";
import { HeadLimit } from "../rfc6455/head.js";
import type { Pages } from "../rfc6455/pages.js";
import { checkPath } from "../rfc6455/requestrules.js";
import type { ServerHandshakeOptions } from "../rfc6455/serverhandshake.js";
import type { Verifier } from "../rfc6455/verifier.js";
import { headSizeOption, protocolsOption } from "./handshakeoptions.js";
import { Listeners } from "./listeners.js";
import { interfaceOption, isLoopback, listen } from "./listening.js";
import { given, integerOption, type RawOptions, stringOption, wrongValue } from "./options.js";
import { originsOption, same } from "./originoption.js";
import { type Arrival, partOf } from "./parts.js";
import { ConnectionSettings } from "./settings.js";
import { Socket } from "./socket.js";
import { SocketCore, type SocketOwner } from "./socketcore.js";
import { refuseTLS } from "./tlsoptions.js";

const enum Default {
	receiveBudget = 16384,
}

/** What bounds connections that wait for room. */
const enum Waiting {
	/** Their number. lwIP has at most 16 TCP connections of all kinds. */
	most = 128,
	/** Milliseconds between two looks for connections that may end for them. */
	interval = 250,
	/** Milliseconds by which others end sooner if more than twice `maxConnections` wait. */
	crowded = 750,
}

/** Implementation of Server: starts and stops, handshakes, sockets. */
export class ServerCore
	extends Listeners
	implements SocketOwner, AcceptListener, ServerHandshakeOptions, Ticking
{
	/** Shared by its Sockets. */
	readonly settings: ConnectionSettings;
	private readonly hostInterface: string;
	private readonly requestedPort: number;
	private readonly receiveBudget: number;
	private readonly handshakeTimeout: number;
	// The options of the handshakes.
	readonly maxConnections: number;
	readonly path: string | undefined;
	readonly protocols: readonly string[] | undefined;
	readonly allowedOrigins: readonly string[] | undefined;
	readonly allowsSameOrigin: boolean;
	readonly pages: Pages | undefined;
	readonly maxHeadSize: number;
	readonly verifier: Verifier | undefined;
	private listener: Listener | undefined;
	/** True if start() was called last, not stop(). */
	private wanted: boolean;
	/** True while a start or a stop is under way: its event has not been emitted. */
	private changing: boolean;
	/** True while a stop is under way. */
	private stopping: boolean;
	/** Starts and stops that wait for it. They alternate; the last one is as `wanted` says. */
	private changes: number;
	// The lists are copied on write, so that it is safe to iterate while removing.
	/** TCP connections that are not WebSockets yet, the oldest first. */
	private acceptances: readonly Acceptance[];
	/**
	 * Accepted sockets that wait for room, the oldest first. They do not wait in the SDK's listener, which knows nothing of
	 * one that is reset there, and would use it afterwards.
	 */
	private waiting: Arrival[];
	/** Looks for room, while some wait. */
	private roomTimer: Timer | undefined;
	/** While the server listens: its connections. After stop(): those that have not ended yet. */
	sockets: readonly SocketCore[];
	/** Checks liveness, while there are sockets. */
	private tickTimer: Timer | undefined;

	/** @throws TypeError or RangeError that names the option and its value. */
	constructor(raw: RawOptions) {
		super();
		refuseTLS(raw);
		this.settings = ConnectionSettings.ofServer(raw);
		this.hostInterface = interfaceOption(raw);
		this.requestedPort = integerOption(raw, "port", 80, 0, 65535);
		this.maxConnections = integerOption(raw, "maxConnections", 4, 1, 65535);
		const { maxMessageSize } = this.settings;
		const receiveBudget = Math.max(Default.receiveBudget, maxMessageSize);
		this.receiveBudget = integerOption(raw, "receiveBudget", receiveBudget, maxMessageSize);
		this.handshakeTimeout = integerOption(raw, "handshakeTimeout", 5000);
		const path = raw["path"] === "" ? undefined : stringOption(raw, "path");
		if (path) checkServedPath(path);
		this.path = path;
		this.protocols = protocolsOption(raw);
		const origins = originsOption(raw);
		this.allowedOrigins = origins?.filter((origin) => origin !== same);
		this.allowsSameOrigin = origins !== undefined && origins.indexOf(same) >= 0;
		this.pages = pagesOption(raw);
		this.maxHeadSize = headSizeOption(raw, HeadLimit.request);
		this.verifier = verifierOption(raw);
		this.listener = undefined;
		this.wanted = false;
		this.changing = false;
		this.stopping = false;
		this.changes = 0;
		this.acceptances = [];
		this.waiting = [];
		this.roomTimer = undefined;
		this.sockets = [];
		this.tickTimer = undefined;
	}

	/** The port that the server listens on; undefined while it does not listen. */
	get port(): number | undefined {
		return this.listener?.port;
	}

	start(): void {
		if (!this.wanted) this.change(true);
	}

	stop(): void {
		// Sockets that were attached are stopped also if the server does not listen.
		if (this.wanted || (!this.changing && this.hasConnections)) this.change(false);
	}

	/** Takes a request over from an HTTP server. */
	attach(arrival: Arrival): void {
		// The client may have gone already: that is no fault of the app.
		guard(() => {
			if (this.stopping) arrival.from.close();
			else this.receive(arrival);
		});
	}

	private get hasConnections(): boolean {
		return this.acceptances.length + this.waiting.length + this.sockets.length > 0;
	}

	/** Returns whether there is room for a connection with a valid request. Closing connections are destroyed to make room. */
	hasRoom(): boolean {
		const granted = this.acceptances.filter((acceptance) => acceptance.isGranted).length;
		if (granted + this.sockets.length < this.maxConnections) return true;
		const [closing] = this.sockets.filter((socket) => socket.isClosing);
		closing?.destroy();
		return closing !== undefined;
	}

	onAccepted(acceptance: Acceptance): ChannelListener {
		this.acceptances = without(this.acceptances, acceptance);
		const socket = new SocketCore(this, acceptance);
		new Socket(socket);
		this.sockets = [...this.sockets, socket];
		if (this.settings.tick) this.tickTimer ??= tickEvery(this.settings.tick, this);
		return socket;
	}

	onAcceptFailed(acceptance: Acceptance): void {
		this.acceptances = without(this.acceptances, acceptance);
		this.admit();
	}

	/** Returns whether a message may have a buffer. Discards the longest one for others, so a short one is never refused. */
	mayBuffer(socket: SocketCore, size: number): boolean {
		let others = this.sockets.filter((other) => other !== socket && other.buffered > 0);
		let total = size;
		others.forEach((other) => {
			total += other.buffered;
		});
		while (total > this.receiveBudget) {
			let longest = socket;
			others.forEach((other) => {
				if (other.buffered > longest.buffered) longest = other;
			});
			if (longest.buffered <= size) return false;
			total -= longest.buffered;
			others = without(others, longest);
			longest.discardUnfinished();
		}
		return true;
	}

	onSocketOpen(socket: SocketCore): void {
		this.fire("connection", socket.emitter);
	}

	onSocketEnd(socket: SocketCore): void {
		this.sockets = without(this.sockets, socket);
		this.admit();
		if (this.sockets.length) return;
		Timer.clear(this.tickTimer);
		this.tickTimer = undefined;
		if (this.stopping) this.emitClose();
	}

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
			this.listener = listen(this.hostInterface, this.requestedPort, () => guard(this.acceptAll, this));
		} catch (error) {
			fault = `the server cannot listen: ${failureOf(error).reason}`;
		}
		after(0, () => {
			if (fault === undefined) return this.endChange("listening");
			if (!this.changes) this.wanted = false;
			// The waiting stop() has nothing to stop.
			else if (!this.hasConnections) this.changes--;
			this.endChange("error", fault);
		});
	}

	private beginStop(): void {
		this.stopping = true;
		this.listener?.close();
		this.listener = undefined;
		this.acceptances.forEach((acceptance) => {
			acceptance.destroy();
		});
		this.acceptances = [];
		this.waiting.forEach(({ from }) => {
			from.close();
		});
		this.waiting = [];
		const sockets = this.sockets;
		if (!sockets.length) this.emitClose();
		sockets.forEach((socket) => {
			socket.close(CloseCode.goingAway, "");
		});
	}

	private emitClose(): void {
		after(0, () => this.endChange("close"));
	}

	private endChange(event: "listening" | "close" | "error", message?: string): void {
		this.changing = false;
		this.stopping = false;
		this.fire(event, message);
		// A listener may have begun the next one.
		if (this.changes && !this.changing) this.nextChange();
	}

	/** Accepts the connections that wait. One that fails at once must not keep the others waiting. */
	private acceptAll(): void {
		const listener = this.listener;
		for (let from = listener?.read(); from; from = listener?.read()) {
			let accepted = from;
			guard(() => {
				if (isLoopback(this.hostInterface)) {
					// This throws if the connection has ended already, or was never made: lwIP has no address then, but a null pointer.
					accepted = takeOver(accepted);
					if (!isLoopback(accepted.remoteAddress ?? "")) return accepted.close();
				}
				this.receive({ from: accepted });
			});
		}
	}

	/** Begins the handshake of a connection as soon as there is room. */
	private receive(arrival: Arrival): void {
		this.waiting.push(arrival);
		this.admit();
	}

	/** Lets connections that wait in, as far as there is room. */
	private admit(): void {
		while (this.waiting.length && this.makeRoom()) {
			const { from, request } = this.waiting[0] as Arrival;
			this.waiting = this.waiting.slice(1);
			// One that has ended meanwhile cannot be taken over.
			guard(() => {
				const acceptance = accept(from, this, this.handshakeTimeout, this.settings, this, request);
				this.acceptances = [...this.acceptances, acceptance];
			});
		}
		if (this.waiting.length)
			this.roomTimer ??= after(Waiting.interval, () => {
				this.roomTimer = undefined;
				this.admit();
			});
	}

	/**
	 * Keeps to twice `maxConnections` TCP connections at a time, the next one included. Returns false if it must wait: those
	 * that are no WebSockets yet get a second for their requests and ten for pages, then the oldest ends. If too many wait,
	 * the oldest that was not answered ends at once, else the oldest that was. One of these exists, because at most
	 * `maxConnections` others do.
	 */
	private makeRoom(): boolean {
		const { acceptances, maxConnections } = this;
		const waiting = this.waiting.length;
		if (acceptances.length + this.sockets.length < 2 * maxConnections) return true;
		const now = Date.now() + (waiting > 2 * maxConnections ? Waiting.crowded : 0);
		const passing = acceptances.filter((other) => !other.isGranted);
		let [replaced] = passing.filter((other) => other.replaceableAt <= now);
		if (waiting > Waiting.most) replaced = passing.filter((other) => !other.isAnswered)[0] ?? passing[0];
		if (!replaced) return false;
		replaced.destroy();
		this.acceptances = without(acceptances, replaced);
		return true;
	}
}

/** Makes the pages of the option. @throws TypeError when the app has no modules for pages, or what these throw. */
const pagesOption = (raw: RawOptions): Pages | undefined => {
	const pages = given(raw, "pages");
	return pages === undefined ? undefined : partOf("pages", "serve pages")(pages);
};

/** Makes what decides on requests. @throws TypeError when the app has no modules for that, or what these throw. */
const verifierOption = (raw: RawOptions): Verifier | undefined => {
	const isGiven = given(raw, "verify") !== undefined || given(raw, "verifyHeaders") !== undefined;
	return isGiven ? partOf("verify", "decide on requests")(raw) : undefined;
};

/** @throws TypeError or RangeError when no request can ask for this path. */
const checkServedPath = (path: string): void => {
	checkPath(path);
	if (path.indexOf("?") >= 0)
		throw wrongValue("path", path, 'a path without "?" and query, which are not compared');
};

const without = <Item>(list: readonly Item[], item: Item): Item[] => {
	return list.filter((other) => other !== item);
};
