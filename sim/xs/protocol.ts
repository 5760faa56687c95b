/**
 * Protocol between the simulator and the XS machine. The simulator sends a batch of events; the machine runs
 * its callbacks and answers with a batch of operations: one round trip for any number of events. Native
 * functions that return a result use a query, which blocks the machine until it is answered.
 */

/** Events, from simulator to machine. Each is followed by the values listed here. */
export enum Event {
	/** Start the program: string (configuration as JSON), string (resources as JSON: Base64 by name). */
	Start = 1,
	/** The alarm has expired. */
	Alarm,
	/** An outgoing connection is established: uint32 socket, uint32 send window. */
	Connected,
	/** Bytes were received: uint32 socket, bytes. */
	Received,
	/** Bytes left the send buffer: uint32 socket, uint32 count. */
	Released,
	/** The peer sent a FIN (`Ended.Finished`) or the connection is lost (`Ended.Gone`): uint32 socket, uint8. */
	Ended,
	/**
	 * A listener has a new connection: uint32 listener, uint32 socket, uint32 send window, string remote
	 * address, uint16 remote port.
	 */
	Incoming,
	/** A name was resolved: uint32 request, string address ("" if not found). */
	Resolved,
}

/** How a connection ended. */
export enum Ended {
	/** The peer sent a FIN: no more data will be received. */
	Finished = 0,
	/** Refused, reset, unreachable: the native socket no longer exists. */
	Gone = 1,
}

/** Operations, from machine to simulator. Each is followed by the values listed here. */
export enum Operation {
	/** string */
	Trace = 1,
	/** Wake the machine after float64 milliseconds. Replaces the previous alarm; a negative value cancels it. */
	Alarm,
	/** uint32 socket, string address, uint16 port, uint8 SocketOptions */
	Connect,
	/** Accept a connection from a listener's queue: uint32 socket */
	Accept,
	/** uint32 socket, uint8 SocketOptions */
	Configure,
	/** uint32 socket, bytes */
	Write,
	/** The program has read bytes: uint32 socket, uint32 count */
	Consumed,
	/** uint32 socket, uint8 1 if there are unread bytes */
	Close,
	/** uint32 listener */
	CloseListener,
	/** uint32 request, string host name */
	Resolve,
	/** The machine has aborted: string reason */
	Abort,
	/** End a session of TLS: uint32 session */
	TlsClose,
}

/** Socket options, as bits. */
export enum SocketOptions {
	/** Send small segments at once. */
	NoDelay = 1,
	/** Delay small segments (Nagle's algorithm). */
	Delay = 2,
	/** The program has an onWritable callback. */
	Writable = 4,
}

/** Blocking queries, from machine to simulator: bytes of the query, then the pending operations. */
export enum Query {
	/** uint32 listener, string address, uint16 port; answer: uint8 1 and uint16 port, or uint8 0 */
	Listen = 1,
	/** float64 milliseconds; the empty answer comes after that time */
	Delay,
	/** no parameters; answer: uint32, random */
	Random,
	/** uint32 session, string settings as JSON; answer: string message of an exception, or "" */
	TlsOpen,
	/**
	 * uint32 session, bytes of a received record, bytes to send; answer: string message of an exception or "", uint8 1
	 * once the handshake is complete, uint8 1 once TLS has ended, bytes of records to send, decrypted bytes
	 */
	TlsExchange,
}
