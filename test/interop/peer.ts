/** A WebSocket peer that is another program. */
export interface Peer {
	/** Negotiated subprotocol; empty if none. */
	readonly protocol: string;
	/** Sends a text or binary message. */
	send(message: string | Buffer): Promise<void>;
	/** Resolves with the next message. */
	message(): Promise<string | Buffer>;
	/** Starts the closing handshake; without a code if none is given. */
	close(code?: number, reason?: string): Promise<void>;
	/** Resolves with the close code and reason when the connection has ended. */
	closed(): Promise<Ending>;
}

export interface Ending {
	code: number;
	reason: string;
}

/** Options of a peer. */
export interface PeerOptions {
	/** Subprotocols that a client offers or a server supports. */
	protocols?: readonly string[];
	/** A file with certificate, chain and key in PEM: the server uses TLS. Only Python's `websockets`. */
	certificate?: string;
}

/** A message in JSON, as exchanged with the other program. */
export type WireMessage = string | { base64: string };

export function toWire(message: string | Buffer): WireMessage {
	return typeof message === "string" ? message : { base64: message.toString("base64") };
}

export function fromWire(message: WireMessage): string | Buffer {
	return typeof message === "string" ? message : Buffer.from(message.base64, "base64");
}
