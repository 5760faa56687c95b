import { OutgoingText } from "../channel/tcp.js";
import { lowerCase, quote } from "../rfc6455/characters.js";
import type { HeadFault } from "../rfc6455/head.js";
import type { Outgoing, PageRequest as Request } from "../rfc6455/pages.js";
import type { Page } from "./page.js";
import { PageReply } from "./pagereply.js";

/** Whether the client takes gzip (RFC 9110 section 12.5.3), in bits. */
const enum Encoding {
	/** It has said what it takes. */
	told = 1,
	gzip = 2,
	noGzip = 4,
	/** Everything that it did not name. */
	others = 8,
}

/** Reads the fields of a request for a page, and chooses the response. */
export class PageRequest implements Request {
	private readonly path: string;
	private readonly page: Page | undefined;
	/** Bits of `Encoding`. */
	private encodings: number;
	/** True if the client has the page already (RFC 9110 section 13.1.2). */
	private isKnown: boolean;
	/** True once the request has named a tag, or a part of one. */
	private hasTags: boolean;

	constructor(path: string, page: Page | undefined) {
		this.path = path;
		this.page = page;
		this.encodings = 0;
		this.isKnown = false;
		this.hasTags = false;
	}

	onName(name: string): boolean {
		if (name === "accept-encoding") this.encodings |= Encoding.told;
		else if (name !== "if-none-match") return false;
		return this.page !== undefined;
	}

	onItem(name: string, item: string): void {
		const { page } = this;
		if (!page) return;
		if (name === "accept-encoding") this.encodings |= encodingOf(item);
		else {
			// RFC 9110 section 8.8.3.2, weak comparison. A tag with a comma arrives in pieces, of which none has two quotes; a
			// later one may be "*".
			if (item === "*" ? !this.hasTags : (item.startsWith("W/") ? item.slice(2) : item) === page.entityTag)
				this.isKnown = true;
			this.hasTags = true;
		}
	}

	get fault(): HeadFault | undefined {
		const { page } = this;
		if (!page) return { status: 404, message: `nothing is served at ${quote(this.path)}` };
		if (page.isZipped && !this.takesGzip)
			return {
				status: 406,
				message: `${quote(this.path)} is compressed with gzip, which the request's Accept-Encoding does not allow`,
			};
		return undefined;
	}

	reply(bare: boolean): Outgoing {
		const page = this.page as Page;
		const { isKnown } = this;
		let head = isKnown ? "HTTP/1.1 304 Not Modified\r\n" : "HTTP/1.1 200 OK\r\n";
		head += `Connection: close\r\nCache-Control: no-cache\r\nETag: ${page.entityTag}\r\n`;
		if (page.isZipped) head += "Vary: Accept-Encoding\r\n";
		if (!isKnown) {
			head += `Content-Type: ${page.type}\r\nContent-Length: ${page.data.byteLength}\r\nX-Content-Type-Options: nosniff\r\n`;
			if (page.isZipped) head += "Content-Encoding: gzip\r\n";
		}
		head += "\r\n";
		return isKnown || bare ? new OutgoingText(head) : new PageReply(head, page.data);
	}

	private get takesGzip(): boolean {
		const { encodings } = this;
		if (!(encodings & Encoding.told) || encodings & Encoding.gzip) return true;
		return (encodings & (Encoding.others | Encoding.noGzip)) === Encoding.others;
	}
}

/** Returns the bits of an item of `Accept-Encoding`: a coding, and its weight, of which 0 means that it is not taken. */
const encodingOf = (item: string): number => {
	const semicolon = item.indexOf(";");
	const coding = lowerCase((semicolon < 0 ? item : item.slice(0, semicolon)).trim());
	const weight = semicolon < 0 ? "" : lowerCase(item.slice(semicolon + 1).trim());
	const refused = weight.startsWith("q=") && Number(weight.slice(2)) === 0;
	// RFC 9110 section 8.4.1.3: x-gzip is the same.
	if (coding === "gzip" || coding === "x-gzip") return refused ? Encoding.noGzip : Encoding.gzip;
	return coding === "*" && !refused ? Encoding.others : 0;
};
