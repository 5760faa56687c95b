/** Stand-in for the SDK's Listener on pico: its connections are there from the start, and every other one is lost. */
import TCP from "embedded:io/socket/tcp";
import type { default as LwipTCP } from "./lwip.js";

const sockets = [true, false, true, true, false, true].map((lost) => {
	const socket = new (TCP as unknown as typeof LwipTCP)({} as never);
	socket.native.lost = lost;
	return socket;
});
let next = 0;

export default class Listener {
	static readonly connections = sockets.map((socket) => socket.native);

	read(): LwipTCP | undefined {
		return sockets[next++];
	}
}
