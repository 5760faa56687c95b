import { acceptFor, isKey } from "./accept.js";
import { excerpt, HeadReader, hasToken, isToken, listItems } from "./head.js";

/** The longest head of a request that is read, in octets. */
const headLimit = 2048;

/** What follows a status in its response (RFC 9110 section 15): the reason phrase, and the fields that it asks for. */
const statusLines: Readonly<Record<number, string>> = Object.freeze({
	400: "Bad Request",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed\r\nAllow: GET",
	408: "Request Timeout",
	426: "Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13",
	431: "Request Header Fields Too Large",
	503: "Service Unavailable\r\nRetry-After: 1",
});

/** What a server asks of a request. */
export interface ServerHandshakeOptions {
	/** The only path that is served, without a query; every path when absent. */
	readonly path?: string | undefined;
	/** The subprotocols that the server speaks. */
	readonly protocols?: readonly string[] | undefined;
	/** The values of `Origin` that are let in; every one when absent. */
	readonly allowedOrigins?: readonly string[] | undefined;
	/**
	 * Asked once, when a valid request is complete: whether there is room for the connection now. If not, the
	 * request is answered with 503. Default: there is.
	 */
	readonly hasRoom?: (() => boolean) | undefined;
	/** The server's limit of connections, which the 503 names. Default: it names none. */
	readonly maxConnections?: number | undefined;
}

/**
 * The server's side of the opening handshake (RFC 6455 section 4.2): it checks the request that it reads and
 * forms the response. The request is granted when it is `complete` without a `fault`.
 */
export class ServerHandshake extends HeadReader {
	/** The request target as the client sent it: path and query. */
	declare path: string;
	/** The subprotocol chosen: the first offered that the server speaks, or "". */
	declare protocol: string;
	declare private readonly options: ServerHandshakeOptions;
	/** The values of the fields that may come once. */
	declare private readonly fields: {
		host?: string;
		origin?: string;
		"sec-websocket-key"?: string;
		"sec-websocket-version"?: string;
	};

	constructor(options: ServerHandshakeOptions) {
		super(headLimit);
		this.options = options;
		this.path = this.protocol = "";
		this.fields = {};
	}

	/** The response to send: 101 when the request is granted, otherwise the status of the fault. */
	get response(): string {
		const fault = this.fault;
		if (fault) {
			// Messages quote what the peer sent, one character an octet: anything but ASCII would change the length.
			const body = `${fault.message.replace(/[^ -~]/g, "?")}\n`;
			const fields = `Connection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}`;
			return `HTTP/1.1 ${fault.status} ${statusLines[fault.status]}\r\n${fields}\r\n\r\n${body}`;
		}
		let response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
		if (this.protocol) response += `Sec-WebSocket-Protocol: ${this.protocol}\r\n`;
		return `${response}Sec-WebSocket-Accept: ${acceptFor(this.fields["sec-websocket-key"] as string)}\r\n\r\n`;
	}

	/** Refuses a request that did not come in time. */
	timeOut(): void {
		this.refuse("the request did not come in time", 408);
	}

	protected override onStartLine(line: string): void {
		const parts = /^([^ ]+) ([^ ]+) HTTP\/([0-9]\.[0-9])$/.exec(line) ?? [];
		const method = parts[1] ?? "";
		const version = parts[3] as string;
		if (!isToken(method)) return this.refuse(`"${excerpt(line)}" is not a request line`);
		if (method !== "GET")
			return this.refuse(`the method is ${excerpt(method)}; only GET opens a WebSocket`, 405);
		if (version < "1.1" || version > "1.9")
			return this.refuse(`the version of HTTP is ${version}; a WebSocket needs 1.1`);
		// RFC 9112 section 3.2.2: a server takes the absolute form too.
		this.path = (parts[2] as string).replace(/^(?:http|ws):\/\/[^/?]*/i, "");
		if (!/^\/[!-~]*$/.test(this.path)) this.refuse(`"${excerpt(line)}" asks for what is not a path`);
	}

	protected override onField(name: string, value: string): void {
		switch (name) {
			case "host":
			case "origin":
			case "sec-websocket-key":
			case "sec-websocket-version":
				if (this.fields[name] !== undefined) this.refuse(`the request has more than one ${name}`);
				this.fields[name] = value;
				break;
			case "sec-websocket-protocol": {
				const offered = listItems(value);
				if (!offered.every(isToken)) this.refuse("a subprotocol offered is not a token");
				this.protocol ||= offered.find((name) => this.options.protocols?.includes(name)) ?? "";
				break;
			}
			case "content-length":
			case "transfer-encoding":
				if (value !== "0" || name !== "content-length") this.refuse("the request has a body");
		}
	}

	protected override onEnd(): void {
		const options = this.options;
		const {
			host,
			origin,
			"sec-websocket-key": key = "",
			"sec-websocket-version": version = "missing",
		} = this.fields;
		if (host === undefined) this.refuse("the request has no Host");
		else if (options.path && options.path !== this.path.split("?", 1)[0])
			this.refuse(`nothing is served at ${excerpt(this.path)}`, 404);
		else if (!hasToken(this.upgrade, "websocket")) this.refuse("only WebSockets are served here", 426);
		else if (!hasToken(this.connection, "upgrade")) this.refuse('the request has no "Connection: Upgrade"');
		else if (version !== "13") this.refuse(`the Sec-WebSocket-Version is ${excerpt(version)}, not 13`, 426);
		else if (!isKey(key)) this.refuse("the Sec-WebSocket-Key is not the base64 of 16 octets");
		else if (origin !== undefined && options.allowedOrigins?.includes(origin) === false)
			this.refuse(`the origin ${excerpt(origin)} is not allowed`, 403);
		else if (options.hasRoom?.() === false) {
			const limit = options.maxConnections;
			const hint = limit === undefined ? "" : ` (maxConnections is ${limit})`;
			this.refuse(`the server has no room for one more connection${hint}`, 503);
		}
	}
}
