import { Connection } from "./connection.js";
import type { SocketCore } from "./socketcore.js";

/** A connection of a Server, which passes it to the listeners of `connection`. */
export class Socket extends Connection {
	/** @internal */
	declare protected readonly core: SocketCore;

	/** Address of the client. */
	get remoteAddress(): string {
		return this.core.remoteAddress;
	}

	/** Path and query that the client has asked for. */
	get path(): string {
		return this.core.path;
	}

	/** The subprotocol chosen, or "". */
	get protocol(): string {
		return this.core.protocol;
	}
}
