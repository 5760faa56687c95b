import type { Server } from "xs-web-socket";
import type { Case } from "./case.js";
import type { Message } from "./messages.js";
import { serve } from "./ours.js";
import { Registry } from "./peer.js";

/** A server with as many open connections. */
export function audience(count: number): Server {
	return serve(new Registry(), { pingInterval: 0, sendQueueSize: 64 }, count);
}

/** A message to every connection of a server: broadcast(), and send() of each. One message counts once. */
export function broadcastCases({ bytes, value }: Message, server: Server): Case[] {
	const { sockets } = server;
	const done = () => sockets.reduce((sum, socket) => sum + socket.counters.sent, 0) / sockets.length;
	const common = { subject: "xs-web-socket", role: "server", bytes, batch: 1, done } as const;
	return [
		{
			...common,
			work: `broadcast to ${sockets.length}`,
			run(count) {
				for (let index = 0; index < count; index++) server.broadcast(value);
			},
		},
		{
			...common,
			work: `send() to ${sockets.length}`,
			run(count) {
				for (let index = 0; index < count; index++)
					for (let to = 0; to < sockets.length; to++) sockets[to]?.send(value);
			},
		},
	];
}
