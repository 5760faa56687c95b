/**
 * Test app for including this project: a Client and a Server that echo every message. It also tests the types: if
 * a type were lost (`any`), the expected errors would not occur.
 */

import config from "mc/config";
import { Client, type Counters, type SendOutcome, Server, type Socket } from "xs-web-socket";
import { sendChunks } from "xs-web-socket/chunks";
import WebSocketClient from "xs-web-socket/modules/ecma419/websocketclient";

const host = globalThis as { device?: { network?: { ws?: { io?: unknown } } } };

function echo(connection: Client | Socket, message: unknown): void {
	const outcome: SendOutcome = connection.send(message);
	if (outcome === "discarded") trace("app fails: a message was discarded\n");
}

const client = new Client({ host: "127.0.0.1", port: Number(config["port"]), connectTimeout: 0 });
client.on("message", (message, { binary }: { binary: boolean }) => {
	if (!binary) echo(client, message);
});
client.on("close", (code, reason) => {
	const { received, sent }: Counters = client.counters;
	trace(`client closes with ${code.toFixed()} ${reason.trim()}, received ${received}, sent ${sent}\n`);
});

// The certificate is not the subject here: a Resource would need a file in each app.
const secure = new Client({
	url: `wss://127.0.0.1:${String(config["securePort"])}`,
	tls: { verify: false },
	connectTimeout: 0,
});
secure.on("message", (message) => echo(secure, message));

const server = new Server({
	port: 0,
	pages: { "/": ArrayBuffer.fromString("a page") },
	verify: ({ path }) => path !== "/forbidden",
});
server.on("listening", () => trace(`server listens on ${server.port}\n`));
server.on("connection", (socket) => {
	if (socket.path === "/pieces")
		sendChunks(
			socket,
			["one ", "two"].map((text) => ArrayBuffer.fromString(text)),
		);
	if (socket.path === "/pieces") server.broadcast("for all");
	socket.on("message", (message) => echo(socket, message));
	socket.on("close", (code) => trace(`socket closes with ${code.toFixed()}\n`));
});

/** Never called: checks types only. */
export function mistakes(): void {
	// @ts-expect-error: a port is a number
	new Client({ port: "80" });
	// @ts-expect-error: there is no such event
	client.on("opened", () => {});
	// @ts-expect-error: the code is a number
	client.on("close", (code: string) => trace(code));
	// @ts-expect-error: there is no such outcome
	if (client.send("") === "lost") trace("\n");
	// @ts-expect-error: a counter is a number
	client.counters.accepted.trim();
	// @ts-expect-error: a certificate is not text
	new Client({ url: "wss://a", tls: { ca: "-----BEGIN CERTIFICATE-----" } });
	// @ts-expect-error: a Server has no headers
	new Server({ headers: {} });
	// @ts-expect-error: a page is not text
	new Server({ pages: { "/": "text" } });
	// @ts-expect-error: a decision is not a number
	new Server({ verify: () => 403 });
	// @ts-expect-error: a Socket is no address
	server.broadcast("", { except: "192.0.2.1" });
	// @ts-expect-error: a request has a path
	server.attach({}, { method: "GET", headers: {} });
}

// modules/ecma419/manifest.json makes its class the host's. The package has one copy of each module.
trace(`engine ${host.device?.network?.ws?.io === WebSocketClient ? "is ours" : "is another"}\n`);
server.start();
client.open();
secure.open();
