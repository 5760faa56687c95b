/**
 * A device app: an echo server. `mc/config` sets its `port` (default 9001) and `maxMessage`, the maximum
 * message size in bytes (default 16384). It traces "listening PORT" or "failed REASON".
 */
import config from "mc/config";
import { Server } from "xs-web-socket";
import { binaryTypes, Echo } from "./echo.js";

const port = Number(config["port"] ?? 9001);
const maxMessageSize = Number(config["maxMessage"] ?? 16384);

const server = new Server({
	...binaryTypes,
	port,
	maxMessageSize,
	maxConnections: 65535,
	receiveBudget: 0x7fffffff,
	pingInterval: 0,
});
server.on("connection", (socket) => {
	const echo = new Echo(socket, maxMessageSize);
	socket.on("message", (data, { binary }) => echo.send(data as ArrayBuffer, binary));
	// Protocol errors of the peer: it has received a close code.
	socket.on("error", () => {});
});
server.on("listening", () => trace(`listening ${server.port}\n`));
server.on("error", (reason) => trace(`failed ${reason}\n`));
server.start();
