/** Attacks by requests for pages. */

import type { Attack, Field } from "../attack.js";
import { times } from "../shapes.js";
import { type Play, server } from "./make.js";

const pages = { program: "pages", type: "" } as const;

/** Paths that are not listed, however they are read. */
const paths = [
	"/../short",
	"/..%2fshort",
	"/%73hort",
	"/short/",
	"//short",
	"/short%00",
	"/./short",
	"/short\0",
	"/%",
];

const get = (path: string, fields = ""): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;

function paged(name: string, play: Play, changes: Partial<Attack> = {}): Attack {
	return server(`pages: ${name}`, play, { peers: 4, setting: pages, ...changes });
}

export function pageAttacks(): Attack[] {
	return [
		paged("200 reloads", async (field) => {
			for (let count = 0; count < 50; count++) await load(field, get("/"));
		}),
		paged("8 idle connections while a client connects", idle, { honest: "during" }),
		paged("a request that never ends", async (field) => {
			const { peer } = await field.connect();
			peer.write("GET / HTTP/1.1\r\nHost: a\r\nX-Never: ");
			for (let count = 0; count < 20 && !peer.ended; count++) {
				peer.write("e");
				await field.pass(100);
			}
			field.note(peer);
		}),
		paged("a POST of 1 MB", async (field) => {
			const { peer } = await field.connect();
			peer.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n", times("x", 1_000_000));
			await field.until(() => peer.ended);
			field.note(peer);
		}),
		paged("paths with .., percent escapes and NUL", async (field) => {
			for (const path of paths) await load(field, get(path));
		}),
		paged("many tags and codings", async (field) => {
			await load(field, get("/", `If-None-Match: ${times('"a",', 1900)}"b"\r\n`));
			await load(field, get("/", `Accept-Encoding: ${times("a;q=0,", 1900)}*\r\n`));
		}),
		paged("100 requests at once", async (field) => {
			await Promise.all(Array.from({ length: 25 }, () => load(field, get("/"))));
		}),
		paged("clients that do not read", async (field) => {
			const { peer } = await field.connect();
			peer.raw.socket.pause();
			peer.write(get("/"));
			await field.pass(1000);
		}),
	];
}

/** Sends a request, and reads the response to its end. */
async function load(field: Field, request: string): Promise<void> {
	const { peer } = await field.connect();
	peer.write(request);
	await field.until(() => peer.ended);
	field.note(peer);
	peer.leave();
}

async function idle(field: Field): Promise<void> {
	for (let count = 0; count < 2; count++) await field.connect();
	await load(field, get("/"));
	await field.pass(1000);
}
