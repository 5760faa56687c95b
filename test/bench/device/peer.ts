import { upgradeRequest, upgradeResponse } from "./handshake.js";
import { Bytes, type MemorySocket, openWindow } from "./memorysocket.js";

/** Notes the socket that an implementation has made last. */
export class Registry {
	private made: MemorySocket | undefined = undefined;
	/** For the option `register` of a MemorySocket. */
	readonly register = (socket: MemorySocket): void => {
		this.made = socket;
	};

	get socket(): MemorySocket {
		if (!this.made) throw new Error("nobody has made a socket");
		return this.made;
	}
}

/** Plays the server of a client that has just made its socket: waits for the request and answers it. */
export function answerUpgrade({ socket }: Registry): void {
	socket.onWritable?.(openWindow);
	const request = socket.last;
	if (!(request instanceof ArrayBuffer)) throw new Error("the client has written no request");
	const response = new Bytes(ArrayBuffer.fromString(upgradeResponse(String.fromArrayBuffer(request))));
	socket.receive(response);
}

/** Plays the client of a server that has just made its socket, which changes hands on the way. */
export function askUpgrade(registry: Registry): void {
	const request = new Bytes(ArrayBuffer.fromString(upgradeRequest));
	registry.socket.onWritable?.(openWindow);
	registry.socket.receive(request);
	registry.socket.onWritable?.(openWindow);
}

/** Runs `action` while the device's network is what `provider` says. */
export function withNetwork(provider: object, action: () => void): void {
	const host = globalThis as { device?: object | undefined };
	const { device } = host;
	host.device = { ...device, network: { ws: provider } };
	action();
	host.device = device;
}
