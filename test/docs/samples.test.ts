import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { WebSocket } from "ws";
import { Authority } from "../../sim/certificates.js";
import type { Part } from "../../sim/xs/manifest.js";
import { Simulator, type SimulatorOptions } from "../../sim/xs/simulator.js";
import { httpRequest } from "../support/http.js";
import { Queue } from "../support/queue.js";
import { type WsConnection, WsServer, wsConnect, wsRefused } from "../support/wspeer.js";
import { errorsOf, type File, writeFiles } from "./compile.js";
import { readPages, root } from "./pages.js";

const languages = ["js", "ts", "json", "sh", "mermaid"];
// What is in docs/api.md are signatures, not programs.
const samples = readPages()
	.filter(({ path }) => path !== "docs/api.md")
	.flatMap((page) => page.samples);
const files = writeFiles(samples.filter(({ language }) => language === "js" || language === "ts"));
const isServer = ({ text }: File) => text.includes("new Server(");
const isClient = ({ text }: File) => text.includes("new Client(");
const isSecure = ({ text }: File) => text.includes("wss://");
const hasPages = ({ text }: File) => text.includes("pages: ");
/** What a sample uses of each optional part. */
const partSigns: [part: Part, sign: string][] = [
	["attach", ".attach("],
	["broadcast", ".broadcast("],
	["pages", "pages: "],
	["secure", "wss://"],
	["verify", "verify"],
];
const partsOf = ({ text }: File) => partSigns.filter(([, sign]) => text.includes(sign)).map(([part]) => part);
/** The page that such a sample includes. */
const html = "<!doctype html><title>Page</title>";
/** The ports in the samples. */
const clientPorts = [8080, 1880, 443];
/** Has everything that a sample for a server looks at. */
const request = JSON.stringify({ temperature: 21.5, unit: "C", led: true, on: true });

test("every sample has a language that is checked", (t) => {
	for (const { title, language } of samples) t.true(languages.includes(language), title);
});

for (const environment of new Set(files.map((file) => file.environment)))
	test(`samples for ${environment || "a device"} compile`, async (t) => {
		t.deepEqual(await errorsOf(files, environment), []);
	});

async function start(
	t: ExecutionContext,
	{ path, title }: File,
	options: Omit<SimulatorOptions, "program">,
): Promise<Queue<string>> {
	const lines = new Queue<string>(`line of ${title}`);
	const device = await Simulator.start({ program: path, onTrace: (line) => lines.put(line), ...options });
	device.exited.then(({ reason }) => lines.put(`the device ended: ${reason}`));
	t.teardown(() => device.stop());
	return lines;
}

async function startServer(t: ExecutionContext, file: File): Promise<{ lines: Queue<string>; port: number }> {
	const resources = { "index.html": Buffer.from(html) };
	const lines = await start(t, file, { ports: { 8080: 0 }, parts: partsOf(file), resources });
	const port = Number(/^listening on port (\d+)$/.exec(await lines.next())?.[1]);
	t.true(port > 0);
	return { lines, port };
}

/** Passes over attempts that a device on a busy computer gives up after its connectTimeout. */
async function firstMessage(peer: WsServer): Promise<{ connection: WsConnection; message: unknown }> {
	for (;;) {
		const connection = await peer.connection();
		const ended = connection.closed().then(() => undefined);
		const message = await Promise.race([connection.json(), ended]);
		if (message !== undefined) return { connection, message };
	}
}

/** Returns what a server's clients need: the user and the path of the address in a comment. */
function addressIn({ text }: File): { userinfo: string; path: string } {
	const [, userinfo = "", path = "/"] = /\/\/.* ws:\/\/(\S+@)?192\.0\.2\.7:8080(\/\S*)/.exec(text) ?? [];
	return { userinfo, path };
}

for (const file of files.filter(({ text }) => text.includes("verify")))
	test(`${file.title} refuses a peer without what it asks for`, async (t) => {
		const { port } = await startServer(t, file);
		const { status, headers } = await wsRefused("127.0.0.1", port);
		t.is(status, 401);
		t.truthy(headers["www-authenticate"]);
	});

/** The comments behind what a sample shows: what it must show. */
function expected(text: string): string[] {
	return [...text.matchAll(/(?:trace|console\.log)\(.*\); \/\/ (.*)$/gm)].map(
		([, comment]) => comment as string,
	);
}

for (const file of files.filter(({ environment }) => environment === "")) {
	if (isServer(file))
		test(`${file.title}, a server, serves a peer`, async (t) => {
			const { lines, port } = await startServer(t, file);
			const { userinfo, path } = addressIn(file);
			const peer = await wsConnect(`${userinfo}127.0.0.1`, port, path);
			t.teardown(() => peer.socket.terminate());
			if (hasPages(file)) t.is((await httpRequest("127.0.0.1", port)).body.toString(), html);
			peer.send(request);
			const sign = await Promise.race([lines.next(), peer.message()]);
			t.false(String(sign).startsWith("the device ended"), String(sign));
		});
	else if (isClient(file))
		test(`${file.title}, a client, sends to a peer, and connects again`, async (t) => {
			const authority = await Authority.create();
			const { chain: cert, key } = await authority.issue({ names: ["hub.example"] });
			const peer = isSecure(file) ? await WsServer.listenSecurely({ cert, key }) : await WsServer.listen();
			t.teardown(() => peer.close());
			await start(t, file, {
				hosts: { "hub.example": "127.0.0.1" },
				ports: Object.fromEntries(clientPorts.map((port) => [port, peer.port])),
				parts: partsOf(file),
				resources: { "ca.der": authority.certificate },
			});
			const { connection, message } = await firstMessage(peer);
			t.is(typeof message, "object");
			connection.send('{"ok":true}');
			connection.socket.close();
			await peer.connection();
			t.pass();
		});
	else
		test(`${file.title} shows what its comments say`, async (t) => {
			const lines = await start(t, file, {});
			const comments = expected(file.text);
			t.true(comments.length > 0);
			for (const comment of comments) t.is(await lines.next(), comment);
		});
}

for (const file of files.filter(({ environment }) => environment === "browser"))
	test(`${file.title} talks to the server of the same page`, async (t) => {
		const page = file.title.split(",")[0] as string;
		const server = files.find((other) => other.title.startsWith(`${page},`) && isServer(other));
		if (!server) return t.fail("the page has no server");
		const { lines, port } = await startServer(t, server);
		const shown = new Queue<unknown>("message shown");
		class PageSocket extends WebSocket {
			constructor(url: string) {
				t.is(url, "ws://192.0.2.7:8080");
				super(`ws://127.0.0.1:${port}`);
				t.teardown(() => this.terminate());
			}
		}
		const run = new Function("WebSocket", "console", file.text);
		run(PageSocket, { log: (value: unknown) => shown.put(value) });
		t.is(await lines.next(), "led on");
		t.deepEqual(await shown.next(), { done: true });
	});

for (const file of files.filter(({ environment }) => environment === "node"))
	test(`${file.title} runs in Node.js`, async (t) => {
		const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", file.path], {
			cwd: root,
		});
		const comments = expected(file.text);
		t.true(comments.length > 0);
		for (const comment of comments) t.true(stdout.split("\n").includes(comment), stdout);
	});
