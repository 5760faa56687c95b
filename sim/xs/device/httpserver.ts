/**
 * Stand-in for the SDK's HTTP server (`embedded:network/http/server`): requests without a body, responses that one write
 * can hold. Like the SDK's, it reads the head byte by byte and no byte after it, and detach() moves the socket to an object
 * without callbacks.
 */
import type { default as HTTPServerClass } from "embedded:network/http/server";
import TCP from "./tcp.js";

type Options = ConstructorParameters<typeof HTTPServerClass>[0];
type ConnectionType = Parameters<Options["onConnect"]>[0];
type Route = Parameters<ConnectionType["accept"]>[0];
type Response = Parameters<ConnectionType["respond"]>[0];

interface Listening {
	readonly port: number;
	read(): TCP | undefined;
	close(): void;
}

class Connection implements ConnectionType {
	private readonly done: (connection: Connection) => void;
	private socket: TCP | undefined;
	private callbacks: Route = {};
	private head = "";

	constructor(from: TCP, done: (connection: Connection) => void) {
		this.socket = from;
		this.done = done;
	}

	accept(route: Route): void {
		this.callbacks = route;
		this.socket = new TCP({
			from: this.socket as TCP,
			onReadable: (count) => this.receive(count as number),
			onError: () => this.close(),
		});
	}

	detach(): object {
		const from = this.socket;
		if (!from) throw new Error();
		this.socket = undefined;
		this.done(this);
		return new TCP({ from });
	}

	respond({ status, headers }: Response): void {
		let head = `HTTP/1.1 ${status} OK\r\n`;
		for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
		const left = this.socket?.write(ArrayBuffer.fromString(`${head}\r\n`));
		this.callbacks.onWritable?.call(this, Number(left));
	}

	write(bytes: ArrayBuffer): number {
		const left = this.socket?.write(bytes);
		this.close();
		return Number(left);
	}

	close(): void {
		this.socket?.close();
		this.socket = undefined;
		this.done(this);
	}

	private receive(count: number): void {
		for (let index = 0; index < count; index++) {
			const bytes = this.socket?.read(1) as ArrayBuffer;
			this.head += String.fromCharCode(new Uint8Array(bytes)[0] as number);
			if (this.head.endsWith("\r\n\r\n")) return this.handle();
		}
	}

	private handle(): void {
		const [first = "", ...lines] = this.head.split("\r\n");
		const [method = "", path = "", version] = first.split(" ");
		if (version !== "HTTP/1.1") return this.close();
		const headers = new Map<string, string>();
		for (const line of lines) {
			const colon = line.indexOf(":");
			if (line) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
		}
		this.callbacks.onRequest?.call(this, { method, path, headers });
		if (this.socket) this.callbacks.onResponse?.call(this, { status: 200, headers: new Map() });
	}
}

export default class HTTPServer {
	private readonly listener: Listening;
	private readonly connections = new Set<Connection>();

	constructor({ io, port, onConnect }: Options) {
		const { connections } = this;
		const Listener = io as new (options: object) => Listening;
		this.listener = new Listener({
			port,
			onReadable(this: Listening) {
				for (let from = this.read(); from; from = this.read()) {
					const connection = new Connection(from, (ended) => connections.delete(ended));
					connections.add(connection);
					onConnect(connection);
				}
			},
		});
	}

	get port(): number {
		return this.listener.port;
	}

	close(): void {
		for (const connection of [...this.connections]) connection.close();
		this.listener.close();
	}
}
