import { acceptFor, isKey } from "./accept.js";
import { isTokenByte, isVisibleByte, lowerCase, quote } from "./characters.js";
import { HeadLimit, HeadReader, Keep } from "./head.js";
import { isLocalHost, isOriginOf } from "./origin.js";
import type { Outgoing, PageRequest, Pages } from "./pages.js";
import type { Decision, PendingRequest, Verifier } from "./verifier.js";

/** Header fields that a status requires (RFC 9110 section 15), and `Upgrade` itself (section 7.8). */
const statusFields: Readonly<Record<number, string>> = Object.freeze({
	405: "Allow: GET\r\n",
	426: "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n",
	503: "Retry-After: 1\r\n",
});

const blank = 32;

/** The options of a server's opening handshake. */
export interface ServerHandshakeOptions {
	/** The only path served, without a query. Default: every path. */
	readonly path?: string | undefined;
	/** The subprotocols that the server speaks. */
	readonly protocols?: readonly string[] | undefined;
	/** Accepted values of `Origin`. Default: all. */
	readonly allowedOrigins?: readonly string[] | undefined;
	/** True to accept also the origin of the request's own `Host`, if that is an address or a local name. */
	readonly allowsSameOrigin?: boolean;
	/**
	 * Returns whether there is room for the connection. Called once, when a valid request is complete. If it returns
	 * false, the request gets a 503 response. Default: there is always room.
	 */
	readonly hasRoom?: (() => boolean) | undefined;
	/** Maximum number of connections, shown in the text of a 503 response. Default: not shown. */
	readonly maxConnections?: number | undefined;
	/** Answers requests that do not open a WebSocket. Default: they are refused. */
	readonly pages?: Pages | undefined;
	/** Longest head of a request, in bytes. Default 2048. */
	readonly maxHeadSize?: number | undefined;
	/** Lets the app decide on valid requests. Default: each is accepted. */
	readonly verifier?: Verifier | undefined;
}

/**
 * The server's side of the opening handshake (RFC 6455 section 4.2): reads and checks the request, builds the response.
 * The request is granted when it is `complete` without a `fault` and without a `reply`.
 */
export class ServerHandshake extends HeadReader {
	/** The request target as the client sent it: path and query. */
	path: string;
	/** The subprotocol chosen: the first one offered that the server speaks, or "". */
	protocol: string;
	/** The response with a page, of a request for one; undefined otherwise. */
	reply: Outgoing | undefined;
	private readonly options: ServerHandshakeOptions;
	/** What reads the fields that concern pages, if the server has pages. */
	private pageRequest: PageRequest | undefined;
	/** True for the method HEAD. */
	private isHead: boolean;
	/** True for HTTP/1.0, which has no Upgrade (RFC 9110 section 7.8) and need not have a Host. */
	private isOld: boolean;
	/** Values of the fields that are allowed once. */
	private host?: string;
	private origin?: string;
	private key?: string;
	private version?: string;
	/** True if the client expects a 100 first (RFC 9110 section 10.1.1). */
	private expectsContinue: boolean;
	/** Lengths of the server's subprotocols, one bit each. */
	private lengths: number;
	/** What reads for verify(), if the server has it. */
	private pending: PendingRequest | undefined;
	/** Fields of a refusal by verify(). */
	private refusalFields?: string;

	constructor(options: ServerHandshakeOptions) {
		super(options.maxHeadSize ?? HeadLimit.request);
		this.options = options;
		this.path = "";
		this.protocol = "";
		this.reply = undefined;
		this.pageRequest = undefined;
		this.pending = options.verifier?.request();
		this.isHead = false;
		this.isOld = false;
		this.expectsContinue = false;
		this.lengths = 0;
		options.protocols?.forEach((name) => {
			this.lengths |= 1 << name.length;
		});
	}

	/** True for a request that gets a response and no WebSocket. */
	get isLast(): boolean {
		return this.fault !== undefined || this.reply !== undefined;
	}

	/** The response, without a page: 101 if the request is granted, otherwise the status of the fault. */
	get response(): string {
		const fault = this.fault;
		if (fault) {
			const { status, message } = fault;
			const allowed = status === 405 && this.options.pages ? "Allow: GET, HEAD\r\n" : statusFields[status];
			const fields = `${this.refusalFields ?? allowed ?? ""}Connection: close\r\nContent-Type: text/plain\r\nContent-Length: ${message.length + 1}`;
			// The message is the reason phrase (RFC 9112 section 4), too: a client need not read the body.
			const head = `HTTP/1.1 ${status} ${message}\r\n${fields}\r\n\r\n`;
			// RFC 9110 section 9.3.2. Without a path the request line was refused, and its start is still there.
			const isHead = this.isHead || (!this.path && this.text(0, 5) === "HEAD ");
			return isHead ? head : `${head}${message}\n`;
		}
		// RFC 9110 section 7.8: 100 before 101.
		let response = this.expectsContinue ? "HTTP/1.1 100 Continue\r\n\r\n" : "";
		response += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
		if (this.protocol) response += `Sec-WebSocket-Protocol: ${this.protocol}\r\n`;
		return `${response}Sec-WebSocket-Accept: ${acceptFor(this.key as string)}\r\n\r\n`;
	}

	/** Refuses a request that did not arrive in time. */
	timeOut(): void {
		this.refuse("the request did not arrive whole in time (handshakeTimeout)", 408);
	}

	/** Refuses a request that verify() did not decide on in time. */
	timeOutVerify(): void {
		this.refuse("verify() did not decide in time (handshakeTimeout)", 503);
	}

	/** Lets verify() decide on a complete and valid request. */
	ask(remoteAddress: string, decide: (decision: Decision) => void): void {
		const { origin, pathAlone: path } = this;
		const query = this.path.slice(path.length + 1);
		this.pending?.ask({ path, query, remoteAddress, origin }, decide);
	}

	/** Takes the decision of verify(). An accepted request is still refused if there is no room. */
	decide(decision: Decision): void {
		if (typeof decision === "object") {
			this.refusalFields = decision.fields;
			return this.refuse(decision.message, decision.status);
		}
		this.protocol = decision ?? this.protocol;
		this.checkRoom();
	}

	protected override get names(): number {
		return super.names | (this.options.verifier?.names ?? 0);
	}

	protected override get message(): string {
		return "request";
	}

	/** RFC 9112 section 5.2 allows a server to refuse it. */
	protected override get folds(): boolean {
		return false;
	}

	/** RFC 9112 section 3: method, target and version, with one space between them. */
	protected override onStartLine(): void {
		const bytes = this.bytes;
		const methodEnd = bytes.indexOf(blank);
		const targetEnd = this.length - 9;
		let valid = methodEnd > 0 && methodEnd < targetEnd && this.text(targetEnd, targetEnd + 6) === " HTTP/";
		for (let index = 0; index < methodEnd && valid; index++) valid = isTokenByte(bytes[index] as number);
		if (!valid) return this.refuse(`${this.quoted()} is not a request line`);
		const method = this.text(0, methodEnd);
		const { pages } = this.options;
		this.isHead = method === "HEAD";
		if (method !== "GET" && !(pages && this.isHead))
			return this.refuse(
				`the method is ${quote(method)}; ${pages ? "pages are for GET and HEAD" : "only GET opens a WebSocket"}`,
				405,
			);
		const version = this.text(targetEnd + 6);
		this.isOld = pages !== undefined && version === "1.0";
		if (!this.isOld && !isVersion(version))
			return this.refuse(`the version of HTTP is ${quote(version)}; a WebSocket needs 1.1`);
		for (let index = methodEnd + 1; index < targetEnd; index++)
			if (!isVisibleByte(bytes[index] as number))
				return this.refuse(`${this.quoted()} has no path, which begins with "/"`);
		this.takeTarget(methodEnd + 1, targetEnd);
		this.pageRequest = pages?.request(this.pathAlone);
	}

	protected override onName(name: string): Keep {
		switch (name) {
			case "host":
			case "origin":
			case "sec-websocket-key":
			case "sec-websocket-version":
			case "expect":
			case "content-length":
				return Keep.value;
			case "sec-websocket-protocol":
				return Keep.list;
			case "transfer-encoding":
				this.refuse(`the request has a body (Transfer-Encoding), which ${this.purpose} cannot have`);
		}
		if (this.pageRequest?.onName(name)) return Keep.list;
		return this.pending?.onName(name) ? Keep.value : Keep.nothing;
	}

	protected override onField(name: string, value: string): void {
		this.pending?.onField(name, value);
		switch (name) {
			case "host":
				if (this.host !== undefined) this.refuseDouble("Host");
				this.host = value;
				break;
			case "origin":
				if (this.origin !== undefined) this.refuseDouble("Origin");
				this.origin = value;
				break;
			case "sec-websocket-key":
				if (this.key !== undefined) this.refuseDouble("Sec-WebSocket-Key");
				this.key = value;
				break;
			case "sec-websocket-version":
				if (this.version !== undefined) this.refuseDouble("Sec-WebSocket-Version");
				this.version = value;
				break;
			case "expect":
				if (lowerCase(value) === "100-continue") this.expectsContinue = true;
				else if (value) this.refuse(`the request expects ${quote(value)}; only 100-continue can be met`, 417);
				break;
			case "content-length":
				if (value !== "0")
					this.refuse(
						`the request has a body (Content-Length is ${quote(value)}), which ${this.purpose} cannot have`,
					);
		}
	}

	protected override onItem(): void {
		const { field } = this;
		if (field === "sec-websocket-protocol") return this.takeProtocol();
		const item = this.text();
		this.pageRequest?.onItem(field, item);
		this.pending?.onField(field, item);
	}

	/** A subprotocol is offered. */
	private takeProtocol(): void {
		const { bytes, length } = this;
		for (let index = 0; index < length; index++)
			if (!isTokenByte(bytes[index] as number))
				return this.refuse(`the request offers the subprotocol ${this.quoted()}, which is not a token`);
		this.pending?.onOffer(this.text());
		if (this.protocol || !((this.lengths >> (length & 31)) & 1)) return;
		const name = this.text();
		const { protocols } = this.options;
		if (protocols && protocols.indexOf(name) >= 0) this.protocol = name;
	}

	protected override onEnd(): void {
		const options = this.options;
		const { host = "", origin, key = "", version } = this;
		if (this.host === undefined && !this.isOld) this.refuse("the request has no Host");
		else if (this.pageRequest && (this.isHead || this.isOld || !this.upgradesToWebSocket))
			this.answer(this.pageRequest);
		else if (options.path && this.pathAlone !== options.path)
			this.refuse(`nothing is served at ${quote(this.path)}`, 404);
		else if (!this.upgradesToWebSocket)
			this.refuse('only WebSockets are served here; the request has no "Upgrade: websocket"', 426);
		else if (!this.connectionUpgrades) this.refuse('the request has no "Connection: Upgrade"');
		else if (version === undefined)
			this.refuse("the request has no Sec-WebSocket-Version; it must be 13", 426);
		else if (version !== "13")
			this.refuse(`the Sec-WebSocket-Version is ${quote(version)}; it must be 13`, 426);
		else if (!isKey(key))
			this.refuse(`the Sec-WebSocket-Key is ${quote(key)}; it must be the base64 of 16 bytes`);
		else if (origin !== undefined && options.allowedOrigins && options.allowedOrigins.indexOf(origin) < 0)
			this.checkSameOrigin(origin, host);
		if (!this.fault && !options.verifier) this.checkRoom();
	}

	/** Refuses an origin that is not listed, unless it is the one of the request's host. */
	private checkSameOrigin(origin: string, host: string): void {
		const isSame = this.options.allowsSameOrigin && isOriginOf(origin, host);
		if (!isSame) this.refuse(`the origin ${quote(origin)} is not allowed`, 403);
		else if (!isLocalHost(host))
			this.refuse(
				`the host ${quote(host)} is not an address or a local name; list the origin in allowedOrigins`,
				403,
			);
	}

	private checkRoom(): void {
		const { options } = this;
		if (options.hasRoom?.() !== false) return;
		const limit = options.maxConnections;
		const hint = limit === undefined ? "" : ` (maxConnections is ${limit})`;
		this.refuse(`the server has no room for one more connection${hint}`, 503);
	}

	/** Answers a request for a page. */
	private answer(request: PageRequest): void {
		const { fault } = request;
		if (!fault) this.reply = request.reply(this.isHead);
		else if (fault.status === 404 && this.options.path === this.pathAlone)
			this.refuse(`only WebSockets are served at ${quote(this.path)}`, 426);
		else this.refuse(fault.message, fault.status);
	}

	/** The path without the query. */
	private get pathAlone(): string {
		const query = this.path.indexOf("?");
		return query < 0 ? this.path : this.path.slice(0, query);
	}

	/** Reads the request target from `start` to `end`, in origin form or absolute form (RFC 9112 section 3.2). */
	private takeTarget(start: number, end: number): void {
		let pathStart = start;
		const slash = 47;
		const query = 63;
		const bytes = this.bytes;
		if (bytes[start] !== slash) {
			const scheme = lowerCase(this.text(start, start + 7 < end ? start + 7 : end));
			if (scheme.startsWith("ws://")) pathStart += 5;
			else if (scheme === "http://") pathStart += 7;
			const authority = pathStart;
			while (pathStart < end && bytes[pathStart] !== slash && bytes[pathStart] !== query) pathStart++;
			// RFC 9110 section 4.2.1: the host must not be empty.
			if (authority === start || pathStart === authority)
				return this.refuse(`${this.quoted()} has no path, which begins with "/"`);
		}
		const path = this.text(pathStart, end);
		// RFC 9112 section 3.2.1: an empty path is "/".
		this.path = bytes[pathStart] === slash && pathStart < end ? path : `/${path}`;
	}

	/** For error messages. */
	private get purpose(): string {
		return `the request for a ${this.options.pages ? "page or a WebSocket" : "WebSocket"}`;
	}

	/** Returns the start of the kept bytes, for error messages. */
	private quoted(): string {
		return quote(this.text(0, this.length < 50 ? this.length : 50));
	}

	private refuseDouble(name: string): void {
		this.refuse(`the request has ${name} twice`);
	}
}

/** Returns whether a version of HTTP is 1.1 or a later compatible one. */
const isVersion = (version: string): boolean => {
	return version.length === 3 && version >= "1.1" && version <= "1.9" && version.charAt(1) === ".";
};
