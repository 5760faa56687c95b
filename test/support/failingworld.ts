/** A network in simulated time whose access point, name server and WebSocket server fail as the test says. */
import { closePayload, frame, opcodes, takeFrame } from "./frames.js";
import { acceptFor, acceptingResponse } from "./handshake.js";
import { MemorySocket } from "./memorysocket.js";
import { later, time } from "./simulatedtime.js";

/** What is wrong at a time. */
export type Weather =
	| "fine"
	/** The access point is away: names are not answered at all, connections do not come up. */
	| "no access point"
	/** Names cannot be resolved. */
	| "no name"
	/** The server refuses TCP connections. */
	| "refuses"
	/** The server accepts TCP connections, and says nothing. */
	| "hangs"
	/** The server resets a connection as soon as it is open. */
	| "resets"
	/** The server closes with 1013 as soon as the connection is open. */
	| "closes 1013"
	/** The server answers 503 with Retry-After: 120. */
	| "answers 503";

/** Milliseconds for a packet from here to there. */
const way = 20;

export class World {
	/** Times of the attempts: of their first packet, to the name server. */
	readonly attempts: number[] = [];
	/** Messages that the server has received. */
	readonly received: string[] = [];
	#weather: Weather = "fine";
	readonly #open = new Set<MemorySocket>();

	get weather(): Weather {
		return this.#weather;
	}

	set weather(weather: Weather) {
		this.#weather = weather;
		// Without the access point nothing is heard of the end: only a ping notices it.
		if (weather === "no access point" || weather === "fine") return;
		for (const socket of this.#open) socket.fail();
		this.#open.clear();
	}

	/** The host's network, for `device.network.ws`. */
	get network(): object {
		const world = this;
		class Resolver {
			#closed = false;
			resolve(request: {
				host: string;
				onResolved(host: string, address: string): void;
				onError(): void;
			}): void {
				world.attempts.push(time());
				if (world.weather === "no access point") return;
				const { weather } = world;
				later(way, () => {
					if (this.#closed) return;
					if (weather === "no name") request.onError();
					else request.onResolved(request.host, "192.0.2.1");
				});
			}
			close(): void {
				this.#closed = true;
			}
		}
		class Socket extends MemorySocket {
			#request = "";
			#frames = Buffer.alloc(0);

			constructor(options: object) {
				super(options);
				later(way, () => this.#connect());
			}

			#connect(): void {
				if (world.weather === "no access point") return;
				if (world.weather === "refuses") this.fail();
				else this.grant(1436);
			}

			override write(bytes: ArrayBuffer | ArrayBufferView): number {
				const rest = super.write(bytes);
				later(way, () => this.#arrive());
				return rest;
			}

			#arrive(): void {
				const bytes = this.take();
				if (world.weather === "no access point" || this.isClosed || bytes.length === 0) return;
				later(way, () => this.grant(1436));
				if (world.#open.has(this)) return this.#receiveFrames(bytes);
				this.#request += bytes.toString("latin1");
				if (this.#request.endsWith("\r\n\r\n")) this.#answer();
			}

			#answer(): void {
				const { weather } = world;
				if (weather === "hangs") return;
				if (weather === "answers 503") return this.receive("HTTP/1.1 503 Busy\r\nRetry-After: 120\r\n\r\n");
				this.receive(acceptingResponse(acceptFor(this.#request)));
				world.#open.add(this);
				if (weather === "closes 1013") this.receive(frame(opcodes.close, closePayload(1013)));
				if (weather === "resets") {
					world.#open.delete(this);
					this.fail();
				}
			}

			#receiveFrames(bytes: Buffer): void {
				this.#frames = Buffer.concat([this.#frames, bytes]);
				for (let taken = takeFrame(this.#frames); taken; taken = takeFrame(this.#frames)) {
					this.#frames = Buffer.from(taken.rest);
					const { opcode, payload } = taken.frame;
					if (opcode === opcodes.text) world.received.push(payload.toString());
					if (opcode === opcodes.ping) this.receive(frame(opcodes.pong, payload));
					if (opcode === opcodes.close) {
						world.#open.delete(this);
						this.fail();
					}
				}
			}
		}
		return { dns: { io: Resolver }, socket: { io: Socket } };
	}

	/** Returns the largest number of attempts in any hour from `start` on. */
	busiestHour(start = 0): number {
		const times = this.attempts.filter((at) => at >= start);
		let first = 0;
		let most = 0;
		times.forEach((at, last) => {
			while ((times[first] as number) <= at - 3_600_000) first++;
			most = Math.max(most, last - first + 1);
		});
		return most;
	}
}
