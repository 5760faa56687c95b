/**
 * What the simulator and the XS machine tell each other. The simulator sends a batch of events, the machine
 * runs its callbacks and answers with a batch of operations: one round trip, however much is in it. Only what
 * native code answers at once goes the other way, as a query that blocks the machine until it is answered.
 */

/** Simulator to machine: something happened. Each is followed by the values named here. */
export enum Event {
	/** The machine starts: string (the program's configuration as JSON). */
	Start = 1,
	/** The time of the alarm has come. */
	Alarm,
	/** A connection this machine opened is established: uint32 socket, uint32 send window. */
	Connected,
	/** Octets were received: uint32 socket, octets. */
	Received,
	/** Octets left the send buffer: uint32 socket, uint32 count. */
	Released,
	/** The peer finished (`Ended.Finished`) or the connection is gone (`Ended.Gone`): uint32 socket, uint8. */
	Ended,
	/** A listener has a new connection: uint32 listener, uint32 socket, uint32 send window, string remote
	 * address, uint16 remote port. */
	Incoming,
	/** A name was looked up: uint32 request, string address ("" if it was not found). */
	Resolved,
}

/** How a connection came to its end. */
export enum Ended {
	/** The peer sent a FIN: nothing more will be received. */
	Finished = 0,
	/** Refused, reset, unreachable: the native socket no longer exists. */
	Gone = 1,
}

/** Machine to simulator: do this. Each is followed by the values named here. */
export enum Operation {
	/** string */
	Trace = 1,
	/** Wake the machine after float64 milliseconds; replaces the alarm set before; negative: no alarm. */
	Alarm,
	/** uint32 socket, string address, uint16 port, uint8 SocketOptions */
	Connect,
	/** Take a connection from a listener's queue: uint32 socket */
	Accept,
	/** uint32 socket, uint8 SocketOptions */
	Configure,
	/** uint32 socket, octets */
	Write,
	/** The program has taken received octets: uint32 socket, uint32 count */
	Consumed,
	/** uint32 socket, uint8 1 if received octets were left unread */
	Close,
	/** uint32 listener */
	CloseListener,
	/** uint32 request, string host name */
	Resolve,
	/** The machine aborts and does nothing more: string reason */
	Abort,
}

/** Options of a socket, as bits. */
export enum SocketOptions {
	/** Send small segments at once. */
	NoDelay = 1,
	/** Delay small segments (Nagle's algorithm). */
	Delay = 2,
	/** The program wants to hear when the send window grows. */
	Writable = 4,
}

/** Machine to simulator, blocking: octets of the query, then the operations collected so far. */
export enum Query {
	/** uint32 listener, string address, uint16 port: answered by uint8 1 and uint16 port, or uint8 0 */
	Listen = 1,
	/** float64 milliseconds: answered by nothing, after that time */
	Delay,
	/** string algorithm, octets: answered by the digest */
	Digest,
	/** uint8 Logic, octets, octets of the repeated operand: answered by the octets combined */
	Combine,
}

/** Operations of the `logical` module. */
export enum Logic {
	Xor = 1,
	And,
	Or,
}
