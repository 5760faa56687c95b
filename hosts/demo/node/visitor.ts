/** A visitor of the device's server, who says hello and leaves: what a person with a WebSocket client would do. */

import { WebSocket } from "ws";
import type { Screen } from "./screen.js";

/** @param port where the device's server listens */
export function visit(port: number, screen: Screen): void {
	const socket = new WebSocket(`ws://localhost:${port}`);
	socket.on("error", (error) => screen.say("visitor", ` fails: ${error.message}`));
	socket.on("open", () => {
		const text = JSON.stringify({ hello: "device" });
		screen.say("visitor", ` sends ${text}`);
		socket.send(text);
	});
	socket.on("message", (data) => {
		screen.say("visitor", ` receives ${data}`);
		socket.close(1000);
	});
}
