/** All attacks. Message attacks apply to both roles; head attacks are requests or responses. */

import { closePayload, opcodes } from "../support/frames.js";
import { type Attack, type Field, fragments, grant, request } from "./attack.js";
import type { Peer } from "./peer.js";
import { amplifications, names, nestings, times } from "./shapes.js";

const json = { program: "echo", type: "" } as const;
const text = { program: "echo", type: "text/plain" } as const;
const binary = { program: "echo", type: "application/octet-stream" } as const;
const chat = { program: "chat", type: "" } as const;

/** Nesting depths around the limits of a device and far above. */
const depths = [8, 9, 30, 64, 100, 150, 250, 300, 420, 1000, 4000];
const sizes = [500, 1000, 2000, 4000, 8000, 16384];
/** Sizes of messages that are never completed. */
const unfinishedSizes = [4000, 16000];
/** Number of messages with new property names: more than the device has memory for. */
const nameCount = 1600;
/** Sizes of heads, below and above the limit of 2048 bytes. */
const headSizes = [1000, 1850, 20000];

type Play = (field: Field) => Promise<void>;

function server(name: string, play: Play, changes: Partial<Attack> = {}): Attack {
	return { name, role: "server", peers: 1, setting: json, honest: "before", play, ...changes };
}

function client(name: string, play: Play, changes: Partial<Attack> = {}): Attack {
	return server(name, play, { role: "client", ...changes });
}

/** Makes an attack by one peer, by four peers, and by the server that the device's Client connects to. */
function everywhere(name: string, play: Play, changes: Partial<Attack> = {}): Attack[] {
	return [
		server(name, play, changes),
		server(name, play, { peers: 4, ...changes }),
		client(name, play, changes),
	];
}

function messageAttacks(): Attack[] {
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

function framingAttacks(): Attack[] {
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

/** Requests with a long part. */
const requestHeads: Readonly<Record<string, (size: number) => string>> = {
	"a long path": (size) => request(`/${times("a", size)}`),
	"a long path with percent-encoding": (size) => request(`/${times("%41", size / 3)}`),
	"a long absolute target": (size) => request(`http://${times("a", size)}/`),
	"a long header name": (size) => request("/", `${times("n", size)}: 1\r\n`),
	"a long header value": (size) => request("/", `X-Long: ${times("v", size)}\r\n`),
	"a long header value of spaces": (size) => request("/", `X-Long: ${times(" ", size)}x\r\n`),
	"a long token in Sec-WebSocket-Protocol": (size) =>
		request("/", `Sec-WebSocket-Protocol: ${times("t", size)}\r\n`),
	"many subprotocols": (size) => request("/", `Sec-WebSocket-Protocol: ${times("a,", size / 2)}a\r\n`),
	"commas in Upgrade": (size) => request("/", `Upgrade: ${times(",", size)}\r\n`),
	"commas in Connection": (size) => request("/", `Connection: ${times(",", size)}\r\n`),
	"tokens in Connection": (size) => request("/", `Connection: ${times("a, ", size / 3)}a\r\n`),
	"commas in Sec-WebSocket-Protocol": (size) =>
		request("/", `Sec-WebSocket-Protocol: ${times(",", size)}\r\n`),
	"commas in Sec-WebSocket-Extensions": (size) =>
		request("/", `Sec-WebSocket-Extensions: ${times(",", size)}\r\n`),
	"a long Origin": (size) => request("/", `Origin: ${times("o", size)}\r\n`),
	"a long key": (size) => request("/").replace(/Key: \S+/, `Key: ${times("k", size)}`),
	"a long version": (size) => request("/").replace(/Version: 13/, `Version: ${times("1", size)}`),
	"a long Content-Length": (size) => request("/", `Content-Length: ${times("0", size)}\r\n`),
	"many fields": (size) => request("/", times("a:b\r\n", size / 5)),
	"a field many times": (size) => request("/", times("Upgrade:\r\n", size / 10)),
	"folded lines": (size) => request("/", `X-Fold: a${times("\r\n b", size / 4)}\r\n`),
	"a request line without an end": (size) => times("G", size),
	"a request line of spaces": (size) => `GET${times(" ", size)}/ HTTP/1.1\r\n\r\n`,
	"empty lines": (size) => times("\r\n", size / 2) + request(),
};

const responseHeads: Readonly<Record<string, (size: number, accept: string) => string>> = {
	"a long reason phrase": (size, accept) => grant(accept).replace("Switching Protocols", times("r", size)),
	"a long header name": (size, accept) => grant(accept, `${times("n", size)}: 1\r\n`),
	"a long header value": (size, accept) => grant(accept, `X-Long: ${times("v", size)}\r\n`),
	"a long header value of spaces": (size, accept) => grant(accept, `X-Long: ${times(" ", size)}x\r\n`),
	"commas in Upgrade": (size, accept) => grant(accept, `Upgrade: ${times(",", size)}\r\n`),
	"tokens in Upgrade": (size, accept) => grant(accept, `Upgrade: ${times("a,", size / 2)}a\r\n`),
	"commas in Connection": (size, accept) => grant(accept, `Connection: ${times(",", size)}\r\n`),
	"tokens in Connection": (size, accept) => grant(accept, `Connection: ${times("a, ", size / 3)}a\r\n`),
	"a long Sec-WebSocket-Accept": (size) => grant(times("k", size)),
	"a long Sec-WebSocket-Protocol": (size, accept) =>
		grant(accept, `Sec-WebSocket-Protocol: ${times("t", size)}\r\n`),
	"commas in Sec-WebSocket-Extensions": (size, accept) =>
		grant(accept, `Sec-WebSocket-Extensions: ${times(",", size)}\r\n`),
	"many fields": (size, accept) => grant(accept, times("a:b\r\n", size / 5)),
	"folded lines": (size, accept) => grant(accept, `X-Fold: a${times("\r\n b", size / 4)}\r\n`),
	"a status line without an end": (size) => times("H", size),
	"interim responses": (size, accept) => times("HTTP/1.1 100 Continue\r\n\r\n", size / 25) + grant(accept),
	"interim responses with fields": (size, accept) =>
		times("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", size / 40) + grant(accept),
};
/** Sizes of responses, which may be longer than requests. */
const responseSizes = [1000, 3800, 20000];

function headAttacks(): Attack[] {
	const attacks: Attack[] = [];
	for (const [name, make] of Object.entries(requestHeads)) {
		const play: Play = async (field) => {
			for (const size of headSizes) {
				field.stage = `${size} bytes`;
				const { peer } = await field.connect();
				peer.write(make(size));
				await field.until(() => peer.ended || peer.raw.unread.length > 0, 2000);
				await field.pass(0);
				field.note(peer);
				if (peer.raw.unread.includes("HTTP/1.1 101")) field.outcomes.add("HTTP 101");
				peer.leave();
			}
		};
		attacks.push(server(`request: ${name}`, play), server(`request: ${name}`, play, { peers: 4 }));
	}
	for (const [name, make] of Object.entries(responseHeads))
		attacks.push(
			client(`response: ${name}`, async (field) => {
				for (const size of responseSizes) {
					field.stage = `${size} bytes`;
					const { peer, accept } = await field.connect();
					peer.write(make(size, accept));
					await field.until(() => peer.ended, 1200);
					await field.pass(0);
					field.outcomes.add(peer.ended ? "ended" : "granted");
					peer.leave();
				}
			}),
		);
	attacks.push(
		server("request: a head of 1 MB", (field) => pour(field, `GET / HTTP/1.1\r\nX-Long: `), { peers: 4 }),
		client("response: a head of 1 MB", (field) =>
			pour(field, "HTTP/1.1 101 Switching Protocols\r\nX-Long: "),
		),
		client("response: interim responses without end", (field) =>
			pour(field, "", "HTTP/1.1 100 Continue\r\n\r\n"),
		),
		client("response: a refusal with a body of 1 MB", (field) =>
			pour(field, "HTTP/1.1 403 Forbidden\r\nContent-Length: 1000000\r\n\r\n"),
		),
		server("request: heads sent byte by byte", drip, { peers: 4 }),
		client("response: a head sent byte by byte", drip),
	);
	return attacks;
}

async function pour(field: Field, start: string, more = times("x", 100)): Promise<void> {
	const { peer } = await field.connect();
	peer.write(start);
	const some = times(more, 1e5 / more.length);
	for (let count = 0; count < 10 && !peer.ended; count++) {
		peer.write(some);
		await field.pass(0);
		await field.until(() => peer.ended, 50);
	}
	await field.until(() => peer.ended, 3000);
	field.note(peer);
}

/** Sends slowly to keep a connection occupied. */
async function drip(field: Field): Promise<void> {
	const { peer } = await field.connect();
	for (let count = 0; count < 100 && !peer.ended; count++) {
		peer.write(count === 0 ? "G" : "x");
		await field.until(() => peer.ended, 15);
	}
	await field.pass(0);
}

function connectionAttacks(): Attack[] {
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

export const attacks: readonly Attack[] = [
	...messageAttacks(),
	...framingAttacks(),
	...headAttacks(),
	...connectionAttacks(),
];

/** Returns the title of an attack, for tables and for `--only`. */
export function titleOf({ name, role, peers }: Attack): string {
	return `${role}, ${peers}: ${name}`;
}

/** Returns the kind of an attack: the beginning of its name. */
export function kindOf({ name }: Attack): string {
	return name.slice(0, name.indexOf(": "));
}
