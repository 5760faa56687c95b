/** The library `ws` as an echo server in a process of its own, like the device. Prints "port N". */

import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("connection", (socket) => {
	socket.on("message", (data, binary) => socket.send(data, { binary }));
});
server.on("listening", () => console.log(`port ${(server.address() as AddressInfo).port}`));
