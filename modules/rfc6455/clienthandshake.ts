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
	readonly request: string;
	/** The subprotocol that the server chose, or "". */
	protocol = "";
	private readonly accept: string;
	private readonly offered: string[];
	private accepted = false;

	/** @throws TypeError when a path, subprotocol or header cannot stand in a request. */
	constructor(options: ClientHandshakeOptions) {
		super(headLimit);
		const key = createKey();
		this.accept = acceptFor(key);
		this.offered = options.protocol ? listItems(options.protocol) : [];
		this.request = formatRequest(options, key, this.offered);
	}

	protected override onStartLine(line: string): void {
		const status = /^HTTP\/1\.[1-9] ([1-5][0-9]{2})(?: |$)/.exec(line);
		if (!status) this.refuse(400, `the server answered "${excerpt(line)}", which is not HTTP/1.1`);
		else if (status[1] !== "101")
			this.refuse(Number(status[1]), `the server answered "${excerpt(line.slice(9))}" instead of 101`);
	}

	protected override onField(name: string, value: string): void {
		switch (name) {
			case "sec-websocket-accept":
				if (this.accepted || value !== this.accept)
					this.refuse(400, `the server's Sec-WebSocket-Accept is "${excerpt(value)}", not "${this.accept}"`);
				this.accepted = true;
				break;
			case "sec-websocket-protocol":
				if (this.protocol !== "" || !this.offered.includes(value))
					this.refuse(400, `the server chose the subprotocol "${excerpt(value)}", which was not offered`);
				this.protocol = value;
				break;
			case "sec-websocket-extensions":
				if (value !== "")
					this.refuse(400, `the server uses the extension "${excerpt(value)}", which was not offered`);
				break;
		}
	}

	protected override onEnd(): void {
		const upgrade = listItems(this.upgrade);
		if (upgrade.length !== 1 || upgrade[0]?.toLowerCase() !== "websocket")
			this.refuse(400, 'the server\'s answer has no "Upgrade: websocket"');
		else if (!hasToken(this.connection, "upgrade"))
			this.refuse(400, 'the server\'s answer has no "Connection: Upgrade"');
		else if (!this.accepted) this.refuse(400, "the server's answer has no Sec-WebSocket-Accept");
	}
}

function formatRequest(options: ClientHandshakeOptions, key: string, offered: string[]): string {
	const { host, port, path = "/" } = options;
	checkHost(host);
	checkPath(path);
	for (const name of offered) checkProtocol(name);
	let request = `GET ${path} HTTP/1.1\r\nHost: ${hostField(host, port)}\r\n`;
	request += "Upgrade: websocket\r\nConnection: Upgrade\r\n";
	request += `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n`;
	if (offered.length) request += `Sec-WebSocket-Protocol: ${offered.join(", ")}\r\n`;
	for (const [name, value] of options.headers ?? []) {
		checkHeader(name, value);
		request += `${name}: ${value}\r\n`;
	}
	return `${request}\r\n`;
}
