/** Where the peers of the device listen: on every interface for a board, which is another machine. */
export const peerAddress = process.env["XS_WEB_SOCKET_TARGET"] === "device" ? "0.0.0.0" : "127.0.0.1";
