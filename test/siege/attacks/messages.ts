/** Attacks by messages that are costly to parse. */

import type { Attack, Field } from "../attack.js";
import { amplifications, names, nestings } from "../shapes.js";
import { everywhere } from "./make.js";

/** Nesting depths around the limits of a device and far above. */
const depths = [8, 9, 30, 64, 100, 150, 250, 300, 420, 1000, 4000];
const sizes = [500, 1000, 2000, 4000, 8000, 16384];
/** Number of messages with new property names: more than the device has memory for. */
const nameCount = 1600;

export function messageAttacks(): Attack[] {
	const attacks: Attack[] = [];
	for (const [shape, make] of Object.entries(nestings))
		attacks.push(
			...everywhere(`nesting: ${shape}`, (field) =>
				field.messages([
					...depths.map((depth): [string, string] => [`depth ${depth}`, make(depth)]),
					["16384 bytes", make(16384).slice(0, 16384)],
				]),
			),
		);
	for (const [shape, make] of Object.entries(amplifications))
		attacks.push(
			...everywhere(`amplification: ${shape}`, (field) =>
				field.messages(sizes.map((size) => [`${size} bytes`, make(size)])),
			),
		);
	for (const [shape, make] of Object.entries(names))
		attacks.push(...everywhere(`names: ${shape}`, (field) => manyNames(field, make)));
	return attacks;
}

let namesUsed = 0;

/** Sends valid messages with new property names: the connection must stay open. */
async function manyNames(field: Field, make: (number: number) => string): Promise<void> {
	let peer = await field.open();
	for (let sent = 0; sent < nameCount && peer; ) {
		field.stage = `after ${sent} messages`;
		const { replies } = peer;
		let batch = 0;
		for (let bytes = 0; bytes < 1500 && sent < nameCount; batch++, sent++) {
			const message = make(namesUsed++);
			bytes += message.length;
			peer.send(message);
		}
		await field.settled(peer, replies + batch);
		field.note(peer);
		if (peer.ended || peer.closed) peer = await field.open();
	}
	await field.pass(0);
}
