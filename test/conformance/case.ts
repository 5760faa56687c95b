/** Types of the conformance cases, which are data, and functions to write them. */

import type { RemoteClient, RemoteSocket } from "../device/driver/remote.js";
import type { Step } from "../device/protocol.js";
import { closePayload, type FrameOptions, frame, opcodes } from "../support/frames.js";
import type { Role } from "./strictpeer.js";

/** Bytes that the peer sends; `mask` is true if the device is the server. */
export type Part = (mask: boolean) => Buffer;

/** A connection on the device. */
export type Connection = RemoteClient | RemoteSocket;

/** What the device must send. */
export type Answer =
	| { kind: "text"; text: string }
	| { kind: "binary"; bytes: Buffer }
	/** Section 5.5.3: only the newest of several pings requires a pong. */
	| { kind: "pong"; bytes: Buffer }
	| { kind: "close"; code: number | undefined; reason?: string };

/** One move of a case. */
export type Move =
	| { do: "send"; parts: Part[] }
	| { do: "expect"; answers: Answer[]; anyOrder: boolean }
	| { do: "device"; steps: (connection: Connection) => Step[] }
	/** The peer stops or resumes reading. */
	| { do: "pause" | "resume" }
	/** All masking keys received so far must differ. */
	| { do: "compare keys" };

/** How the connection must end. */
export type Ending =
	/** The connection still works: an empty message is exchanged, then the peer closes. */
	| { kind: "open" }
	/**
	 * The device fails the connection with this code and ends the TCP connection, even if the peer does not (`alone`).
	 * With `closeSent`, it has sent its close frame before.
	 */
	| { kind: "failed"; code: number; alone: boolean; closeSent: boolean }
	/** Close frames were exchanged: the device reports `code` and `reason`; a server ends the TCP connection first. */
	| { kind: "closed"; code: number; reason: string; alone: boolean }
	/** The peer ends the TCP connection without a close frame. */
	| { kind: "lost" }
	/** The device ends the TCP connection because its close frame is not answered. */
	| { kind: "given up" };

interface About {
	/** Section of RFC 6455, unless another RFC is named. */
	section: string;
	/** The required behavior, in a sentence. */
	title: string;
	/** Roles of the device that the case applies to. Default: both. */
	roles?: readonly Role[];
	/** Options of the device's Client or Server. */
	options?: object;
}

/** A case about frames: it starts when the WebSocket is open. */
export interface FrameCase extends About {
	/** The device receives and sends bytes instead of strings. */
	bytes?: boolean;
	/** False if the device must not echo messages. */
	echo?: boolean;
	moves: Move[];
	/** Messages that the device must report: text as a string, bytes as a Buffer. */
	messages: (string | Buffer)[];
	ending: Ending;
}

/** A case about a request to the device's server. */
export interface RequestCase extends About {
	/** The request and the following data, one character per byte. `path` is the target, unless the case sets another. */
	request: (path: string) => string;
	/** A 100 response must precede the answer. */
	continues?: true;
	/** The status of the answer. */
	status: number;
	/** Patterns that the head of the answer must match, and must not match. */
	answer?: readonly RegExp[];
	answerNot?: readonly RegExp[];
	/** With status 101: moves after the opening handshake. */
	moves?: Move[];
	messages?: string[];
}

/** A case about the response to the device's client. */
export interface ResponseCase extends About {
	/** Patterns that the request must match, and must not match. */
	request?: readonly RegExp[];
	requestNot?: readonly RegExp[];
	/** The response and following data, one character per byte. */
	response: (accept: string, request: string) => string;
	/** Whether the WebSocket opens; otherwise the attempt fails and the TCP connection ends. */
	opens: boolean;
	/** With `opens`: moves after the opening handshake. */
	moves?: Move[];
	messages?: string[];
}

export type Case =
	| ({ about: "frames" } & FrameCase)
	| ({ about: "request" } & RequestCase)
	| ({ about: "response" } & ResponseCase);

export const text = (payload: string | Uint8Array = "", options?: FrameOptions): Part => {
	return (mask) => frame(opcodes.text, payload, { mask, ...options });
};
export const binary = (payload: string | Uint8Array = "", options?: FrameOptions): Part => {
	return (mask) => frame(opcodes.binary, payload, { mask, ...options });
};
export const continuation = (payload: string | Uint8Array = "", options?: FrameOptions): Part => {
	return (mask) => frame(opcodes.continuation, payload, { mask, ...options });
};
export const ping = (payload: string | Uint8Array = "", options?: FrameOptions): Part => {
	return (mask) => frame(opcodes.ping, payload, { mask, ...options });
};
export const pong = (payload: string | Uint8Array = "", options?: FrameOptions): Part => {
	return (mask) => frame(opcodes.pong, payload, { mask, ...options });
};
export const anyFrame = (opcode: number, payload: string | Uint8Array = "", options?: FrameOptions): Part => {
	return (mask) => frame(opcode, payload, { mask, ...options });
};
/** Returns a close frame with a code and a reason, or with any payload. */
export const close = (code?: number | Uint8Array, reason = "", options?: FrameOptions): Part => {
	const payload = typeof code === "number" ? closePayload(code, reason) : code;
	return (mask) => frame(opcodes.close, payload, { mask, ...options });
};
/** Returns the first bytes of a part. */
export const cut = (part: Part, length: number): Part => {
	return (mask) => part(mask).subarray(0, length);
};
/** Returns a frame header with the given bytes as its length field. */
export const header = (opcode: number, length: string, options: { fin?: boolean } = {}): Part => {
	return (mask) => {
		const bytes = Buffer.from(length.replaceAll(" ", ""), "hex");
		if (mask) bytes[0] = (bytes[0] as number) | 0x80;
		const first = (options.fin === false ? 0 : 0x80) | opcode;
		return Buffer.concat([Buffer.of(first), bytes, mask ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0)]);
	};
};

export const sends = (...parts: Part[]): Move => ({ do: "send", parts });
export const answers = (...list: Answer[]): Move => ({ do: "expect", answers: list, anyOrder: false });
export const answersInAnyOrder = (...list: Answer[]): Move => ({
	do: "expect",
	answers: list,
	anyOrder: true,
});
export const device = (steps: (connection: Connection) => Step[]): Move => ({ do: "device", steps });

export const aText = (content: string): Answer => ({ kind: "text", text: content });
export const aBinary = (bytes: Uint8Array): Answer => ({ kind: "binary", bytes: Buffer.from(bytes) });
export const aPong = (bytes: string | Uint8Array): Answer => ({
	kind: "pong",
	bytes: Buffer.from(bytes as string),
});
export const aClose = (code?: number, reason?: string): Answer => ({
	kind: "close",
	code,
	...(reason !== undefined && { reason }),
});

export const open: Ending = { kind: "open" };
/** `alone`: the device ends the TCP connection although the peer does not. */
export const fails = (code: number, alone = false): Ending => ({
	kind: "failed",
	code,
	alone,
	closeSent: false,
});
export const closes = (code: number, reason = ""): Ending => ({ kind: "closed", code, reason, alone: false });
