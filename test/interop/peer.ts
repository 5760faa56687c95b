/** One end of a WebSocket, played by a peer that is another program. */
export interface Peer {
	/** The subprotocol that was agreed on; empty for none. */
	readonly protocol: string;
	/** Sends a text message or a binary one. */
	send(message: string | Buffer): Promise<void>;
	/** The next message that comes. */
	message(): Promise<string | Buffer>;
	/** Begins the closing handshake, without a code where none is given. */
	close(code?: number, reason?: string): Promise<void>;
	/** The code and the reason the connection has ended with, when it has. */
	closed(): Promise<Ending>;
}

export interface Ending {
	code: number;
	reason: string;
}

/** What a peer is to be like. */
export interface PeerOptions {
	/** Subprotocols: those a client offers or a server speaks. */
	protocols?: readonly string[];
}

/** A message on its way to or from the other program, as JSON. */
export type WireMessage = string | { base64: string };

export function toWire(message: string | Buffer): WireMessage {
	return typeof message === "string" ? message : { base64: message.toString("base64") };
}

export function fromWire(message: WireMessage): string | Buffer {
	return typeof message === "string" ? message : Buffer.from(message.base64, "base64");
}
