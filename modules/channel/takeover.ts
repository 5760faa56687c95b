import type { AcceptedSocket } from "./network.js";
import { type SocketOwner, socketOptions, type TcpConstructor, type TcpSocket } from "./tcp.js";

/**
 * Takes over a socket with its unread bytes. A Client has no use for it, so it has a file of its own.
 * @throws Error when the connection has ended already. lwIP also has sockets that were never connected: it tells the
 *   listener of a connection for which it has no memory.
 */
export const takeOver = (from: AcceptedSocket, target?: SocketOwner): TcpSocket => {
	try {
		return new (from.constructor as TcpConstructor)({ ...socketOptions, from, target });
	} catch (error) {
		// The SDK keeps a socket, and bytes that were not read, until it is closed.
		from.close();
		throw error;
	}
};
