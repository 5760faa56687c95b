import { createHash } from "node:crypto";

/** Returns the response that accepts a request. */
export function responseTo(request: string): string {
	const key = /\r\nSec-WebSocket-Key: (.*)\r\n/.exec(request)?.[1];
	const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
	return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}
