/** The library `ws` as the peer of the device, in both roles. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer, type ServerOptions as HttpsOptions, Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { type ClientOptions, type RawData, type ServerOptions, WebSocket, WebSocketServer } from "ws";
import { peerAddress } from "./peeraddress.js";
import { Queue } from "./queue.js";

/** One end of a WebSocket, implemented by `ws`. */
export class WsConnection {
	readonly socket: WebSocket;
	/** Request of the opening handshake, if this side is the server. */
	readonly request: IncomingMessage | undefined;
	/** Everything received so far; text as a string. */
	readonly received: (string | Buffer)[] = [];
	readonly #messages = new Queue<string | Buffer>("message");
	readonly #pings = new Queue<Buffer>("ping");
	readonly #closed: Promise<{ code: number; reason: string }>;

	constructor(socket: WebSocket, request?: IncomingMessage) {
		this.socket = socket;
		this.request = request;
		socket.binaryType = "nodebuffer";
		socket.on("error", () => {
			// "close" follows, with the code.
		});
		socket.on("message", (data: RawData, isBinary: boolean) => {
			const message = isBinary ? (data as Buffer) : data.toString();
			this.received.push(message);
			this.#messages.put(message);
		});
		socket.on("ping", (data) => this.#pings.put(data));
		this.#closed = new Promise((resolve) => {
			socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
		});
	}

	/** The socket of a server with TLS. */
	get tls(): TLSSocket {
		return this.request?.socket as TLSSocket;
	}

	/** Waits for the next message: text as a string, binary as a Buffer. */
	message(): Promise<string | Buffer> {
		return this.#messages.next();
	}

	/** Waits for the next text message and parses it. */
	async json(): Promise<unknown> {
		return JSON.parse((await this.message()) as string);
	}

	ping(): Promise<Buffer> {
		return this.#pings.next();
	}

	/** Waits for the end of the connection. Returns its close code and reason. */
	closed(): Promise<{ code: number; reason: string }> {
		return this.#closed;
	}

	send(data: string | Uint8Array): void {
		this.socket.send(data);
	}
}

/** A WebSocket server on a free port. */
export class WsServer {
	readonly port: number;
	readonly server: WebSocketServer;
	readonly #listening: WebSocketServer | HttpsServer;
	readonly #connections = new Queue<WsConnection>("connection");

	static async listen(options: Omit<ServerOptions, "port"> = {}): Promise<WsServer> {
		const server = new WebSocketServer({ host: peerAddress, ...options, port: 0 });
		await once(server, "listening");
		return new WsServer(server, server);
	}

	/** Listens with TLS. */
	static async listenSecurely(tls: HttpsOptions, options: ServerOptions = {}): Promise<WsServer> {
		const secure = createServer(tls);
		secure.on("tlsClientError", () => {
			// The device has refused the certificate, or was refused.
		});
		secure.listen(0, peerAddress);
		await once(secure, "listening");
		return new WsServer(new WebSocketServer({ ...options, server: secure }), secure);
	}

	/** @param listening what listens: the WebSocket server itself, or the one with TLS that it uses */
	private constructor(server: WebSocketServer, listening: WebSocketServer | HttpsServer) {
		this.server = server;
		this.#listening = listening;
		this.port = (listening.address() as AddressInfo).port;
		server.on("connection", (socket, request) => this.#connections.put(new WsConnection(socket, request)));
	}

	/** Replaces the certificate of a server with TLS. */
	renew(options: HttpsOptions): void {
		(this.#listening as HttpsServer).setSecureContext(options);
	}

	get count(): number {
		return this.#connections.count;
	}

	/** Waits for the next connection. */
	connection(): Promise<WsConnection> {
		return this.#connections.next();
	}

	async close(): Promise<void> {
		for (const client of this.server.clients) client.terminate();
		this.server.close();
		if (this.#listening instanceof HttpsServer) {
			this.#listening.closeAllConnections();
			this.#listening.close();
		}
		await once(this.#listening, "close");
	}
}

/** Connects to the device's server. */
export async function wsConnect(
	host: string,
	port: number,
	path = "/",
	protocols: string[] = [],
	options: ClientOptions = {},
): Promise<WsConnection> {
	const socket = new WebSocket(`ws://${host}:${port}${path}`, protocols, options);
	const connection = new WsConnection(socket);
	await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
	return connection;
}

/** Requests a WebSocket that the device's server must refuse. Returns the status and headers of its response. */
export async function wsRefused(
	host: string,
	port: number,
	path = "/",
	protocols: string[] = [],
	options: ClientOptions = {},
): Promise<{ status: number; headers: IncomingMessage["headers"] }> {
	const socket = new WebSocket(`ws://${host}:${port}${path}`, protocols, options);
	return new Promise((resolve, reject) => {
		socket.on("open", () => reject(new Error("the device accepted the connection")));
		socket.on("error", reject);
		socket.on("unexpected-response", (request, response) => {
			request.destroy();
			resolve({ status: response.statusCode ?? 0, headers: response.headers });
		});
	});
}
