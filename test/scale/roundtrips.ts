/** Measures round trips between peers in this process and a server: a device in the simulator, or another one. */

import { once } from "node:events";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { device, type StartServer, ws } from "./servers.js";

const message = JSON.stringify({ t: 21.5, id: 7, ok: true });

/** One peer of the device. */
interface Peer {
	/** Sends a message and resolves when its echo has arrived. */
	exchange(): Promise<void>;
	close(): Promise<void>;
}

/** Results with a number of simultaneous peers. */
export interface RoundTrips {
	connections: number;
	/** Round trips per second of all peers together. */
	perSecond: number;
	/** Milliseconds per round trip: median, and 99th percentile. */
	median: number;
	slowest: number;
	/** Computrons per round trip, including those of stand-ins for native modules; 0 without our engine. */
	computrons: number;
}

async function webSocketPeer(port: number): Promise<Peer> {
	const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
	await once(socket, "open");
	return {
		async exchange() {
			const answer = once(socket, "message");
			socket.send(message);
			await answer;
		},
		async close() {
			const closed = once(socket, "close");
			socket.close();
			await closed;
		},
	};
}

async function tcpPeer(port: number): Promise<Peer> {
	const socket = connect({ host: "127.0.0.1", port, noDelay: true });
	await once(socket, "connect");
	return {
		async exchange() {
			let missing = Buffer.byteLength(message);
			socket.write(message);
			while (missing > 0) missing -= ((await once(socket, "data")) as [Buffer])[0].byteLength;
		},
		async close() {
			const closed = once(socket, "close");
			socket.end();
			await closed;
		},
	};
}

const kinds: Record<
	"webSocket" | "tcp" | "ws",
	{ start: StartServer; open: (port: number) => Promise<Peer> }
> = {
	/** Our Server on the device, `ws` as the peer. */
	webSocket: { start: device("./device/echo.ts"), open: webSocketPeer },
	/** TCP only: shows the simulator's own overhead. */
	tcp: { start: device("./device/raw.ts"), open: tcpPeer },
	/** `ws` as the server and as the peer, for comparison. */
	ws: { start: ws, open: webSocketPeer },
};

/**
 * Measures round trips with an increasing number of peers.
 * @param count number of round trips of all peers together, for each size
 */
export async function measureRoundTrips(
	kind: keyof typeof kinds,
	sizes: readonly number[],
	count: number,
): Promise<RoundTrips[]> {
	const { start, open } = kinds[kind];
	const server = await start();
	const measured = (async () => {
		const all: RoundTrips[] = [];
		for (const size of sizes) {
			const peers = await Promise.all(Array.from({ length: size }, () => open(server.port)));
			await exchange(peers, Math.ceil(count / 10));
			const before = server.computrons();
			const trips = await exchange(peers, count);
			const computrons = (server.computrons() - before) / trips.count;
			all.push({ ...trips.figures, connections: size, computrons: Math.round(computrons) });
			await Promise.all(peers.map((peer) => peer.close()));
		}
		return all;
	})();
	try {
		return await Promise.race([measured, server.ended]);
	} finally {
		await server.stop();
	}
}

async function exchange(
	peers: readonly Peer[],
	count: number,
): Promise<{ count: number; figures: Pick<RoundTrips, "perSecond" | "median" | "slowest"> }> {
	const each = Math.ceil(count / peers.length);
	const times: number[] = [];
	const start = performance.now();
	await Promise.all(
		peers.map(async (peer) => {
			for (let index = 0; index < each; index++) {
				const sent = performance.now();
				await peer.exchange();
				times.push(performance.now() - sent);
			}
		}),
	);
	const seconds = (performance.now() - start) / 1000;
	times.sort((one, other) => one - other);
	const at = (part: number) => Number((times[Math.floor((times.length - 1) * part)] ?? 0).toFixed(3));
	const figures = { perSecond: Math.round(times.length / seconds), median: at(0.5), slowest: at(0.99) };
	return { count: times.length, figures };
}
