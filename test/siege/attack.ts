/** Attacks, and the objects that they use. */

import { setTimeout as delay } from "node:timers/promises";
import { opcodes } from "../support/frames.js";
import { acceptingResponse } from "../support/handshake.js";
import { RawConnection } from "../support/rawconnection.js";
import type { RawServer } from "../support/rawserver.js";
import type { Setting } from "./device/program.js";
import { Peer } from "./peer.js";
import type { Besieged } from "./target/target.js";

export type Role = "server" | "client";

export interface Attack {
	/** Begins with the kind of attack and a colon. */
	name: string;
	/** Role of the device. */
	role: Role;
	/** Number of simultaneous hostile peers. */
	peers: number;
	/** The device program and the MIME type of its messages. */
	setting: Pick<Setting, "program" | "type">;
	/**
	 * When the honest peer connects: before the attack or during it. "peers": there is no other honest peer,
	 * because the attacking peers themselves must be served.
	 */
	honest: "before" | "during" | "peers";
	/** Performs the attack of one hostile peer. */
	play(field: Field): Promise<void>;
}

/** Milliseconds to wait for an expected answer. */
const answerTimeout = 10_000;
/** Milliseconds to wait if no answer is required. */
const grace = 400;
/** Milliseconds during which a peer tries to connect. */
const connectPeriod = 1000;
const interval = 10;

/** Gives the attack of one peer access to the device, and collects its outcomes. */
export class Field {
	readonly role: Role;
	readonly outcomes = new Set<string>();
	/** Current step, to report where the device ended. */
	stage = "";
	readonly #device: Besieged;
	readonly #server: RawServer | undefined;
	readonly #peers: Peer[] = [];
	#ended = false;
	#finished = false;

	/** @param server the server that the device's Client connects to */
	constructor(role: Role, device: Besieged, server: RawServer | undefined) {
		this.role = role;
		this.#device = device;
		this.#server = server;
		void device.exited.then(() => {
			this.#ended = true;
		});
	}

	/** Opens a TCP connection with the device. From a Client, the request is read. */
	async connect(): Promise<{ peer: Peer; accept: string }> {
		if (this.#server) {
			const raw = await this.#server.connection();
			const { accept } = await raw.readRequest();
			return { peer: this.#add(new Peer(raw, false, false)), accept };
		}
		const raw = await RawConnection.connect(await this.#device.port);
		return { peer: this.#add(new Peer(raw, true, false)), accept: "" };
	}

	/** Opens a WebSocket with the device; undefined if that fails. */
	async open(): Promise<Peer | undefined> {
		for (const end = Date.now() + connectPeriod; !this.#ended && Date.now() < end; await delay(100)) {
			const { peer, accept } = await this.connect();
			if (this.#server) {
				peer.write(acceptingResponse(accept));
				peer.upgraded();
				return peer;
			}
			try {
				await peer.raw.upgrade();
				peer.upgraded();
				return peer;
			} catch {
				peer.leave();
			}
		}
		this.outcomes.add("not accepted");
		return undefined;
	}

	/** Sends messages, each on an open connection, and waits for the outcome of each. */
	async messages(payloads: readonly [name: string, payload: string | Uint8Array][]): Promise<void> {
		let peer: Peer | undefined;
		for (const [name, payload] of payloads) {
			if (!peer || peer.ended || peer.closed) peer = await this.open();
			if (!peer || this.#ended) return;
			this.stage = name;
			const { replies } = peer;
			peer.send(payload);
			await this.settled(peer, replies + 1);
			await this.#device.sample();
			this.note(peer);
		}
		peer?.leave();
	}

	/** Waits until the device has sent `replies` messages or ended the connection. */
	async settled(peer: Peer, replies: number): Promise<void> {
		await this.until(() => peer.replies >= replies || peer.closed || peer.ended);
	}

	/** Waits until a condition holds, but not longer than `longest`. */
	async until(condition: () => boolean, longest = answerTimeout): Promise<void> {
		for (const end = Date.now() + longest; !condition() && !this.#ended && Date.now() < end; )
			await delay(interval);
	}

	/** Gives the device time to process input that has no observable answer. */
	async pass(milliseconds = grace): Promise<void> {
		await this.until(() => false, milliseconds);
		await this.#device.sample();
	}

	note(peer: Peer): void {
		for (const outcome of peer.outcomes) this.outcomes.add(outcome);
	}

	/** Collects the outcomes of all peers and disconnects them. */
	finish(): void {
		if (this.#finished) return;
		this.#finished = true;
		for (const peer of this.#peers) {
			this.note(peer);
			peer.leave();
		}
		if (this.outcomes.size > 1) this.outcomes.delete("open");
	}

	destroy(): void {
		for (const peer of this.#peers) peer.destroy();
	}

	#add(peer: Peer): Peer {
		this.#peers.push(peer);
		return peer;
	}
}

/** Makes a text or binary message in fragments of `size` bytes. With `open` the final fragment is missing. */
export function fragments(peer: Peer, payload: string | Uint8Array, size: number, open = false): Buffer {
	const bytes = Buffer.from(payload as string);
	const parts: Buffer[] = [];
	for (let at = 0; at < bytes.length; at += size) {
		const opcode =
			at > 0 ? opcodes.continuation : typeof payload === "string" ? opcodes.text : opcodes.binary;
		const fin = !open && at + size >= bytes.length;
		parts.push(peer.frame(opcode, bytes.subarray(at, at + size), { fin }));
	}
	return Buffer.concat(parts);
}
