import { Digest } from "crypt";

/** The request of a client that asks for a WebSocket. */
export const upgradeRequest = [
	"GET / HTTP/1.1",
	"Host: device",
	"Upgrade: websocket",
	"Connection: Upgrade",
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
	"Sec-WebSocket-Version: 13",
	"\r\n",
].join("\r\n");

/** The response of a server to a request (RFC 6455 section 4.2.2). */
export function upgradeResponse(request: string): string {
	const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1];
	if (key === undefined) throw new Error(`"${request}" is not a request for a WebSocket`);
	const digest = new Digest("SHA1");
	digest.write(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
	return [
		"HTTP/1.1 101 Switching Protocols",
		"Upgrade: websocket",
		"Connection: Upgrade",
		`Sec-WebSocket-Accept: ${new Uint8Array(digest.close()).toBase64()}`,
		"\r\n",
	].join("\r\n");
}

/**
 * A text message in one frame, as a client or as a server sends it (RFC 6455 section 5.2). The masking key is 0: it
 * has to be taken off like any other, but the payload is right even where that is left out.
 */
export function textFrame(payload: ArrayBuffer, masked: boolean): ArrayBuffer {
	return frameOf(0x81, payload, masked);
}

/** A close frame with the code 1000 and no reason. */
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

/** Octets of a frame with so many octets of payload, up to 65535. */
export function sentSize(octets: number, role: "client" | "server"): number {
	return octets + (octets < 126 ? 2 : 4) + (role === "client" ? 4 : 0);
}
