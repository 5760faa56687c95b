/** A WebSocketClient over a socket in memory, with its callbacks. */
import "../../../sim/node/globals.js";
import type { WebSocketClientOptions, WriteOptions } from "../../../modules/ecma419/options.js";
import WebSocketClient from "../../../modules/ecma419/websocketclient.js";
import "../../support/clock.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { type Role, roles } from "../rfc6455/endpoint.js";

export { type Role, roles };

type Options = Partial<WebSocketClientOptions<WebSocketClient>>;

export class User {
	readonly it: WebSocketClient;
	readonly socket: MemorySocket;
	/** The callbacks so far: name and arguments. */
	readonly calls: unknown[][] = [];
	/** True to leave reading to the test. */
	isSlow = false;
	/** Bytes that were read in onReadable, unless isSlow. */
	readonly pieces: Buffer[] = [];
	#isInside = true;

	/** Creates the instance: a client that has sent its request, or a server that has taken over a socket. */
	constructor(role: Role, options: Options = {}) {
		const note = (name: string, ...values: unknown[]) => {
			this.calls.push(this.#isInside ? ["inside a method", name] : [name, ...values]);
		};
		const user = this;
		const callbacks: Options = {
			onWritable: (count) => note("writable", count),
			onReadable(count, { more, binary }) {
				note("readable", count, more, binary);
				if (user.isSlow) return;
				const piece = this.read();
				if (piece) user.pieces.push(Buffer.from(piece));
			},
			onControl: (opcode, payload) => note("control", opcode, Buffer.from(payload).toString("latin1")),
			onClose: () => note("close"),
			onError: ({ message, code }) => note("error", message, code),
		};
		const way: Options =
			role === "client"
				? { host: "127.0.0.1", socket: { io: MemorySocket } as never }
				: { attach: new MemorySocket({ remoteAddress: "192.0.2.1" }) };
		this.it = new WebSocketClient({ ...way, ...callbacks, ...options });
		this.#isInside = false;
		this.socket = MemorySocket.last;
	}

	/** Creates an instance, opens its WebSocket, and clears the list of calls. */
	static open(role: Role, options: Options & { window?: number } = {}): User {
		const { window = 1000, ...rest } = options;
		const user = new User(role, rest);
		user.socket.grant(1000);
		if (role === "client")
			user.socket.receive(acceptingResponse(acceptFor(user.socket.take().toString("latin1"))));
		user.socket.grant(window);
		user.calls.length = 0;
		return user;
	}

	/** Calls write(), and records callbacks inside it as errors. */
	write(data: unknown, options?: WriteOptions): number {
		return this.#inside(() => this.it.write(data as ArrayBuffer, options));
	}

	/** Calls read() with an argument of any type. */
	read(amount?: number | ArrayBuffer | Uint8Array): string | number | undefined {
		const result = this.#inside(() =>
			amount === undefined ? this.it.read() : this.it.read(amount as number),
		);
		return result instanceof ArrayBuffer ? Buffer.from(result).toString("latin1") : result;
	}

	close(): void {
		this.#inside(() => this.it.close());
	}

	/** The names of the callbacks so far. */
	get names(): unknown[] {
		return this.calls.map(([name]) => name);
	}

	#inside<Result>(action: () => Result): Result {
		this.#isInside = true;
		try {
			return action();
		} finally {
			this.#isInside = false;
		}
	}
}
