import { type SocketOwner, socketOptions, type TcpConstructor, type TcpSocket } from "./tcp.js";

/** Takes over a socket with its unread bytes. A Client has no use for it, so it has a file of its own. */
export const takeOver = (from: object, target: SocketOwner): TcpSocket => {
	return new (from.constructor as TcpConstructor)({ ...socketOptions, from, target });
};
