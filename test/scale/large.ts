/** Measures the echo of large and fragmented messages, in comparison with Node.js's `ws`. */

import { once } from "node:events";
import { WebSocket } from "ws";
import { device, ws } from "./servers.js";

const mebibyte = 1 << 20;
/** Buffers of the simulated device, in bytes: those of the computer, not of a board. */
const window = 1 << 18;

/** Results of one kind of message. */
export interface Large {
	name: string;
	/** Bytes of the message. */
	bytes: number;
	/** Milliseconds until the echo has arrived, median: of the device, and of `ws`. */
	milliseconds: number;
	wsMilliseconds: number;
	ratio: number;
}

const kinds = [
	{ name: "16 MB, one frame", bytes: 16 * mebibyte - 4, fragment: 16 * mebibyte, rounds: 5 },
	{ name: "1 MB, one frame", bytes: mebibyte, fragment: mebibyte, rounds: 15 },
	{ name: "1 MB, fragments of 64 KB", bytes: mebibyte, fragment: 65536, rounds: 15 },
	{ name: "1 MB, fragments of 1 KB", bytes: mebibyte, fragment: 1024, rounds: 9 },
	{ name: "64 KB, fragments of 64 bytes", bytes: 65536, fragment: 64, rounds: 9 },
] as const;

/** Measures all kinds, each on both servers in turn. */
export async function measureLarge(): Promise<Large[]> {
	const ours = await device("./device/largeecho.ts", { maxMessage: 16 * mebibyte }, window)();
	const theirs = await ws();
	const servers = [ours, theirs];
	try {
		const sockets = await Promise.all(servers.map(({ port }) => connect(port)));
		const all: Large[] = [];
		for (const { name, bytes, fragment, rounds } of kinds) {
			const message = Buffer.alloc(bytes, "a message of many bytes");
			const times: number[][] = [[], []];
			for (let round = 0; round <= rounds; round++)
				for (const [index, socket] of sockets.entries()) {
					const echoed = echo(socket, message, fragment);
					const time = await Promise.race([echoed, ...servers.map(({ ended }) => ended)]);
					// The first one warms up.
					if (round) times[index]?.push(time);
				}
			const [milliseconds = 0, wsMilliseconds = 0] = times.map(median);
			const ratio = Number((milliseconds / wsMilliseconds).toFixed(2));
			all.push({ name, bytes, milliseconds, wsMilliseconds, ratio });
		}
		for (const socket of sockets) socket.terminate();
		return all;
	} finally {
		await Promise.all(servers.map((server) => server.stop()));
	}
}

async function connect(port: number): Promise<WebSocket> {
	const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
	await once(socket, "open");
	return socket;
}

/** Sends a message in fragments of this size. Returns the milliseconds until its echo has arrived. */
async function echo(socket: WebSocket, message: Buffer, fragment: number): Promise<number> {
	const start = performance.now();
	const answer = once(socket, "message") as Promise<[Buffer]>;
	for (let offset = 0; offset < message.length; offset += fragment)
		socket.send(message.subarray(offset, offset + fragment), { fin: offset + fragment >= message.length });
	const [received] = await answer;
	const time = performance.now() - start;
	if (!received.equals(message)) throw new Error(`The echo of ${message.length} bytes differs.`);
	return time;
}

function median(times: number[]): number {
	times.sort((one, other) => one - other);
	return Number((times[times.length >> 1] as number).toFixed(2));
}
