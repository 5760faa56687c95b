/** A TCP server on a free port that passes each raw connection to the test. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { peerAddress } from "./peeraddress.js";
import { Queue } from "./queue.js";
import { RawConnection } from "./rawconnection.js";

export class RawServer {
	readonly port: number;
	readonly #server: Server;
	readonly #connections = new Queue<RawConnection>("connection");
	readonly #sockets = new Set<Socket>();

	static async listen(host = peerAddress): Promise<RawServer> {
		const server = createServer({ allowHalfOpen: true });
		server.listen(0, host);
		await once(server, "listening");
		return new RawServer(server);
	}

	private constructor(server: Server) {
		this.#server = server;
		this.port = (server.address() as AddressInfo).port;
		server.on("connection", (socket) => {
			this.#sockets.add(socket);
			socket.on("close", () => this.#sockets.delete(socket));
			this.#connections.put(new RawConnection(socket));
		});
	}

	/** Number of connections so far. */
	get count(): number {
		return this.#connections.count;
	}

	/** Waits for the next connection; nothing has been read or written on it. */
	connection(): Promise<RawConnection> {
		return this.#connections.next();
	}

	/** Waits for the next connection and opens its WebSocket. */
	async webSocket(headers = ""): Promise<RawConnection> {
		const connection = await this.connection();
		await connection.accept(headers);
		return connection;
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
		await once(this.#server, "close");
	}
}

/** Returns a port that refuses connections until release(), because it is the local port of a connection. */
export async function refusingPort(): Promise<{ port: number; release(): void }> {
	const server = createServer();
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
	const [accepted] = (await Promise.all([once(server, "connection"), once(socket, "connect")]))[0] as [
		Socket,
	];
	return {
		port: socket.localPort as number,
		release() {
			socket.destroy();
			accepted.destroy();
			server.close();
		},
	};
}
