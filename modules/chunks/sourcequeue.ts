import type { Channel } from "../channel/contract.js";
import type { ConnectionCore } from "../websocket/connectioncore.js";
import type { Sources } from "../websocket/outgoing.js";
import type { PacedSource, SourceOwner } from "./source.js";

/** Series.started of modules/websocket/outgoing.ts. A number, because an import would add modules. */
const seriesStarted = 1;

/** Most messages that wait. A source takes memory beside the send queue: a generator a kilobyte. */
const mostWaiting = 4;

/** The messages from sources that wait in the send queue of a connection, and the one that is being sent. */
export class SourceQueue implements Sources, SourceOwner {
	readonly core: ConnectionCore;
	/** Those whose markers wait in the send queue. */
	private waiting: PacedSource[];
	/** The one that is being sent. Its marker has left the send queue, as a message that may be discarded there. */
	private current: PacedSource | undefined;

	constructor(core: ConnectionCore) {
		this.core = core;
		this.waiting = [];
		this.current = undefined;
	}

	/** Adds a message to the send queue. Returns false if it is discarded. */
	add(source: PacedSource): boolean {
		const { core } = this;
		const { queue } = core;
		core.series ||= seriesStarted;
		if (queue.capacity < 0) {
			core.discardFor(`the send queue takes no message: sendQueueSize is ${queue.size}`);
			return false;
		}
		if (this.waiting.length === mostWaiting) {
			core.discardFor(
				`${mostWaiting} messages from sources wait already; send the next one when onSettled of one is called`,
			);
			return false;
		}
		core.sources = this;
		while (queue.push("", source.binary, null) < 0) if (!core.dropOldest()) return false;
		this.waiting.push(source);
		core.waiting++;
		return true;
	}

	send(channel: Channel): boolean | undefined {
		const { core } = this;
		if (!core.parted && core.queue.isMarker) {
			const next = this.removeMarker() as PacedSource;
			this.current = next;
			core.parted = { bytes: new Uint8Array(0), binary: next.binary, offset: 0 };
		}
		const { current } = this;
		if (!current) return undefined;
		if (!current.send(channel)) return false;
		if (!current.isComplete) return true;
		this.takeCurrent();
		core.sent++;
		core.bytesSent += current.length;
		return true;
	}

	removeFirst(): void {
		const { queue } = this.core;
		if (queue.isMarker) this.removeMarker()?.end();
		else queue.removeFirst();
	}

	restart(): void {
		if (this.current?.isStarted) this.loseCurrent();
	}

	clear(): void {
		const { current, waiting } = this;
		this.current = undefined;
		this.waiting = [];
		current?.end();
		waiting.forEach((source) => {
			source.end();
		});
	}

	loseCurrent(): void {
		const { core } = this;
		core.fates?.discardOldest(core.sent + core.lost, false);
		core.lost++;
		this.takeCurrent()?.end();
	}

	private takeCurrent(): PacedSource | undefined {
		const { core, current } = this;
		this.current = undefined;
		core.parted = undefined;
		core.waiting--;
		return current;
	}

	private removeMarker(): PacedSource | undefined {
		this.core.queue.removeFirst();
		return this.waiting.splice(0, 1)[0];
	}
}
