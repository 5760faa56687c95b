/** A Client that reconnects, with the test as its server. */
import "../../../sim/node/globals.js";
import type { ClientOptions, Failure } from "../../../modules/websocket/websocket.js";
import { pass } from "../../support/clock.js";
import { closePayload, frame, opcodes } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";

const { Client } = await import("../../../modules/websocket/websocket.js");

Object.assign(globalThis, { device: { network: { ws: { socket: { io: MemorySocket } } } } });

/** Without chance: the pauses are 100, 200, 400, 800, 1000 ms. */
export const exact = { minimum: 50, maximum: 1000, factor: 2, jitter: 0, stableAfter: 5000 };

/** A client, its events, and its server: the test. */
export class Pair {
	readonly client;
	readonly events: unknown[][] = [];

	constructor(options: ClientOptions = {}) {
		this.client = new Client({
			host: "127.0.0.1",
			numberOfRetries: 0,
			timeBetweenRetries: 0,
			pingInterval: 0,
			connectTimeout: 0,
			reconnect: exact,
			...options,
		});
		for (const event of ["open", "close", "error", "retry"] as const)
			this.client.on(event, (...values: unknown[]) => this.events.push([event, ...values]));
		this.client.open();
	}

	/** The failures that `retry` and `error` carried. */
	get failures(): Failure[] {
		return this.events.map((values) => values.at(-1)).filter((it) => typeof it === "object") as Failure[];
	}

	/** Answers the current attempt, and returns the request. */
	answer(response: string): string {
		const socket = MemorySocket.last;
		socket.grant(1000);
		const request = socket.take().toString("latin1");
		socket.receive(response || acceptingResponse(acceptFor(request)));
		return request;
	}

	accept(): string {
		return this.answer("");
	}

	refuse(status: number, fields = ""): string {
		return this.answer(`HTTP/1.1 ${status} No\r\n${fields}\r\n`);
	}

	/** Closes the connection as the server. */
	end(code?: number): void {
		if (code) MemorySocket.last.receive(frame(opcodes.close, closePayload(code, "because")));
		MemorySocket.last.fail();
		pass(0);
	}
}

/** Lets time pass until the next attempt; returns how long that took, and undefined when none comes. */
export function untilAttempt(limit = 10_000): number | undefined {
	const { count } = MemorySocket;
	for (let waited = 0; waited <= limit; waited++) {
		if (MemorySocket.count > count) return waited;
		pass(1);
	}
	return undefined;
}
