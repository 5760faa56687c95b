import { acceptFor, createKey } from "./accept.js";
import { hostField } from "./address.js";
import { excerpt, HeadReader, hasToken, listItems } from "./head.js";
import { checkHeader, checkHost, checkPath, checkProtocol } from "./requestrules.js";

/** The longest head of a response that is read, in octets. */
const headLimit = 4096;

/** What a client asks for in its opening handshake. */
export interface ClientHandshakeOptions {
	/** Name or address of the server, for the `Host` field. */
	readonly host: string;
	/** Port of the server, left out of the `Host` field when it is 80. */
	readonly port: number;
	/** Request target: path and query. Default "/". */
	readonly path?: string | undefined;
	/** Subprotocols in order of preference, separated by commas. */
	readonly protocol?: string | undefined;
	/** Further header fields. */
	readonly headers?: Iterable<readonly [string, string]> | undefined;
}

/**
 * The client's side of the opening handshake (RFC 6455 section 4.1): the request it sends, and the check of
 * the response it reads. The response is good when it is `complete` without a `fault`.
 */
export class ClientHandshake extends HeadReader {
	/** The request, to be sent as it is. */
	declare readonly request: string;
	/** The subprotocol that the server chose, or "". */
	declare protocol: string;
	declare private readonly accept: string;
	declare private readonly offered: string[];
	declare private accepted: boolean;

	/** @throws TypeError when a path, subprotocol or header cannot stand in a request. */
	constructor(options: ClientHandshakeOptions) {
		super(headLimit);
		const host = options.host;
		const path = options.path ?? "/";
		const offered = listItems(options.protocol ?? "");
		const key = createKey();
		checkHost(host);
		checkPath(path);
		offered.forEach(checkProtocol);
		let request = `GET ${path} HTTP/1.1\r\nHost: ${hostField(host, options.port)}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n`;
		if (offered.length) request += `Sec-WebSocket-Protocol: ${offered.join(", ")}\r\n`;
		Array.from(options.headers ?? []).forEach((field) => {
			checkHeader(field[0], field[1]);
			request += `${field[0]}: ${field[1]}\r\n`;
		});
		this.request = `${request}\r\n`;
		this.accept = acceptFor(key);
		this.offered = offered;
		this.protocol = "";
		this.accepted = false;
	}

	protected override onStartLine(line: string): void {
		if (!/^HTTP\/1\.[1-9] [1-5][0-9]{2}(?: |$)/.test(line))
			this.refuse(`the server answered "${excerpt(line)}", which is not HTTP/1.1`);
		else if (line.slice(9, 12) !== "101")
			this.refuse(`the server answered "${excerpt(line.slice(9))}" instead of 101`);
	}

	protected override onField(name: string, value: string): void {
		switch (name) {
			case "sec-websocket-accept":
				if (this.accepted || value !== this.accept)
					this.refuse(`the server's Sec-WebSocket-Accept is "${excerpt(value)}", not "${this.accept}"`);
				this.accepted = true;
				break;
			case "sec-websocket-protocol":
				if (this.protocol || !this.offered.includes(value)) this.refuseUnoffered(name, value);
				this.protocol = value;
				break;
			case "sec-websocket-extensions":
				if (value) this.refuseUnoffered(name, value);
				break;
		}
	}

	protected override onEnd(): void {
		if (listItems(this.upgrade).join().toLowerCase() !== "websocket")
			this.refuseWithout("Upgrade: websocket");
		else if (!hasToken(this.connection, "upgrade")) this.refuseWithout("Connection: Upgrade");
		else if (!this.accepted) this.refuseWithout("Sec-WebSocket-Accept");
	}

	private refuseWithout(field: string): void {
		this.refuse(`the server's answer has no "${field}"`);
	}

	private refuseUnoffered(field: string, value: string): void {
		this.refuse(`the server's ${field} is "${excerpt(value)}", which was not offered`);
	}
}
