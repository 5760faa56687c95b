import type { Channel } from "../channel/contract.js";
import type { Connection } from "../websocket/connection.js";
import type { ChunkListener, ConnectionCore } from "../websocket/connectioncore.js";
import { traceException } from "../websocket/listeners.js";

/** Place of a chunk in its message. */
export interface ChunkInfo {
	/** True for the first chunk of a message. */
	readonly first: boolean;
	/** True for the last chunk of a message, which may be empty. */
	readonly last: boolean;
}

/** Called for each chunk, with the connection as `this`. A promise that it returns pauses receiving. */
export type ChunkCallback = (bytes: ArrayBuffer, info: ChunkInfo) => unknown;

type Then = (onResolved: () => void, onRejected: (error: unknown) => void) => unknown;

// Constants of the module: a literal for each chunk would be garbage.
const only: ChunkInfo = Object.freeze({ first: true, last: true });
const start: ChunkInfo = Object.freeze({ first: true, last: false });
const middle: ChunkInfo = Object.freeze({ first: false, last: false });
const end: ChunkInfo = Object.freeze({ first: false, last: true });

/** Close code of RFC 6455 section 7.4.1. A number, because an import would add a module. */
const internalError = 1011;

const unsupported =
	"receiveChunks() cannot pause the SDK's native engine: include manifest.json, not manifest_native.json";

/** Receives the binary messages of a connection in chunks, in place of its `message` event. */
export class ChunkReceiver implements ChunkListener {
	private readonly connection: Connection;
	private readonly core: ConnectionCore;
	private readonly callback: ChunkCallback;
	/** The channel whose last chunk was not the last one of its message. */
	private unfinished: Channel | undefined;
	/** True if the rest of that message is dropped. */
	private drops: boolean;
	/** The channel that is paused. */
	private paused: Channel | undefined;

	/** @throws Error when the connection is open on an engine that cannot pause. */
	constructor(connection: Connection, core: ConnectionCore, callback: ChunkCallback) {
		if (core.isOpen && !core.channel?.pause) throw new Error(unsupported);
		this.connection = connection;
		this.core = core;
		this.callback = callback;
		this.unfinished = undefined;
		this.drops = false;
		this.paused = undefined;
	}

	/** True while a promise pauses the present connection. */
	get isPaused(): boolean {
		return this.paused !== undefined && this.paused === this.core.channel;
	}

	/**
	 * Takes over from a former receiver, or from none. The methods of this one object are replaced, so that a connection
	 * without chunks does not test for them.
	 */
	start(former: ChunkReceiver | undefined): void {
		const { core } = this;
		this.unfinished = former?.unfinished;
		this.drops = former?.drops ?? false;
		this.paused = former?.paused;
		const { onMessage } = core;
		core.chunks = this;
		core.onPiece = (bytes, _binary, last) => this.onChunk(bytes, last);
		// Not by assignment: a method of a preloaded class is read-only.
		Object.defineProperty(core, "onMessage", {
			configurable: true,
			value: (data: ArrayBuffer | string | undefined, count: number, binary: boolean): void => {
				if (binary && this.takes(data)) this.onChunk(data as ArrayBuffer, true);
				else onMessage.call(core, data, count, binary);
			},
		});
	}

	/** Another receiver takes over. */
	stop(): void {
		const { core } = this;
		delete core.onPiece;
		delete (core as { onMessage?: unknown }).onMessage;
	}

	/**
	 * Binary messages are emitted again. A promise that is pending still pauses receiving. Of an unfinished message the rest is
	 * dropped, also if a receiver follows before its end.
	 */
	end(): void {
		const { core } = this;
		const { onPiece } = core;
		this.stop();
		this.drops = true;
		// Messages that start now are collected, and those of the next connection.
		Object.defineProperty(core, "onPiece", {
			configurable: true,
			get: () => (this.unfinished && this.unfinished === core.channel ? onPiece : undefined),
		});
	}

	/** Returns false for a message that was collected, because it had started before this receiver did. */
	private takes(data: unknown): boolean {
		if (data) return true;
		const { core } = this;
		if (core.channel?.pause) return false;
		core.giveUp(internalError, unsupported);
		return false;
	}

	private onChunk(bytes: ArrayBuffer, last: boolean): void {
		const { core, unfinished } = this;
		const { channel } = core;
		core.onActivity();
		if (!core.isOpen || !channel) return;
		this.unfinished = last ? undefined : channel;
		const first = unfinished !== channel;
		if (first) this.drops = false;
		else if (this.drops) return;
		core.bytesReceived += bytes.byteLength;
		if (last) core.received++;
		let info = last ? end : middle;
		if (first) info = last ? only : start;
		try {
			const result = this.callback.call(this.connection, bytes, info) as { readonly then?: Then } | undefined;
			if (typeof result?.then === "function") this.pause(channel, result as { readonly then: Then });
		} catch (error) {
			this.fail(channel, error);
		}
	}

	private pause(channel: Channel, result: { readonly then: Then }): void {
		// The listener may have put another one in its place.
		(this.core.chunks as ChunkReceiver).paused = channel;
		channel.pause?.();
		result.then(
			() => this.resume(channel),
			(error) => {
				this.fail(channel, error);
				this.resume(channel);
			},
		);
	}

	private resume(channel: Channel): void {
		// A receiver that has taken over has the same state.
		const receiver = this.core.chunks as ChunkReceiver;
		if (receiver.paused !== channel) return;
		receiver.paused = undefined;
		channel.resume?.();
	}

	/** The app has not taken a chunk: its message has a hole, so the connection is closed with 1011. */
	private fail(channel: Channel, error: unknown): void {
		traceException("chunk", error);
		if (this.core.channel === channel)
			this.core.giveUp(internalError, "a chunk of a binary message could not be processed");
	}
}
