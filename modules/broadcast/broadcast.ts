import type { SharedMessage } from "../rfc6455/writing.js";
import { keyOption } from "../websocket/connectioncore.js";
import { sendTypeFor } from "../websocket/mediatypes.js";
import { given, type RawOptions, rawOptions, wrongType } from "../websocket/options.js";
import type { BroadcastOutcome, ServerSockets } from "../websocket/parts.js";
import { Socket } from "../websocket/socket.js";
import type { SocketCore } from "../websocket/socketcore.js";

/**
 * Sends a message to the open sockets of a server. It is encoded once, and so is its frame. Each socket keeps its own queue,
 * overflow rule and counters.
 * @throws TypeError or RangeError when the value cannot be encoded, or an option is wrong; nothing has changed then.
 */
export const broadcast = (server: ServerSockets, data: unknown, options: unknown): BroadcastOutcome => {
	const raw = options === undefined ? undefined : rawOptions(options);
	const except = raw && exceptOption(raw);
	const key = raw && keyOption(raw);
	const { sendType } = server.settings;
	const type = raw ? sendTypeFor(sendType, data, raw) : sendType;
	const { binary } = type;
	const message: SharedMessage = { data: type.encode(data), binary, frame: undefined, encoded: 0 };
	let sent = 0;
	let queued = 0;
	let discarded = 0;
	// Read now: the value may have closed sockets while it was encoded.
	const { sockets } = server;
	for (let index = 0; index < sockets.length; index++) {
		const socket = sockets[index] as SocketCore;
		if (!socket.isOpen || (except && except.indexOf(socket.emitter) >= 0)) continue;
		if (sends(socket, message)) sent++;
		else if (socket.wait(message.data, binary, key) < 0) discarded++;
		else queued++;
	}
	return { sent, queued, discarded };
};

/** Writes a message to the channel of a socket, if no other one waits. Returns false, without side effects, if it must wait. */
const sends = (socket: SocketCore, message: SharedMessage): boolean => {
	const { channel } = socket;
	if (socket.waiting || !channel) return false;
	const length = channel.writer.writeShared(message);
	if (length < 0) return false;
	socket.sent++;
	socket.bytesSent += length;
	return true;
};

const exceptOption = (raw: RawOptions): readonly unknown[] => {
	const value = given(raw, "except") ?? [];
	const sockets: readonly unknown[] = Array.isArray(value) ? value : [value];
	sockets.forEach((socket) => {
		if (!(socket instanceof Socket)) throw wrongType("except", value, "a Socket or an array of Sockets");
	});
	return sockets;
};
