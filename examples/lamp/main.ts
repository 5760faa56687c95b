/**
 * A lamp that is switched by its own web page. All connected pages, at most four, show the current state.
 *
 *     mcconfig -d -m -p esp32 examples/lamp/manifest.json ssid=... password=...
 *
 * Then open http://ADDRESS:8080/ in a browser. The default `port` is 8080.
 */

import Resource from "Resource";
import config from "mc/config";
import { Server } from "xs-web-socket";

const server = new Server({
	port: Number(config["port"] ?? 8080),
	pages: { "/": new Resource("page.html") },
	// Pages of other sites must not switch the lamp.
	allowedOrigins: "same",
	// The only property that the lamp reads. Otherwise clients could fill its memory with property names.
	names: ["on"],
});
let on = false;

/** Replace this by code that sets the pin of your lamp. */
function updateLamp(): void {
	trace(`the lamp is ${on ? "on" : "off"}\n`);
}

/** Handles a message of a page: {"on": true} or {"on": false}. Anything else is ignored. */
function handle(message: unknown): void {
	if (typeof message !== "object" || message === null || !("on" in message)) return;
	if (typeof message.on !== "boolean" || message.on === on) return;
	on = message.on;
	updateLamp();
	server.broadcast({ on });
}

server.on("listening", () => trace(`the lamp listens on port ${server.port}\n`));
server.on("error", (message) => trace(`${message}\n`));
server.on("connection", (page) => {
	page.send({ on });
	page.on("message", handle);
	trace(`${page.remoteAddress} connected\n`);
});
server.start();
