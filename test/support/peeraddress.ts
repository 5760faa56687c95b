/** Address on which peers listen: all interfaces for a board, loopback otherwise. */
export const peerAddress = process.env["XS_WEB_SOCKET_TARGET"] === "device" ? "0.0.0.0" : "127.0.0.1";
