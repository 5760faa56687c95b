/**
 * The SDK's own WebSocket class on this project's engine: modules/ecma419/manifest.json in the manifest is all it takes. Sends
 * three messages, shows the answers, and closes.
 *
 *     mcconfig -d -m -p lin examples/ecma419/manifest.json host=192.0.2.7 port=8080
 */

import WebSocket from "WebSocket";
import config from "mc/config";

const messages = ["one", "two", "three"];
const socket = new WebSocket(`ws://${config.host ?? "localhost"}:${config.port ?? 8080}/`);
let answers = 0;

socket.addEventListener("open", () => {
	trace("open\n");
	for (const message of messages) socket.send(message);
});
socket.addEventListener("message", ({ data }) => {
	trace(`${data}\n`);
	if (++answers === messages.length) socket.close(1000, "done");
});
socket.addEventListener("error", () => trace("error\n"));
socket.addEventListener("close", ({ code, reason }) => trace(`closed with ${code} ${reason}\n`));
