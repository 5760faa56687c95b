/**
 * A device app: a server that sends every message back as it came. `mc/config` has its `port` (default 9001)
 * and `maxMessage`, the octets of the longest message (default 16384). Its console tells "listening PORT" or
 * "failed REASON".
 */
import config from "mc/config";
import { Server } from "xs-web-socket";
import { Echo, octets } from "./echo.js";

const port = Number(config["port"] ?? 9001);
const maxMessageSize = Number(config["maxMessage"] ?? 16384);

const server = new Server({
	...octets,
	port,
	maxMessageSize,
	maxConnections: 65535,
	receiveBudget: 0x7fffffff,
	pingInterval: 0,
});
server.on("connection", (socket) => {
	const echo = new Echo(socket, maxMessageSize);
	socket.on("message", (data, { binary }) => echo.send(data as ArrayBuffer, binary));
	// The peer's fault; it has been told with a close code.
	socket.on("error", () => {});
});
server.on("listening", () => trace(`listening ${server.port}\n`));
server.on("error", (reason) => trace(`failed ${reason}\n`));
server.start();
