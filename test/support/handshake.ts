/** The opening handshake (RFC 6455, 4.2.2), implemented independently of the module. */
import { createHash } from "node:crypto";

/** Returns the Sec-WebSocket-Accept for the key in the head of a request. */
export function acceptFor(head: string): string {
	const key = /^sec-websocket-key:[ \t]*(\S*)[ \t]*$/im.exec(head)?.[1] ?? "";
	return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** The header fields of a valid request for a WebSocket, always with the same key. */
export const upgradeHeaders = {
	Host: "device",
	Upgrade: "websocket",
	Connection: "Upgrade",
	"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	"Sec-WebSocket-Version": "13",
};

/** Returns a request with these. @param fields Further header fields, each with CR LF. */
export function upgradeRequest(path = "/", fields = ""): string {
	const lines = Object.entries(upgradeHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
	return `GET ${path} HTTP/1.1\r\n${lines.join("")}${fields}\r\n`;
}

/** Returns a response that accepts a request. @param fields Further header fields, each with CR LF. */
export function acceptingResponse(accept: string, fields = ""): string {
	return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${fields}\r\n`;
}
