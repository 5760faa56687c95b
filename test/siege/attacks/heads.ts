/** Attacks by the heads of requests and responses. */

import { acceptingResponse, upgradeRequest as request } from "../../support/handshake.js";
import type { Attack, Field } from "../attack.js";
import { times } from "../shapes.js";
import { client, type Play, server } from "./make.js";

/** Sizes of heads, below and above the limit of 2048 bytes. */
const headSizes = [1000, 1850, 20000];

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
	"a long reason phrase": (size, accept) =>
		acceptingResponse(accept).replace("Switching Protocols", times("r", size)),
	"a long header name": (size, accept) => acceptingResponse(accept, `${times("n", size)}: 1\r\n`),
	"a long header value": (size, accept) => acceptingResponse(accept, `X-Long: ${times("v", size)}\r\n`),
	"a long header value of spaces": (size, accept) =>
		acceptingResponse(accept, `X-Long: ${times(" ", size)}x\r\n`),
	"commas in Upgrade": (size, accept) => acceptingResponse(accept, `Upgrade: ${times(",", size)}\r\n`),
	"tokens in Upgrade": (size, accept) => acceptingResponse(accept, `Upgrade: ${times("a,", size / 2)}a\r\n`),
	"commas in Connection": (size, accept) => acceptingResponse(accept, `Connection: ${times(",", size)}\r\n`),
	"tokens in Connection": (size, accept) =>
		acceptingResponse(accept, `Connection: ${times("a, ", size / 3)}a\r\n`),
	"a long Sec-WebSocket-Accept": (size) => acceptingResponse(times("k", size)),
	"a long Sec-WebSocket-Protocol": (size, accept) =>
		acceptingResponse(accept, `Sec-WebSocket-Protocol: ${times("t", size)}\r\n`),
	"commas in Sec-WebSocket-Extensions": (size, accept) =>
		acceptingResponse(accept, `Sec-WebSocket-Extensions: ${times(",", size)}\r\n`),
	"many fields": (size, accept) => acceptingResponse(accept, times("a:b\r\n", size / 5)),
	"folded lines": (size, accept) => acceptingResponse(accept, `X-Fold: a${times("\r\n b", size / 4)}\r\n`),
	"a status line without an end": (size) => times("H", size),
	"interim responses": (size, accept) =>
		times("HTTP/1.1 100 Continue\r\n\r\n", size / 25) + acceptingResponse(accept),
	"interim responses with fields": (size, accept) =>
		times("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", size / 40) + acceptingResponse(accept),
};
/** Sizes of responses, which may be longer than requests. */
const responseSizes = [1000, 3800, 20000];

export function headAttacks(): Attack[] {
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
