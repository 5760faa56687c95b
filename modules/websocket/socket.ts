import { Connection, connectionCallbacks, State } from "./connection.js";
import { webSocketProvider } from "./engine.js";
import type { ConnectionSettings } from "./settings.js";

/** Whoever a Socket belongs to: its Server. */
export interface SocketOwner {
	readonly settings: ConnectionSettings;
	/** Whether a socket may take memory for a message that has not come whole: `size` bytes in all. */
	mayBuffer(socket: Socket, size: number): boolean;
	/** The socket is open; its `open` is emitted when this returns. */
	onSocketOpen(socket: Socket): void;
	/** The socket has ended, whether it was open or not. */
	onSocketEnd(socket: Socket): void;
}

/** What the opening handshake told of a client. */
export interface Opening {
	readonly remoteAddress: string;
	readonly path: string;
	readonly protocol: string;
}

/** One connection of a Server's, which makes it and hands it to the listeners of `connection`. */
export class Socket extends Connection {
	/** The address of the client. */
	declare readonly remoteAddress: string;
	/** Path and query that the client asked for. */
	declare readonly path: string;
	/** The subprotocol chosen, or "". */
	declare readonly protocol: string;
	declare private readonly owner: SocketOwner;

	/** Not for users: a Server makes it out of a connection of which the opening handshake is done. */
	constructor(owner: SocketOwner, attach: object, opening: Opening) {
		const { settings } = owner;
		super(settings);
		this.remoteAddress = opening.remoteAddress;
		this.path = opening.path;
		this.protocol = opening.protocol;
		this.owner = owner;
		this.state = State.connecting;
		const { io } = webSocketProvider();
		this.webSocket = new io({
			...connectionCallbacks,
			callbacks: connectionCallbacks,
			target: this,
			receiver: this,
			attach,
			text: settings.receiveType.binary ? "buffer" : "string",
			maxMessageSize: settings.maxMessageSize,
			closeTimeout: settings.closeTimeout,
		});
	}

	/** Ends the connection without a closing handshake, for its Server. */
	terminate(): void {
		if (this.state === State.connecting) {
			this.webSocket?.close();
			this.onOpenFailed();
		} else this.drop();
	}

	override mayBuffer(size: number): boolean {
		return this.owner.mayBuffer(this, size);
	}

	/** None: a Server may have many Sockets, and each would take the memory of a message. */
	override get longestPastQueue(): number {
		return 0;
	}

	protected override get mayQueue(): boolean {
		return false;
	}

	protected override onOpened(): void {
		this.owner.onSocketOpen(this);
	}

	protected override onOpenFailed(): void {
		this.state = State.idle;
		this.webSocket = undefined;
		this.owner.onSocketEnd(this);
	}

	protected override onFinished(): void {
		this.webSocket = undefined;
		this.lose();
		this.owner.onSocketEnd(this);
	}
}
