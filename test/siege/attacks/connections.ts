/** Attacks by many connections, and by peers that do not read. */

import { upgradeRequest as request } from "../../support/handshake.js";
import type { Attack, Field } from "../attack.js";
import { amplifications, times } from "../shapes.js";
import { binary, chat, client, json, type Play, server, text } from "./make.js";

export function connectionAttacks(): Attack[] {
	const silent: Play = async (field) => {
		await Promise.all(Array.from({ length: 2 }, () => field.connect()));
		await field.pass(1000);
	};
	return [
		server("connections: 8 without data", silent, { peers: 4 }),
		server("connections: 8 without data while a client connects", silent, { peers: 4, honest: "during" }),
		client("connections: a server that sends nothing", async (field) => {
			await field.connect();
			await field.pass(1500);
		}),
		server("connections: 100 requests at once", (field) => crowd(field, 25), { peers: 4 }),
		server("connections: 200 short ones", churn, { peers: 4 }),
		server("connections: 60 short WebSockets", visits, { peers: 4 }),
		server("floods: a broadcast to peers that do not read", broadcast, { peers: 4, setting: chat }),
		...[json, text, binary].map((setting) =>
			server(`honest: 4096 bytes on four connections, ${setting.type || "JSON"}`, quartet(setting), {
				peers: 4,
				setting,
				honest: "peers",
			}),
		),
		...Object.entries(amplifications).map(([name, make]) =>
			server(`honest: 4096 bytes on four connections after ${name}`, quartet(json, make(4000)), {
				peers: 4,
				honest: "peers",
			}),
		),
	];
}

async function crowd(field: Field, count: number): Promise<void> {
	const all = await Promise.all(
		Array.from({ length: count }, async () => {
			const { peer } = await field.connect();
			peer.write(request());
			return peer;
		}),
	);
	for (const peer of all) {
		await field.until(() => peer.ended || peer.raw.unread.length > 0);
		field.note(peer);
		if (peer.raw.unread.includes("HTTP/1.1 101")) field.outcomes.add("HTTP 101");
	}
	for (const peer of all) peer.leave();
}

async function churn(field: Field): Promise<void> {
	for (let count = 0; count < 50; count++) {
		const { peer } = await field.connect();
		if (count % 2) peer.write(request().slice(0, 20));
		peer.leave();
		if (count % 10 === 0) await field.pass(0);
	}
}

async function visits(field: Field): Promise<void> {
	for (let count = 0; count < 15; count++) await field.messages([[`visit ${count}`, '"hello"']]);
}

async function broadcast(field: Field): Promise<void> {
	const peer = await field.open();
	if (!peer) return;
	peer.raw.socket.pause();
	for (let count = 0; count < 100; count++) {
		peer.send(JSON.stringify(times("b", 500)));
		await field.until(() => peer.ended, 10);
	}
	await field.pass(500);
}

/** All four peers connect, send `first`, and then an honest message each. */
function quartet({ type }: { type: string }, first?: string): Play {
	let waiting: (() => void)[] = [];
	const together = () =>
		new Promise<void>((resolve) => {
			waiting.push(resolve);
			if (waiting.length < 4) return;
			for (const go of waiting) go();
			waiting = [];
		});
	return async (field) => {
		const peer = await field.open();
		if (!peer) throw new Error("a peer was not accepted");
		await together();
		if (first !== undefined) {
			peer.send(first);
			await field.settled(peer, 1);
			await field.pass(0);
		}
		await together();
		const { replies } = peer;
		const body = times("h", type === "" ? 4094 : 4096);
		const honest =
			type === "" ? JSON.stringify(body) : type.startsWith("text/") ? body : Buffer.from(body, "latin1");
		peer.send(honest);
		await field.settled(peer, replies + 1);
		await field.pass(0);
		const wanted =
			type === ""
				? [JSON.stringify({ echo: body }), JSON.stringify({ length: 4094 })]
				: [body, "length 4096"];
		if (!wanted.includes(peer.text))
			throw new Error(
				`an honest message of 4096 bytes was answered with ${peer.text.slice(0, 100) || peer.outcomes.join(", ")}`,
			);
		await together();
	};
}
