/** What an attack is, and what it is played with. */

import { setTimeout as delay } from "node:timers/promises";
import { opcodes } from "../support/frames.js";
import { RawConnection } from "../support/rawconnection.js";
import type { RawServer } from "../support/rawserver.js";
import type { Setting } from "./device/program.js";
import { Peer } from "./peer.js";
import type { Besieged } from "./target/target.js";

export type Role = "server" | "client";

export interface Attack {
	/** Begins with its kind, a colon behind it. */
	name: string;
	/** What side the device is. */
	role: Role;
	/** Hostile peers at the same time. */
	peers: number;
	/** The program and the MIME type of its messages. */
	setting: Pick<Setting, "program" | "type">;
	/**
	 * When the honest peer comes: before the attack, or while it goes on. "peers": there is none besides, for the
	 * attacking peers themselves are served.
	 */
	honest: "before" | "during" | "peers";
	/** What each hostile peer does. */
	play(field: Field): Promise<void>;
}

/** How long a peer that waits for the device's answer waits. Milliseconds. */
const patience = 10_000;
/** How long it waits where the device owes no answer. */
const grace = 400;
/** How long a peer asks to be let in. */
const knocking = 1000;
const interval = 10;

/** Where a hostile peer meets the device. */
export class Field {
	readonly role: Role;
	readonly outcomes = new Set<string>();
	/** The payload that is being sent, for a report of the device's end. */
	stage = "";
	readonly #device: Besieged;
	readonly #server: RawServer | undefined;
	readonly #peers: Peer[] = [];
	#ended = false;
	#finished = false;

	/** @param server what the device's Client connects to */
	constructor(role: Role, device: Besieged, server: RawServer | undefined) {
		this.role = role;
		this.#device = device;
		this.#server = server;
		void device.exited.then(() => {
			this.#ended = true;
		});
	}

	/** A TCP connection with the device, nothing sent yet; from its Client the request is read. */
	async connect(): Promise<{ peer: Peer; accept: string }> {
		if (this.#server) {
			const raw = await this.#server.connection();
			const { accept } = await raw.readRequest();
			return { peer: this.#add(new Peer(raw, false, false)), accept };
		}
		const raw = await RawConnection.connect(await this.#device.port);
		return { peer: this.#add(new Peer(raw, true, false)), accept: "" };
	}

	/** An open WebSocket with the device; undefined when there is none to be had. */
	async open(): Promise<Peer | undefined> {
		for (const end = Date.now() + knocking; !this.#ended && Date.now() < end; await delay(100)) {
			const { peer, accept } = await this.connect();
			if (this.#server) {
				peer.write(grant(accept));
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
		this.outcomes.add("not let in");
		return undefined;
	}

	/** Sends messages, each on an open connection, and waits for what comes of each. */
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

	/** Waits until the device has sent so many messages, or ended the connection. */
	async settled(peer: Peer, replies: number): Promise<void> {
		await this.until(() => peer.replies >= replies || peer.closed || peer.ended);
	}

	/** Waits, but not without end. */
	async until(come: () => boolean, longest = patience): Promise<void> {
		for (const end = Date.now() + longest; !come() && !this.#ended && Date.now() < end; )
			await delay(interval);
	}

	/** Gives the device time for what it answers by nothing that a peer can wait for. */
	async pass(milliseconds = grace): Promise<void> {
		await this.until(() => false, milliseconds);
		await this.#device.sample();
	}

	note(peer: Peer): void {
		for (const outcome of peer.outcomes) this.outcomes.add(outcome);
	}

	/** Notes what has come of all peers, and has them leave. */
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

/** A response that grants. */
export function grant(accept: string, fields = ""): string {
	return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${fields}\r\n`;
}

/** A request that is granted but for what `fields` make of it. */
export function request(path = "/", fields = ""): string {
	return `GET ${path} HTTP/1.1\r\nHost: device\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${fields}\r\n`;
}

/** The frames of a text or binary message in fragments of so many bytes, the last one without an end if `open`. */
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
