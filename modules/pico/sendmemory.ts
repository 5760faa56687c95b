/**
 * The memory in which lwIP keeps what all connections have sent until it is acknowledged. On pico the SDK gives it 4000
 * bytes (`MEM_SIZE`), while each connection reports a window of 11680 (`TCP_SND_BUF`). A write beyond the memory fails and
 * ends the connection.
 *
 * A segment takes the peer's segment size (at most 1460) and 80 bytes more, however little is in it
 * (`LWIP_NETIF_TX_SINGLE_PBUF`), and data that are written after it was sent take another one. Some 800 bytes are for
 * other packets. The bounds below hold for every segment size from 536 (RFC 9293 section 3.7.1) to 1460: a peer may have
 * announced any of them, and no program can ask for it.
 */

/** Longest piece that takes one segment at most: two of them fit. */
const short = 536;
/** Longest piece that fits the memory alone: at most two segments of 1460 bytes, three of 979 or four of 653. */
const long = 1960;
/** Shares of the memory: a short piece takes one, a longer one both. */
const shares = 2;

/** A socket whose data wait for memory. */
export interface Waiting {
	/** Writes as much of its data as the memory allows. Returns whether data still wait: there is no room. */
	writeWaiting(): boolean;
	/** Calls its user when its window has changed. */
	announce(): void;
}

/** The send memory of a machine, shared by its sockets. */
export class SendMemory {
	/** The socket whose native constructor runs. */
	opening: { abandon(): void } | undefined;
	private free: number;
	private readonly waiting: Waiting[];

	constructor() {
		this.opening = undefined;
		this.free = shares;
		this.waiting = [];
	}

	/** Longest piece that can be written now, in bytes; 0 while the memory is full, or other sockets wait. */
	roomFor(socket: Waiting): number {
		const first = this.waiting[0];
		if (first && first !== socket) return 0;
		return this.free === shares ? long : this.free ? short : 0;
	}

	/** Takes memory for a piece that fits roomFor(). Returns the shares to give back. */
	take(length: number): number {
		const taken = length > short ? shares : 1;
		this.free -= taken;
		return taken;
	}

	/** Takes shares back. serve() lets others use them. */
	giveBack(count: number): void {
		this.free += count;
	}

	/** Lets a socket wait for its turn. */
	wait(socket: Waiting): void {
		this.waiting.push(socket);
	}

	/** Ends the wait of a socket, or lets `other`, which has its connection now, wait in its place. */
	leave(socket: Waiting, other?: Waiting): void {
		const index = this.waiting.indexOf(socket);
		if (index < 0) return;
		if (other) this.waiting[index] = other;
		else this.waiting.splice(index, 1);
	}

	/** Writes what waits, as far as there is memory, the longest wait first. Called in callbacks of the platform only. */
	serve(): void {
		for (let first = this.waiting[0]; first && this.free; first = this.waiting[0]) {
			if (first.writeWaiting()) return;
			this.leave(first);
			first.announce();
		}
	}
}

interface Machine {
	xsWebSocketSendMemory?: SendMemory;
}

/** Returns the send memory of this machine. It is a global, because a preloaded module has no state. */
export const sendMemory = (): SendMemory => {
	const machine = globalThis as Machine;
	machine.xsWebSocketSendMemory ??= new SendMemory();
	return machine.xsWebSocketSendMemory;
};

/** Bytes of a connection that wait for memory at most: the window that its user gets. */
export const waitingWindow = long;
