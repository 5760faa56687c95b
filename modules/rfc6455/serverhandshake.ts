import { acceptFor, isKey } from "./accept.js";
import { excerpt, HeadReader, hasToken, isToken, listItems } from "./head.js";

/** The longest head of a request that is read, in octets. */
const headLimit = 2048;

const reasonPhrases: Readonly<Record<number, string>> = Object.freeze({
	400: "Bad Request",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	408: "Request Timeout",
	426: "Upgrade Required",
	431: "Request Header Fields Too Large",
	503: "Service Unavailable",
});

/** What a server asks of a request. */
export interface ServerHandshakeOptions {
	/** The only path that is served, without a query; every path when absent. */
	readonly path?: string | undefined;
	/** The subprotocols that the server speaks. */
	readonly protocols?: readonly string[] | undefined;
	/** The values of `Origin` that are let in; every one when absent. */
	readonly allowedOrigins?: readonly string[] | undefined;
	/** True when there is no room for the connection: a request without fault is then answered with 503. */
	readonly full?: boolean | undefined;
}

/**
 * The server's side of the opening handshake (RFC 6455 section 4.2): it checks the request that it reads and
 * forms the response. The request is granted when it is `complete` without a `fault`.
 */
export class ServerHandshake extends HeadReader {
	/** The request target as the client sent it: path and query. */
	path = "";
	/** The subprotocol chosen: the first offered that the server speaks, or "". */
	protocol = "";
	private readonly options: ServerHandshakeOptions;
	private hosts = 0;
	private key: string | undefined = undefined;
	private version: string | undefined = undefined;
	private origin: string | undefined = undefined;

	constructor(options: ServerHandshakeOptions) {
		super(headLimit);
		this.options = options;
	}

	/** The response to send: 101 when the request is granted, otherwise the status of the fault. */
	get response(): string {
		if (this.fault) return refusal(this.fault.status, this.fault.message);
		let response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
		response += `Sec-WebSocket-Accept: ${acceptFor(this.key as string)}\r\n`;
		if (this.protocol) response += `Sec-WebSocket-Protocol: ${this.protocol}\r\n`;
		return `${response}\r\n`;
	}

	/** Refuses a request that did not come in time. */
	timeOut(): void {
		this.refuse(408, "the request did not come in time");
	}

	protected override onStartLine(line: string): void {
		const parts = line.split(" ");
		const [method, target, version] = parts;
		if (
			parts.length !== 3 ||
			!method ||
			!isToken(method) ||
			!target ||
			!/^HTTP\/[0-9]\.[0-9]$/.test(version ?? "")
		)
			return this.refuse(400, `"${excerpt(line)}" is not a request line`);
		if (method !== "GET")
			return this.refuse(405, `the method is ${excerpt(method)}, only GET opens a WebSocket`);
		if (!/^HTTP\/1\.[1-9]$/.test(version ?? ""))
			return this.refuse(400, `the version is ${version}; a WebSocket needs HTTP/1.1`);
		// RFC 9112 section 3.2.2: a server takes the absolute form too.
		this.path = target.replace(/^(?:http|ws):\/\/[^/?]*/i, "");
		if (!/^\/[!-~]*$/.test(this.path))
			this.refuse(400, `the request target "${excerpt(target)}" is not a path`);
	}

	protected override onField(name: string, value: string): void {
		switch (name) {
			case "host":
				this.hosts++;
				break;
			case "sec-websocket-key":
				this.key = this.single(name, this.key, value);
				break;
			case "sec-websocket-version":
				this.version = this.single(name, this.version, value);
				break;
			case "origin":
				this.origin = this.single(name, this.origin, value);
				break;
			case "sec-websocket-protocol":
				this.chooseProtocol(listItems(value));
				break;
			case "transfer-encoding":
				this.refuse(400, "the request has a body");
				break;
			case "content-length":
				if (value !== "0") this.refuse(400, "the request has a body");
				break;
		}
	}

	protected override onEnd(): void {
		const { path, allowedOrigins, full } = this.options;
		if (this.hosts !== 1)
			this.refuse(400, `the request has ${this.hosts || "no"} Host fields instead of one`);
		else if (path !== undefined && this.path.split("?", 1)[0] !== path)
			this.refuse(404, `nothing is served at ${excerpt(this.path)}`);
		else if (!hasToken(this.upgrade, "websocket")) this.refuse(426, "only WebSockets are served here");
		else if (!hasToken(this.connection, "upgrade"))
			this.refuse(400, 'the request has no "Connection: Upgrade"');
		else if (this.version !== "13")
			this.refuse(426, `the Sec-WebSocket-Version is ${excerpt(this.version ?? "missing")}, not 13`);
		else if (this.key === undefined || !isKey(this.key))
			this.refuse(400, "the Sec-WebSocket-Key is not the base64 of 16 octets");
		else if (allowedOrigins && this.origin !== undefined && !allowedOrigins.includes(this.origin))
			this.refuse(403, `the origin ${excerpt(this.origin)} is not allowed`);
		else if (full) this.refuse(503, "the server has no room for one more connection");
	}

	private single(name: string, before: string | undefined, value: string): string {
		if (before !== undefined) this.refuse(400, `the request has more than one ${name}`);
		return value;
	}

	private chooseProtocol(offered: readonly string[]): void {
		if (!offered.every(isToken)) this.refuse(400, "a subprotocol offered is not a token");
		this.protocol ||= offered.find((name) => this.options.protocols?.includes(name)) ?? "";
	}
}

/** A response that refuses the request and ends the connection (RFC 9110 section 15). */
function refusal(status: number, message: string): string {
	let fields = "Connection: close\r\nContent-Type: text/plain\r\n";
	if (status === 405) fields += "Allow: GET\r\n";
	if (status === 426) fields += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
	if (status === 503) fields += "Retry-After: 1\r\n";
	// Messages quote what the peer sent, one character an octet: anything but ASCII would change the length.
	const body = `${message.replace(/[^ -~]/g, "?")}\n`;
	return `HTTP/1.1 ${status} ${reasonPhrases[status]}\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;
}
