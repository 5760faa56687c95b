/** A Client and a Server that send many short messages, and a long one, in one turn. */
import config from "mc/config";
import { Client, Server, type Socket } from "xs-web-socket";

const connections = Number(config["connections"]);
const text = "x".repeat(94);
const options = { sendType: "text/plain", receiveType: "text/plain", sendQueueSize: 8192 };

function sendAll(socket: Client | Socket): void {
	for (let count = 0; count < 20; count++) socket.send(`${String(count).padStart(6)}${text}`);
	socket.send("y".repeat(5000));
}

const client = new Client({ ...options, port: Number(config["port"]), numberOfRetries: 0 });
client.on("open", () => sendAll(client));
client.on("close", (code) => trace(`closed with ${code}\n`));
client.on("error", (message) => trace(`${message}\n`));
client.open();

const server = new Server({ ...options, port: 0 });
const sockets: Socket[] = [];
server.on("listening", () => trace(`port ${server.port}\n`));
server.on("connection", (socket) => {
	sockets.push(socket);
	if (sockets.length === connections) sockets.forEach(sendAll);
});
server.start();
