/** Attacks by frames: unfinished messages, floods and violations. */

import { closePayload, opcodes } from "../../support/frames.js";
import { type Attack, type Field, fragments } from "../attack.js";
import type { Peer } from "../peer.js";
import { times } from "../shapes.js";
import { binary, everywhere, json, server, text } from "./make.js";

/** Sizes of messages that are never completed. */
const unfinishedSizes = [4000, 16000];

export function framingAttacks(): Attack[] {
	const attacks: Attack[] = [];
	for (const [name, setting, payload] of [
		["text", text, (size: number) => times("x", size)],
		["JSON", json, (size: number) => `"${times("x", size - 2)}"`],
		["two-byte text", text, (size: number) => times("é", size / 2)],
		["binary", binary, (size: number) => Buffer.alloc(size)],
	] as const)
		attacks.push(
			...everywhere(
				`one-byte fragments: ${name}`,
				async (field) => {
					for (const size of [1000, 4000, 16384]) {
						const peer = await field.open();
						if (!peer) return;
						field.stage = `${size} bytes`;
						peer.write(fragments(peer, payload(size), 1));
						await field.settled(peer, 1);
						await field.pass(0);
						field.note(peer);
						peer.leave();
					}
				},
				{ setting },
			),
		);
	for (const size of unfinishedSizes) {
		attacks.push(
			...everywhere(`unfinished: fragments without end, ${size} bytes of text`, async (field) => {
				const peer = await field.open();
				if (peer) peer.write(fragments(peer, times("x", size), 1000, true));
				await field.pass(1000);
			}),
			...everywhere(`unfinished: fragments without end, ${size} bytes of binary`, async (field) => {
				const peer = await field.open();
				if (peer) peer.write(fragments(peer, Buffer.alloc(size), 1000, true));
				await field.pass(1000);
			}),
			...everywhere(`unfinished: a frame of ${size} bytes, all but the last one`, async (field) => {
				const peer = await field.open();
				if (peer) peer.write(peer.frame(opcodes.text, times("x", size)).subarray(0, -1));
				await field.pass(1000);
			}),
			...everywhere(`unfinished: a frame of ${size} bytes is announced`, async (field) => {
				const peer = await field.open();
				if (peer) peer.write(peer.frame(opcodes.binary, "", { length: size }));
				await field.pass();
			}),
		);
	}
	attacks.push(
		...everywhere("floods: a frame of 2^40 bytes is announced", async (field) => {
			const peer = await field.open();
			peer?.write(peer.frame(opcodes.binary, Buffer.alloc(8000), { length: 2 ** 40 }));
			await field.pass();
		}),
		...everywhere("floods: 20000 empty fragments", async (field) => {
			const peer = await field.open();
			if (!peer) return;
			peer.write(peer.frame(opcodes.text, '"', { fin: false }));
			peer.write(repeated(peer.frame(opcodes.continuation, "", { fin: false }), 20000));
			peer.write(peer.frame(opcodes.continuation, '"'));
			await field.settled(peer, 1);
		}),
		...everywhere("floods: 2000 pings with reading of the pongs", (field) => flood(field, ping, 2000, true)),
		...everywhere("floods: 2000 pings without reading of the pongs", (field) =>
			flood(field, ping, 2000, false),
		),
		...everywhere("floods: 2000 pongs", (field) =>
			flood(field, (peer) => peer.frame(opcodes.pong, times("p", 125)), 2000, true),
		),
		...everywhere("floods: 2000 close frames", (field) =>
			flood(field, (peer) => peer.frame(opcodes.close, closePayload(4000, times("r", 100))), 2000, true),
		),
		...everywhere("floods: messages without reading of the echoes", (field) =>
			flood(field, (peer) => peer.frame(opcodes.text, `"${times("x", 1000)}"`), 150, false),
		),
		...everywhere("connections: violations by peers that stay connected", async (field) => {
			const peer = await field.open();
			peer?.write(peer.frame(opcodes.text, "x", { rsv: 1 }));
			await field.pass(1000);
		}),
		server("connections: violations by peers that stay connected while a client connects", violate, {
			peers: 4,
			honest: "during",
		}),
	);
	return attacks;
}

async function violate(field: Field): Promise<void> {
	const peer = await field.open();
	peer?.write(peer.frame(opcodes.text, "x", { rsv: 1 }));
	await field.pass();
}

const ping = (peer: Peer) => peer.frame(opcodes.ping, times("p", 125));

function repeated(bytes: Buffer, count: number): Buffer {
	return Buffer.concat(new Array<Buffer>(count).fill(bytes));
}

async function flood(
	field: Field,
	make: (peer: Peer) => Buffer,
	count: number,
	reads: boolean,
): Promise<void> {
	const peer = await field.open();
	if (!peer) return;
	if (!reads) peer.raw.socket.pause();
	const some = repeated(make(peer), 50);
	let written = 0;
	for (let sent = 0; sent < count; sent += 50) {
		peer.raw.socket.write(some, () => {
			written++;
		});
		// Wait until the system's buffers accept more: data in the peer's own queue is not sent.
		await field.until(() => written > sent / 50 - 4 || peer.ended, 500);
		await field.pass(0);
	}
	await field.pass(reads ? 100 : 1000);
	peer.raw.socket.resume();
	await field.pass(50);
}
