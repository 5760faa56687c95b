/** A WebSocketClient that is used in any order, also by its callbacks, which may throw: USING_SEED=N repeats the run of that seed. */
import "../../support/simulatedtime.js";
import "../../../sim/node/globals.js";
import test from "ava";
import type { WebSocketError } from "../../../modules/ecma419/options.js";
import WebSocketClient from "../../../modules/ecma419/websocketclient.js";
import { AnyOrder } from "../../support/anyorder.js";
import { closePayload, frame, opcodes } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { Random } from "../../support/random.js";
import { passUntil, time, timers } from "../../support/simulatedtime.js";

/** One client, or server with `attach`, and its peer. */
class Play extends AnyOrder {
	private readonly it: WebSocketClient;
	private readonly socket: MemorySocket;
	private readonly mask: boolean;
	private depth = 0;
	private isClosed = false;
	private hasEnded = false;

	constructor(seed: number) {
		super(seed);
		const { random } = this;
		this.mask = random.next() < 0.4;
		const way = this.mask
			? { attach: new MemorySocket() }
			: { host: "127.0.0.1", socket: { io: MemorySocket as never } };
		this.it = new WebSocketClient({
			...way,
			closeTimeout: 100,
			maxMessageSize: 1000,
			onReadable: () => this.onCallback("onReadable"),
			onWritable: () => this.onCallback("onWritable"),
			onControl: () => this.onCallback("onControl"),
			onClose: () => this.onCallback("onClose", true),
			onError: ({ code }: WebSocketError) => this.onCallback("onError", code === undefined),
		});
		this.socket = MemorySocket.last;
		if (this.mask) return;
		this.outside("window", () => this.socket.grant(1000));
		const response = acceptingResponse(acceptFor(this.socket.take().toString("latin1")));
		this.outside("accept", () => this.socket.receive(response));
	}

	step(): void {
		const { random, socket } = this;
		switch (random.choose({ use: 5, frame: 8, window: 5, time: 4, lose: 0.3, break: 0.3 })) {
			case "use":
				return this.use();
			case "frame": {
				const bytes = this.frame();
				const half = random.integer(0, bytes.length);
				for (const part of [bytes.subarray(0, half), bytes.subarray(half)])
					this.outside("frame", () => socket.receive(part));
				return;
			}
			case "window":
				return this.outside("window", () => socket.grant(random.pick([1, 10, 100, 1000])));
			case "time":
				return this.outside("time", () => passUntil(time() + random.pick([0, 10, 100, 500])));
			case "lose":
				// It is told when everything was read.
				if (!socket.readable) this.outside("lose", () => socket.fail());
				return;
			case "break":
				socket.isBroken = true;
		}
	}

	/** The connection ends, with one last callback unless close() was called, and leaves nothing behind. */
	end(): void {
		this.depth = 10;
		for (let count = 0; count < 100 && this.socket.readable; count++) {
			this.it.read(1000);
			this.outside("time", () => passUntil(time()));
		}
		this.outside("lose", () => this.socket.fail());
		this.outside("time", () => passUntil(time() + 5000));
		if (!this.socket.isClosed) this.problems.push("the socket is left");
		if (!this.hasEnded && !this.isClosed) this.problems.push("no last callback");
		if (timers()) this.problems.push(`${timers()} timers are left`);
	}

	private onCallback(name: string, ends = false): void {
		const { problems, random, method } = this;
		this.log.push(name);
		if (method) problems.push(`${name} inside ${method}()`);
		if (this.isClosed) problems.push(`${name} after close()`);
		if (this.hasEnded) problems.push(`${name} after the last callback`);
		if (ends) this.hasEnded = true;
		if (this.depth > 2) return;
		this.depth++;
		while (random.next() < 0.4) this.use();
		this.depth--;
		if (random.next() < 0.03) throw random.pick([Symbol("odd"), new Error("odd"), Object.create(null)]);
	}

	private use(): void {
		const { it, random } = this;
		const method = random.choose({ read: 6, write: 6, close: 0.3 });
		const options = random.pick([{}, {}, { more: true }, { opcode: 9 }, { opcode: 8 }]);
		const bytes = options.opcode === 8 ? closePayload(1000) : random.bytes(random.integer(0, 120));
		this.log.push(method);
		this.method = method;
		try {
			if (method === "read") it.read(random.integer(1, 50));
			else if (method === "write") it.write(bytes, options);
			else {
				this.isClosed = true;
				it.close();
			}
		} catch (error) {
			// There is no room, or no connection.
			if (method !== "write" || error instanceof TypeError) this.problems.push(`${method}: ${String(error)}`);
		}
		this.method = "";
	}

	private frame(): Buffer {
		const { mask, random } = this;
		switch (random.choose({ text: 3, binary: 2, part: 2, rest: 2, ping: 2, close: 0.3, wrong: 0.3 })) {
			case "text":
				return frame(opcodes.text, "hello".repeat(random.integer(0, 40)), { mask });
			case "binary":
				return frame(opcodes.binary, "x", { mask });
			case "part":
				return frame(opcodes.binary, "abc", { mask, fin: false });
			case "rest":
				return frame(opcodes.continuation, "abc", { mask });
			case "ping":
				return frame(opcodes.ping, "p", { mask });
			case "close":
				return frame(opcodes.close, "", { mask });
			case "wrong":
				return frame(3, "", { mask });
		}
	}
}

const { seed } = new Random("USING_SEED");

test(`a WebSocketClient used in any order calls back as it should, and ends: USING_SEED=${seed}`, (t) => {
	const calls = new Map<string, number>();
	for (let index = 0; index < 2000; index++) {
		const play = new Play(seed + index);
		for (let step = 0; step < 60; step++) play.step();
		play.end();
		for (const name of play.log) calls.set(name, (calls.get(name) ?? 0) + 1);
		if (play.problems.length) t.log(`USING_SEED=${seed + index}`, play.log);
		t.deepEqual(play.problems, []);
	}
	for (const name of ["onReadable", "onWritable", "onControl", "onClose", "onError", "close"])
		t.true((calls.get(name) ?? 0) > 50, name);
});
