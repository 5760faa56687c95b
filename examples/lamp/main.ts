/**
 * A lamp that a web page switches: open page.html of this folder in a browser and give it the lamp's address.
 * Every page shows what any of them, up to four at a time, has switched.
 *
 *     mcconfig -d -m -p esp32 examples/lamp/manifest.json ssid=... password=...
 *
 * `port` is 8080 unless given.
 */

import config from "mc/config";
import { Server, type Socket } from "xs-web-socket";

const server = new Server({
	port: Number(config["port"] ?? 8080),
	// All that the lamp reads. Without this, visitors could fill its memory with property names.
	names: ["on"],
});
const pages = new Set<Socket>();
let on = false;

/** Write the pin of your lamp here. */
function shine(): void {
	trace(`the lamp is ${on ? "on" : "off"}\n`);
}

/** Does what a page asks, which may be anything: {"on": true} or {"on": false} is understood. */
function obey(message: unknown): void {
	if (typeof message !== "object" || message === null || !("on" in message)) return;
	if (typeof message.on !== "boolean" || message.on === on) return;
	on = message.on;
	shine();
	for (const page of pages) page.send({ on });
}

server.on("listening", () => trace(`the lamp is at port ${server.port}\n`));
server.on("error", (message) => trace(`${message}\n`));
server.on("connection", (page) => {
	pages.add(page);
	page.send({ on });
	page.on("message", obey);
	page.on("close", () => pages.delete(page));
	trace(`${page.remoteAddress} has come\n`);
});
server.start();
