/** A program as a visitor of the device's server: sends a message, waits for its answer and closes. */

import { WebSocket } from "ws";
import type { Screen } from "./screen.js";

/** @param port port of the device's server */
export function visit(port: number, screen: Screen): void {
	const socket = new WebSocket(`ws://localhost:${port}`);
	socket.on("error", (error) => screen.say("visitor", ` fails: ${error.message}`));
	socket.on("open", () => {
		const text = JSON.stringify({ hello: "device" });
		screen.say("visitor", ` sends ${text}`);
		socket.send(text);
	});
	socket.on("message", (data) => {
		// The device sends everybody what its page shows.
		if (!("you" in JSON.parse(String(data)))) return;
		screen.say("visitor", ` receives ${data}`);
		socket.close(1000);
	});
}
