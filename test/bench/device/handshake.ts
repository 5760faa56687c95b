import { acceptFor } from "../../../modules/rfc6455/accept.js";

/** A client's upgrade request. */
export const upgradeRequest = [
	"GET / HTTP/1.1",
	"Host: device",
	"Upgrade: websocket",
	"Connection: Upgrade",
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	"Sec-WebSocket-Version: 13",
	"\r\n",
].join("\r\n");

/** Returns a server's response to an upgrade request (RFC 6455 section 4.2.2). */
export function upgradeResponse(request: string): string {
	const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1];
	if (key === undefined) throw new Error(`"${request}" is not an upgrade request`);
	return [
		"HTTP/1.1 101 Switching Protocols",
		"Upgrade: websocket",
		"Connection: Upgrade",
		`Sec-WebSocket-Accept: ${acceptFor(key)}`,
		"\r\n",
	].join("\r\n");
}

/**
 * Makes a text message in one frame, sent by a client or by a server (RFC 6455 section 5.2). The masking key is
 * 0: the frame must be unmasked like any other, but the payload is right even without unmasking.
 */
export function textFrame(payload: ArrayBuffer, masked: boolean): ArrayBuffer {
	return frameOf(0x81, payload, masked);
}

/** Makes a close frame with code 1000 and no reason. */
export function closeFrame(masked: boolean): ArrayBuffer {
	return frameOf(0x88, Uint8Array.of(1000 >> 8, 1000 & 255).buffer, masked);
}

function frameOf(first: number, payload: ArrayBuffer, masked: boolean): ArrayBuffer {
	const length = payload.byteLength;
	const header = length < 126 ? [length] : [126, length >> 8, length & 255];
	if (masked) header[0] = (header[0] as number) | 0x80;
	const start = 1 + header.length + (masked ? 4 : 0);
	const frame = new Uint8Array(start + length);
	frame[0] = first;
	frame.set(header, 1);
	frame.set(new Uint8Array(payload), start);
	return frame.buffer;
}

/** Returns the size of a frame with a payload of up to 65535 bytes. */
export function sentSize(bytes: number, role: "client" | "server"): number {
	return bytes + (bytes < 126 ? 2 : 4) + (role === "client" ? 4 : 0);
}
