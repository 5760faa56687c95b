import { acceptFor, createKey } from "./accept.js";
import { hostField, Port } from "./address.js";
import { forEachItem, quote } from "./characters.js";
import { HeadLimit, HeadReader, Keep } from "./head.js";
import { checkHeader, checkHost, checkOffer, checkPath } from "./requestrules.js";

/** Characters of a refusal's status and reason that an error message shows. */
const longestReason = 100;

/** The options of a client's opening handshake. */
export interface ClientHandshakeOptions {
	/** Name or address of the server, for the `Host` field. */
	readonly host: string;
	/** Port of the server, left out of the `Host` field when it is the default: 80, with TLS 443. */
	readonly port: number;
	/** Settings of TLS, for the socket; undefined for a connection in the clear. */
	readonly secure?: object | undefined;
	/** Request target: path and query. Default "/". */
	readonly path?: string | undefined;
	/** Subprotocols in order of preference, separated by commas. */
	readonly protocol?: string | undefined;
	/** Further header fields. */
	readonly headers?: Iterable<readonly [string, string]> | undefined;
	/** Longest head of a response, interim responses included, in bytes. Default 4096. */
	readonly maxHeadSize?: number | undefined;
}

/**
 * The client's side of the opening handshake (RFC 6455 section 4.1): builds the request, reads and checks the response.
 * The response is valid when it is `complete` without a `fault`.
 */
export class ClientHandshake extends HeadReader {
	/** The whole request. */
	readonly request: string;
	/** The subprotocol that the server chose, or "". */
	protocol: string;
	private readonly accept: string;
	private readonly offered: readonly string[];
	private accepted: boolean;
	/** True while the head of an interim response is read (RFC 9110 section 15.2). */
	private interim: boolean;

	/** @throws RangeError when a host, path, subprotocol or header is not allowed in a request. */
	constructor(options: ClientHandshakeOptions) {
		super(options.maxHeadSize ?? HeadLimit.response);
		const host = options.host;
		const path = options.path ?? "/";
		const offered: string[] = [];
		const key = createKey();
		checkHost(host);
		checkPath(path);
		forEachItem(options.protocol ?? "", (name) => {
			checkOffer(name, offered);
			offered.push(name);
		});
		let request = `GET ${path} HTTP/1.1\r\nHost: ${hostField(host, options.port, options.secure ? Port.secure : Port.plain)}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n`;
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
		this.interim = false;
	}

	protected override get message(): string {
		return "response";
	}

	/** RFC 9112 section 5.2: a user agent must accept it. */
	protected override get folds(): boolean {
		return true;
	}

	/** RFC 9112 section 4: version, status and an optional reason. */
	protected override onStartLine(): void {
		// The part that an error message shows, and one more character.
		const longest = longestReason + 10;
		const line = this.text(0, this.length < longest ? this.length : longest);
		const status = statusOf(line);
		if (!status) this.refuse(`the server answered ${quote(line)}, which is not HTTP/1.1`);
		else if (status >= 200)
			this.refuse(`the server answered ${quote(line.slice(9), longestReason)} instead of 101`);
		// RFC 9110 section 15.2: a client skips interim responses that it does not expect.
		this.interim = status !== 101;
	}

	protected override onName(name: string): Keep {
		const matters =
			!this.interim &&
			(name === "sec-websocket-accept" ||
				name === "sec-websocket-protocol" ||
				name === "sec-websocket-extensions");
		return matters ? Keep.value : Keep.nothing;
	}

	protected override onField(name: string, value: string): void {
		switch (name) {
			case "sec-websocket-accept":
				if (this.accepted) this.refuseDouble("Sec-WebSocket-Accept");
				else if (value !== this.accept)
					this.refuse(`the server's Sec-WebSocket-Accept is ${quote(value)}; it must be "${this.accept}"`);
				this.accepted = true;
				break;
			case "sec-websocket-protocol":
				if (this.protocol) this.refuseDouble("Sec-WebSocket-Protocol");
				else if (!this.offered.includes(value)) this.refuseUnoffered("subprotocol", value);
				this.protocol = value;
				break;
			case "sec-websocket-extensions":
				if (value) this.refuseUnoffered("extension", value);
		}
	}

	/** Only the lists of every message are kept. */
	protected override onItem(): void {}

	protected override onEnd(): void {
		if (this.interim) this.restart();
		else if (!this.upgrades) this.refuseWithout("Upgrade: websocket");
		else if (this.upgrades > 1)
			this.refuse('the server\'s "Upgrade" names more than one protocol; it must be "websocket", once');
		else if (!this.upgradesToWebSocket) this.refuse('the server\'s "Upgrade" is not "websocket"');
		else if (!this.connectionUpgrades) this.refuseWithout("Connection: Upgrade");
		else if (!this.accepted) this.refuseWithout("Sec-WebSocket-Accept");
	}

	private refuseWithout(field: string): void {
		this.refuse(`the server's response has no "${field}"`);
	}

	private refuseDouble(field: string): void {
		this.refuse(`the server's response has ${field} twice`);
	}

	private refuseUnoffered(what: string, value: string): void {
		this.refuse(`the server chose the ${what} ${quote(value)}, which was not offered`);
	}
}

/** Returns the status of a status line, from 100 to 599; 0 when it is not one of HTTP/1.1 or a compatible version. */
function statusOf(line: string): number {
	const minor = line.charCodeAt(7);
	const digits = line.slice(9, 12);
	const status = Number(digits);
	const valid =
		line.startsWith("HTTP/1.") &&
		minor >= 49 &&
		minor <= 57 &&
		line.charAt(8) === " " &&
		status >= 100 &&
		status < 600 &&
		// Number() accepts more than three digits.
		String(status) === digits &&
		(line.length === 12 || line.charAt(12) === " ");
	return valid ? status : 0;
}
