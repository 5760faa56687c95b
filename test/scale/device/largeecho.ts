/** A server that echoes messages of up to `maxMessage` bytes. Traces "port N". */
import config from "mc/config";
import { Server } from "xs-web-socket";

const type = "application/octet-stream";
const maxMessageSize = Number(config["maxMessage"]);
const server = new Server({
	...{ receiveType: type, sendType: type, port: 0, maxMessageSize, pingInterval: 0 },
	// Room for a message and its length.
	sendQueueSize: 16777216,
	receiveBudget: 2 * maxMessageSize,
});
server.on("listening", () => trace(`port ${server.port}\n`));
server.on("error", (message) => trace(`${message}\n`));
server.on("connection", (socket) =>
	socket.on("message", (message, { binary }) => {
		const outcome = socket.send(message, { binary });
		if (outcome === "discarded") trace("an echo does not fit the send queue\n");
	}),
);
server.start();
