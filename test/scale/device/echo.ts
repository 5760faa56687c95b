/** A server that echoes every message. Traces "port N". */
import { Server } from "xs-web-socket";

const server = new Server({ port: 0, maxConnections: 32, pingInterval: 0 });
server.on("listening", () => trace(`port ${server.port}\n`));
server.on("error", (message) => trace(`${message}\n`));
server.on("connection", (socket) => socket.on("message", (message) => socket.send(message)));
server.start();
