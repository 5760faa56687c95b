/**
 * The SDK's own WebSocket class on this project's engine: an app that sends back what it receives, and says "bye" to "bye".
 *
 *     mcconfig -d -m -p lin examples/ecma419/manifest.json host=192.0.2.7 port=8080
 *
 * The last line of `include` in manifest.json is all that it takes. It must follow the SDK's manifest, which replaces the
 * whole of `device.network.ws`: modules are preloaded in the order of the manifests.
 */

import WebSocket from "WebSocket";
import config from "mc/config";
import Timer from "timer";

function connect() {
	const socket = new WebSocket(`ws://${config.host ?? "localhost"}:${config.port ?? 8080}/`);
	socket.addEventListener("open", () => trace("open\n"));
	socket.addEventListener("message", ({ data }) => {
		if (data === "bye") socket.close(1000, "bye");
		else socket.send(data);
	});
	socket.addEventListener("close", ({ code, reason }) => {
		trace(`closed with ${code} ${reason}\n`);
		Timer.set(connect, 1000);
	});
	// The connection could not be opened, was lost, or was closed because the server broke the protocol.
	socket.addEventListener("error", () => {
		trace("error\n");
		Timer.set(connect, 1000);
	});
}

connect();
