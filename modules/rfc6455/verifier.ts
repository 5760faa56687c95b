/** What a server's opening handshake needs to know of verify(), which only apps with modules/verify have. */

/** A request that verify() decides on. It is complete and valid. */
export interface UpgradeRequest {
	/** Path, without the query. */
	readonly path: string;
	/** Query without "?"; "" for none. */
	readonly query: string;
	/** Address of the client; "" if the platform does not tell. */
	readonly remoteAddress: string;
	/** Value of `Origin`: browsers send it, other programs need not. */
	readonly origin: string | undefined;
	/** Those fields of `verifyHeaders` that the request has. The names are in lower case. */
	readonly headers: Readonly<Record<string, string>>;
	/** The first 8 of the subprotocols that the client offers, in its order. */
	readonly protocols: readonly string[];
}

/** A checked refusal. */
export interface Refusal {
	/** From 400 to 599. */
	readonly status: number;
	/** Reason phrase and body: visible ASCII and spaces. */
	readonly message: string;
	/** Lines of header fields, each with CR LF. */
	readonly fields: string;
}

/** A checked answer of verify(): the subprotocol, which was offered; undefined to choose as without verify(). */
export type Decision = Refusal | string | undefined;

/** Decides on the requests of a server. */
export interface Verifier {
	/** Lengths of the names of the header fields that it gets, one bit each. */
	readonly names: number;
	/** A request begins. */
	request(): PendingRequest;
}

/** What a Verifier gets of a request while it arrives. */
export interface PendingRequest {
	/** Returns whether onField() is to be called with the values of a field. @param name In lower case. */
	onName(name: string): boolean;
	/** A header field, or an item of one that is a list. @param name In lower case. */
	onField(name: string, value: string): void;
	/** A subprotocol that the client offers. */
	onOffer(protocol: string): void;
	/** Lets the app decide, when the request is complete and valid. Calls `decide` once or never, at once or later. */
	ask(request: Omit<UpgradeRequest, "headers" | "protocols">, decide: (decision: Decision) => void): void;
}
