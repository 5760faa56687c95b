import { acceptFor, createKey } from "./accept.js";
import { hostField, Port } from "./address.js";
import { forEachItem, quote } from "./characters.js";
import { HeadLimit, HeadReader, Keep } from "./head.js";
import { checkHeader, checkHost, checkOffer, checkPath } from "./requestrules.js";

const enum Size {
	/** Characters of a refusal's status and reason, and of a redirect's target, that an error message shows. */
	reason = 100,
}

/** The header fields of a refusal that are kept: together they are shorter than `maxHeadSize`. */
const keptFields = Object.freeze(["date", "location", "retry-after", "www-authenticate"]);

/** A response that refuses the handshake: HTTP instead of a WebSocket. */
export interface Refusal {
	/** Status of the response, from 200 to 599. */
	readonly status: number;
	/** Those of its header fields that are kept, by their names in lower case; repeated ones are joined with ", ". */
	readonly headers: Readonly<Record<string, string>>;
}

/** The options of a client's opening handshake. */
export interface ClientHandshakeOptions {
	/** Name or address of the server, for the `Host` field. */
	readonly host: string;
	/** Port of the server, left out of the `Host` field when it is the default: 80, with TLS 443. */
	readonly port: number;
	/** TLS settings for the socket; undefined without TLS. */
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
	/** Set once the status line of a refusal was read: its fields are read before it is a fault. */
	refusal?: Refusal;
	/** The sentence for it. */
	refusalText?: string;
	/** True when the fault is a choice that was not offered: the server would make it again. */
	isPermanent?: boolean;
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
		const longest = Size.reason + 10;
		const line = this.text(0, this.length < longest ? this.length : longest);
		const status = statusOf(line);
		if (!status) this.refuse(`the server answered ${quote(line)}, which is not HTTP/1.1`);
		else if (status >= 200) {
			this.refusal = { status, headers: {} };
			this.refusalText = `the server answered ${quote(line.slice(9), Size.reason)} instead of 101`;
		}
		// RFC 9110 section 15.2: a client skips interim responses that it does not expect.
		this.interim = status !== 101;
	}

	/** Whatever follows the status line of a refusal, the fault is the refusal. */
	protected override refuse(message: string, status?: number): void {
		super.refuse(this.refusalText ?? message, status);
	}

	protected override onName(name: string): Keep {
		if (this.refusal) return keptFields.indexOf(name) >= 0 ? Keep.value : Keep.nothing;
		const matters =
			!this.interim &&
			(name === "sec-websocket-accept" ||
				name === "sec-websocket-protocol" ||
				name === "sec-websocket-extensions");
		return matters ? Keep.value : Keep.nothing;
	}

	protected override onField(name: string, value: string): void {
		if (this.refusal) {
			const headers = this.refusal.headers as Record<string, string>;
			// RFC 9110 section 5.3: the meaning of repeated fields.
			headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
			return;
		}
		switch (name) {
			case "sec-websocket-accept":
				if (this.accepted) this.refuseDouble("Sec-WebSocket-Accept");
				else if (value !== this.accept)
					this.refuse(`the server's Sec-WebSocket-Accept is ${quote(value)}; it must be "${this.accept}"`);
				this.accepted = true;
				break;
			case "sec-websocket-protocol":
				if (this.protocol) this.refuseDouble("Sec-WebSocket-Protocol");
				else if (this.offered.indexOf(value) < 0) this.refuseUnoffered("subprotocol", value);
				this.protocol = value;
				break;
			case "sec-websocket-extensions":
				if (value) this.refuseUnoffered("extension", value);
		}
	}

	/** Only the lists of every message are kept. */
	protected override onItem(): void {}

	protected override onEnd(): void {
		if (this.refusal) this.endRefusal(this.refusal);
		else if (this.interim) this.restart();
		else if (!this.upgrades) this.refuseWithout("Upgrade: websocket");
		else if (this.upgrades > 1)
			this.refuse('the server\'s "Upgrade" names more than one protocol; it must be "websocket", once');
		else if (!this.upgradesToWebSocket) this.refuse('the server\'s "Upgrade" is not "websocket"');
		else if (!this.connectionUpgrades) this.refuseWithout("Connection: Upgrade");
		else if (!this.accepted) this.refuseWithout("Sec-WebSocket-Accept");
	}

	/** RFC 6455 section 4.1: a client may follow a redirect, but need not. This one names the target. */
	private endRefusal({ status, headers }: Refusal): void {
		const target = headers["location"];
		if (target && status >= 300 && status < 400)
			this.refusalText += `; it redirects to ${quote(target, Size.reason)}, which is not followed`;
		this.refuse("");
	}

	private refuseWithout(field: string): void {
		this.refuse(`the server's response has no "${field}"`);
	}

	private refuseDouble(field: string): void {
		this.refuse(`the server's response has ${field} twice`);
	}

	private refuseUnoffered(what: string, value: string): void {
		this.isPermanent = true;
		this.refuse(`the server chose the ${what} ${quote(value)}, which was not offered`);
	}
}

/** Returns the status of a status line, from 100 to 599; 0 when it is not one of HTTP/1.1 or a compatible version. */
const statusOf = (line: string): number => {
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
};
