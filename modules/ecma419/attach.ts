import { openChannel } from "../channel/channel.js";
import type { ChannelSettings } from "../channel/contract.js";
import type { Dial, DialListener } from "../channel/dial.js";
import type { AcceptedSocket } from "../channel/network.js";
import { takeOver } from "../channel/takeover.js";
import type { SocketOwner, TcpSocket } from "../channel/tcp.js";

/**
 * Takes over a socket whose opening handshake is done, and opens a Channel as its server with the first event.
 * @param from A connected ECMA-419 TCP socket.
 */
export const attach = (from: object, settings: ChannelSettings, listener: DialListener): Dial => {
	return new Attachment(from, settings, listener);
};

class Attachment implements SocketOwner, Dial {
	private readonly socket: TcpSocket;
	private readonly settings: ChannelSettings;
	private readonly listener: DialListener;

	constructor(from: object, settings: ChannelSettings, listener: DialListener) {
		this.settings = settings;
		this.listener = listener;
		this.socket = takeOver(from as AcceptedSocket, this);
	}

	destroy(): void {
		this.socket.close();
	}

	onSocketWritable(count: number): void {
		this.open(count, 0);
	}

	/** May be called before onSocketWritable(). */
	get receiver(): this {
		return this;
	}

	receive(count: number): void {
		this.open(0, count);
	}

	onSocketError(): void {
		this.onSocketException("the client disconnected right after the handshake");
	}

	onSocketException(error: unknown): void {
		this.destroy();
		this.listener.onDialFailed({ reason: String(error) });
	}

	private open(window: number, unread: number): void {
		openChannel(this.socket, window, unread, "", false, this.settings, this.listener);
	}
}
