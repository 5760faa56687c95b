import type { Acceptance } from "../channel/accept.js";
import { ConnectionCore, State } from "./connectioncore.js";
import type { ConnectionSettings } from "./settings.js";

/** The server that a socket belongs to. */
export interface SocketOwner {
	readonly settings: ConnectionSettings;
	/** Returns whether a socket may have a buffer of `size` bytes for an unfinished message. */
	mayBuffer(socket: SocketCore, size: number): boolean;
	/** The socket is open; its `open` is emitted when this returns. */
	onSocketOpen(socket: SocketCore): void;
	onSocketEnd(socket: SocketCore): void;
}

/** Implementation of Socket. */
export class SocketCore extends ConnectionCore {
	readonly remoteAddress: string;
	readonly path: string;
	private readonly owner: SocketOwner;

	constructor(owner: SocketOwner, { remoteAddress, path }: Acceptance) {
		super(owner.settings);
		this.remoteAddress = remoteAddress;
		this.path = path;
		this.owner = owner;
	}

	override mayBuffer(size: number): boolean {
		return this.owner.mayBuffer(this, size);
	}

	override get mayWait(): boolean {
		return this.state === State.open;
	}

	/** None: a Server may have many Sockets, and each would need the memory of a message. */
	protected override get longestPastQueue(): number {
		return 0;
	}

	protected override onOpened(): void {
		this.owner.onSocketOpen(this);
	}

	protected override onEnded(): void {
		this.state = State.idle;
		this.channel = undefined;
		this.loseWaiting();
		this.owner.onSocketEnd(this);
	}
}
