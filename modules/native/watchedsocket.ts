import {
	type SocketConstructor,
	type SocketUser,
	socketOptions,
	takeOver,
	type UsedSocket,
} from "../rfc6455/transport.js";

/** What the SDK's class wants to be told by its socket. */
export interface SocketCallbacks {
	onReadable(count: number): void;
	onWritable(count: number): void;
	onError(): void;
}

/** Whoever stands between the SDK's class and its socket. */
export interface SocketWatcher extends SocketUser {
	/** The SDK's class takes up its socket: the callbacks are to be called for every event of it. */
	onSocketWanted(callbacks: SocketCallbacks): void;
	/** The socket is there. */
	onSocketMade(socket: UsedSocket): void;
	/** There is none to be had. */
	onSocketRefused(error: unknown): void;
}

/** What the SDK's class makes a socket of: what it was given for a client's, or an object `from` for a server's. */
interface WatchedSocketOptions extends SocketCallbacks {
	readonly watcher: SocketWatcher;
	readonly native: SocketConstructor;
	readonly from?: { readonly watcher: SocketWatcher; readonly socket: object };
}

/**
 * Makes a socket whose events go to a watcher, which hands them on to the SDK's class: it tells no failure
 * from another, and an exception that it lets out would end the machine.
 */
function makeSocket(options: WatchedSocketOptions): UsedSocket {
	const { from } = options;
	const watcher = from?.watcher ?? options.watcher;
	watcher.onSocketWanted(options);
	try {
		const socket = from
			? takeOver(from.socket, watcher)
			: new options.native({ ...options, ...socketOptions, target: watcher });
		watcher.onSocketMade(socket);
		return socket;
	} catch (error) {
		watcher.onSocketRefused(error);
		throw error;
	}
}

/** In place of a class of sockets. */
class WatchedSocket {
	constructor(options: WatchedSocketOptions) {
		// biome-ignore lint/correctness/noConstructorReturn: the SDK's class is to have the socket itself
		return makeSocket(options);
	}
}

/** The option `socket` for the SDK's class: sockets like those of `socket`, watched. */
export function watchedSocketOption(
	socket: { readonly io: SocketConstructor },
	watcher: SocketWatcher,
): object {
	return { ...socket, io: WatchedSocket, native: socket.io, watcher };
}

/** The option `attach` for the SDK's class: a connected socket, watched. */
export function watchedAttachOption(socket: object, watcher: SocketWatcher): object {
	return { constructor: WatchedSocket, socket, watcher };
}
