/** Attacks by messages that are longer than the memory of a device. */

import { opcodes } from "../../support/frames.js";
import type { Attack, Field } from "../attack.js";
import type { Peer } from "../peer.js";
import { type Play, server } from "./make.js";

/** Milliseconds that the device may take for a megabyte: the SDK's simulator is slow. */
const patience = 60_000;
const megabyte = new Uint8Array(1_000_000).fill(99);
/** The answer of the device to a message of this length. */
const received = `{"length":${megabyte.length}}`;
/** Requests a message of a megabyte from the device. */
const order = `{"send":${megabyte.length}}`;

export function chunkAttacks(): Attack[] {
	return [
		chunked("1 MB in one frame", (field, peer) => sends(field, peer, [frame(peer)])),
		chunked("1 MB in fragments of 125 bytes", (field, peer) => sends(field, peer, fragments(peer, 125))),
		chunked("2 GB are announced, 100 KB arrive", async (field, peer) => {
			peer.write(frame(peer, megabyte.subarray(0, 100_000), 2 ** 31));
			await field.pass(1000);
		}),
		chunked("1 MB, and 1 MB back, at once", async (field, peer) => {
			peer.send(order);
			await sends(field, peer, [frame(peer)], 2);
		}),
		chunked("1 MB to peers that do not read", async (field, peer) => {
			peer.raw.socket.pause();
			peer.send(order);
			await field.pass(1000);
		}),
		chunked("1000 messages of 1 MB to peers that do not read", async (field, peer) => {
			peer.raw.socket.pause();
			for (let count = 0; count < 1000; count++) peer.send(order);
			await field.pass(1000);
		}),
		server(
			"chunks: 60 connections that break in a message",
			async (field) => {
				for (let count = 0; count < 20; count++) {
					const peer = await field.open();
					peer?.write(frame(peer, megabyte.subarray(0, 10_000), megabyte.length));
					peer?.send(order);
					await field.pass(0);
					peer?.destroy();
				}
			},
			{ peers: 3, setting },
		),
	];
}

const setting = { program: "chunks", type: "" } as const;

/** An attack by as many peers as have room beside the honest one. */
function chunked(name: string, play: (field: Field, peer: Peer) => Promise<void>): Attack {
	const withPeer: Play = async (field) => {
		const peer = await field.open();
		if (!peer) return;
		await play(field, peer);
		field.note(peer);
	};
	return server(`chunks: ${name}`, withPeer, { peers: 3, setting });
}

/** Sends a megabyte, and checks that the device has received it. */
async function sends(field: Field, peer: Peer, frames: Iterable<Uint8Array>, replies = 1): Promise<void> {
	const texts: string[] = [];
	for (const each of frames) peer.write(each);
	for (let count = 1; count <= replies; count++) {
		await field.until(() => peer.replies >= count || peer.closed || peer.ended, patience);
		texts.push(peer.text);
	}
	if (!texts.includes(received))
		throw new Error(`1 MB was answered with ${peer.text.slice(0, 100) || peer.outcomes.join(", ")}`);
}

function frame(peer: Peer, payload = megabyte, length = payload.length): Buffer {
	return peer.frame(opcodes.binary, payload, { length });
}

function* fragments(peer: Peer, size: number): Iterable<Buffer> {
	const { length } = megabyte;
	for (let start = 0; start < length; start += size)
		yield peer.frame(start ? opcodes.continuation : opcodes.binary, megabyte.subarray(start, start + size), {
			fin: start + size >= length,
		});
}
