/** The device under test: it runs the agent and echoes messages. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Agent } from "../device/driver/driver.js";
import type { Occurrence, RemoteClient, RemoteServer, RemoteSocket } from "../device/driver/remote.js";
import { onDevice } from "../device/driver/wire.js";
import type { Step } from "../device/protocol.js";
import type { Windows } from "../device/target/target.js";
import { acceptFor, acceptingResponse } from "../support/handshake.js";
import { type Role, StrictPeer } from "./strictpeer.js";

/** Requirements of a case on the device's Client or Server. */
export interface Demands {
	options?: object | undefined;
	/** Receive and send bytes instead of strings. */
	bytes?: boolean | undefined;
	/** Default true. */
	echo?: boolean | undefined;
}

/** A Server on the device. */
class EchoServer {
	readonly port: number;
	readonly #server: RemoteServer;
	/** Name of the listener that reports the path of each connection. */
	readonly #listener: string;
	/** Connections whose path was not reported yet, in the same order as the reports. */
	readonly #connections: RemoteSocket[] = [];
	readonly #sockets = new Map<string, RemoteSocket>();
	#looked = 0;

	constructor(server: RemoteServer, port: number, listener: string) {
		this.port = port;
		this.#server = server;
		this.#listener = listener;
	}

	/** Removes and returns the Socket of the connection with this path. */
	take(path: string): RemoteSocket | undefined {
		const { events } = this.#server;
		for (; this.#looked < events.length; this.#looked++) {
			const { event, arguments: values } = events[this.#looked] as Occurrence;
			if (event === "connection") this.#connections.push(values[0] as RemoteSocket);
			else if (event === `ran ${this.#listener}`) {
				const [{ value }] = values as [{ value: string }];
				this.#sockets.set(value, this.#connections.shift() as RemoteSocket);
			}
		}
		const socket = this.#sockets.get(path);
		this.#sockets.delete(path);
		return socket;
	}
}

/** An open WebSocket on the device, and its peer. */
export interface Pair {
	connection: RemoteClient | RemoteSocket;
	peer: StrictPeer;
}

/** A Client on the device and its peer, before the opening handshake. */
export interface Attempt {
	client: RemoteClient;
	peer: StrictPeer;
}

/** Options without timeouts, unless the case sets them. */
const patient = {
	connectTimeout: 0,
	handshakeTimeout: 0,
	pingInterval: 0,
	numberOfRetries: 0,
	maxConnections: 1000,
};

export class Device {
	readonly #agent: Agent;
	readonly #servers = new Map<string, Promise<EchoServer>>();
	#paths = 0;

	/** @param windows Windows of its sockets; undefined on a target where they cannot be set. */
	static async start(windows?: Windows): Promise<Device> {
		const agent = await Agent.start();
		try {
			if (windows) await agent.configure(windows);
		} catch (error) {
			await agent.stop();
			throw error;
		}
		return new Device(agent);
	}

	private constructor(agent: Agent) {
		this.#agent = agent;
	}

	/** Returns a path that no other case uses. */
	newPath(): string {
		return `/${++this.#paths}`;
	}

	/** Sets the windows of new connections. */
	configure(windows: Windows): Promise<void> {
		return this.#agent.configure(windows);
	}

	/** Returns the memory in use after a garbage collection: slots, and bytes of chunks. */
	memory(): Promise<{ slots: number; chunks: number }> {
		return this.#agent.memory();
	}

	/** Stops the device. @throws Error when it had ended before, or has broken an invariant. */
	stop(): Promise<void> {
		return this.#agent.stop();
	}

	run(steps: Step[]): Promise<unknown[]> {
		return this.#agent.run(...steps);
	}

	/** Releases a connection on the device. */
	async release({ name }: { name: string }): Promise<void> {
		await this.#agent.run({ do: "release", on: name });
	}

	/** Opens a WebSocket that meets the demands. */
	async open(role: Role, demands: Demands): Promise<Pair> {
		if (role === "client") {
			const { client, peer } = await this.attempt(demands);
			const accept = acceptFor(await peer.head());
			peer.write(acceptingResponse(accept));
			await client.next("open");
			return { connection: client, peer };
		}
		const path = this.newPath();
		const peer = await this.connect(demands);
		peer.write(
			`GET ${path} HTTP/1.1\r\nHost: device\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
		);
		const head = await peer.head();
		if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`the request was answered with ${head}`);
		return { connection: await this.socketAt(path, demands), peer };
	}

	/** Starts the server for these demands in advance. */
	async prepare(demands: Demands): Promise<void> {
		await this.#serverFor(demands);
	}

	/** Connects to a Server on the device that meets the demands. */
	async connect(demands: Demands): Promise<StrictPeer> {
		const { port } = await this.#serverFor(demands);
		return StrictPeer.connect(this.#agent.host, port);
	}

	/** Waits for the Socket that the server has made for a request for `path`, including the query. */
	async socketAt(path: string, demands: Demands): Promise<RemoteSocket> {
		const server = await this.#serverFor(demands);
		return this.#agent.until(
			() => server.take(path),
			() => `no connection with the path ${path}`,
		);
	}

	/** Creates a Client on the device and waits until it has connected to a peer on this machine. */
	async attempt({ options, bytes, echo }: Demands): Promise<Attempt> {
		const listener = createServer({ allowHalfOpen: true });
		listener.listen(0, "127.0.0.1");
		await once(listener, "listening");
		const { port } = listener.address() as AddressInfo;
		const host = this.#agent.peerHost;
		const client = await this.#agent.client({ host, port, ...patient, ...types(bytes), ...options });
		const [[socket]] = (await Promise.all([
			once(listener, "connection"),
			this.#agent.run(...(echo === false ? [] : [echoStep(client.name)]), client.step("open")),
		])) as [[Socket], unknown];
		listener.close();
		return { client, peer: new StrictPeer(socket, "client") };
	}

	#serverFor({ options, bytes = false, echo = true }: Demands): Promise<EchoServer> {
		const key = JSON.stringify([options, bytes, echo]);
		let server = this.#servers.get(key);
		if (!server) {
			server = this.#startServer({ options, bytes, echo });
			this.#servers.set(key, server);
		}
		return server;
	}

	async #startServer({ options, bytes, echo }: Demands): Promise<EchoServer> {
		// Cases run concurrently on one server, each with messages up to the limit.
		const server = await this.#agent.server({
			port: 0,
			receiveBudget: 2 ** 24,
			...patient,
			...types(bytes),
			...options,
		});
		const listener = await server.listen("connection", [
			{ do: "get", on: "argument", property: "path" },
			...(echo ? [echoStep("argument")] : []),
		]);
		return new EchoServer(server, await server.listening(), listener);
	}
}

function types(bytes = false): object {
	const type = bytes ? "application/octet-stream" : "text/plain";
	return { sendType: type, receiveType: type };
}

/** Echoes each message with its type. */
function echoStep(on: string): Step {
	const { argument } = onDevice;
	return {
		do: "listen",
		on,
		method: "on",
		event: "message",
		name: "echo",
		quiet: true,
		steps: [{ do: "call", on: "this", method: "send", arguments: [argument(0), argument(1)] }],
	};
}
