import { CloseCode } from "../rfc6455/closecode.js";
import { type ConnectionCore, keyOption } from "./connectioncore.js";
import type { Counters } from "./counters.js";
import { Emitter } from "./emitter.js";
import type { Failure } from "./failure.js";
import type { Fate } from "./fates.js";
import { rawOptions } from "./options.js";

/** Result of send(). */
export type SendOutcome =
	/** Written to the socket. */
	| "sent"
	/** Added to the send queue. */
	| "queued"
	/** Not accepted. */
	| "discarded";

/** How one message is sent. */
export interface SendOptions {
	/** True for a binary message, false for text. Default: as `sendType` says. */
	readonly binary?: boolean | null;
	/**
	 * 1 to 126 bytes of UTF-8, which the send queue stores, too. Replaces the message that waits there under the same key, in
	 * its place, so that only the latest value is sent. A message of which a part was sent is not replaced. Default none.
	 */
	readonly key?: string | null;
	/**
	 * Called once if send() returns "queued", in a later turn: with "sent" when the whole message was handed to the socket,
	 * with "lost" when it will not be, because of close() or `overflow: "drop-oldest"`, or with "replaced" when a newer one
	 * with the same `key` has taken its place. A lost connection alone loses no message of a Client. Not called for other
	 * results of send(). Each message that waits with a callback takes two array elements.
	 */
	readonly onSettled?: ((fate: Fate) => void) | null;
}

/** The events of Client and Socket alike, with the arguments of each. */
export type ConnectionEvents = {
	/** The connection is open. */
	open: [];
	/** A message: its value, decoded as `receiveType` says, and whether it arrived as a binary one. */
	message: [message: unknown, info: { readonly binary: boolean }];
	/** A connection that was open has ended: the code and the reason of RFC 6455 sections 7.1.5 and 7.1.6. */
	close: [code: number, reason: string];
	/**
	 * Human-readable description of the error; and, of a Client that cannot connect or has `reconnect`, what is known
	 * about the failed attempt or connection.
	 */
	error: [message: string, failure?: Failure];
	/** The send queue is empty again, after messages have waited in it or were discarded. */
	drain: [];
};

// Constants of the module: XS copies a literal each time it is evaluated.
const sent: SendOutcome = "sent";
const queued: SendOutcome = "queued";
const discarded: SendOutcome = "discarded";

/** The public members that Client and Socket share. */
export abstract class Connection<Events extends ConnectionEvents = ConnectionEvents> extends Emitter<Events> {
	/** @internal */
	declare protected readonly core: ConnectionCore;

	/**
	 * Sends a message, or adds it to the send queue until it can be sent.
	 * @param data A value that `sendType` can encode: for JSON anything that JSON.stringify() accepts, for text a
	 *   string, a number, a boolean, a bigint or null, for binary types an ArrayBuffer, a view, or a string, which is sent
	 *   as UTF-8.
	 * @throws TypeError or RangeError when the value cannot be encoded, or an option is wrong; nothing has changed then.
	 */
	send(data: unknown, options?: SendOptions): SendOutcome {
		const core = this.core;
		const type = options ? core.typeFor(data, options) : core.settings.sendType;
		const binary = type.binary;
		const message = type.encode(data);
		const channel = core.channel;
		if (!core.waiting && channel) {
			const length = channel.writer.write(message, binary, false);
			if (length >= 0) {
				core.sent++;
				core.bytesSent += length;
				return sent;
			}
		}
		if (!core.mayWait) {
			core.discard();
			return discarded;
		}
		if (!options) return core.wait(message, binary) < 0 ? discarded : queued;
		const number = core.wait(message, binary, keyOption(rawOptions(options)));
		if (number < 0) return discarded;
		if (options.onSettled) core.watch(options.onSettled, number);
		return queued;
	}

	/** Returns whether messages can be exchanged now. */
	isOpen(): boolean {
		return this.core.isOpen;
	}

	/**
	 * Bytes of the messages that wait in the send queue, as encoded, without the headers and keys of queue and frames. A part
	 * that was handed to the socket does not count, unless the connection is lost before the rest has followed. What the
	 * socket keeps until the peer acknowledges it is not known. 0 after close().
	 */
	get bufferedAmount(): number {
		return this.core.bufferedAmount;
	}

	/** Counts of the messages so far. */
	get counters(): Counters {
		return this.core.counters;
	}

	/**
	 * Closes the connection with a closing handshake. Messages that wait are lost, and counted as such.
	 * @param code 1000 (default), another one of RFC 6455 section 7.4 that may be sent, or 3000 to 4999.
	 * @param reason Text for the peer, at most 123 bytes in UTF-8; the rest is cut off.
	 * @throws TypeError when the code is not a number or the reason not a string, RangeError when the code may not be
	 *   sent. The connection stays as it is then.
	 */
	close(code: number = CloseCode.normal, reason = ""): void {
		this.core.close(code, reason);
	}
}
