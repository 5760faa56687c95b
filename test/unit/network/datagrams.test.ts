import test from "ava";
import { guardDatagrams } from "../../../modules/network/datagrams.js";

/** A UDP socket of the SDK: it reads no more once it is closed. */
class Socket {
	readonly target = "resolver";
	isClosed = false;
	readonly #datagrams: string[];
	readonly #options: { onReadable(count: number): void };

	constructor(options: object, datagrams: string[]) {
		this.#options = options as { onReadable(count: number): void };
		this.#datagrams = datagrams;
	}

	deliver(): void {
		this.#options.onReadable.call(this, this.#datagrams.length);
	}

	read(): string {
		if (this.isClosed) throw new SyntaxError("C: xsGetHostData: invalid host data");
		return this.#datagrams.shift() as string;
	}
}

/** Reads as the SDK's resolver does. */
function received(datagrams: string[]): unknown[] {
	const seen: unknown[] = [];
	const socket = new Socket(
		guardDatagrams({
			onReadable(count) {
				for (let left = count; left > 0; left--) {
					const datagram = (this as Socket).read();
					if (datagram === "junk") throw new Error("bad name");
					seen.push(datagram, (this as Socket).target);
					if (datagram === "answer") (this as Socket).isClosed = true;
				}
			},
		}),
		datagrams,
	);
	socket.deliver();
	return seen;
}

test("a datagram that arrives together with the answer does not throw", (t) => {
	t.deepEqual(received(["answer", "answer", "other"]), ["answer", "resolver"]);
});

test("a datagram that is not DNS does not throw, and hides no other one", (t) => {
	t.deepEqual(received(["junk", "other", "junk", "answer"]), ["other", "resolver", "answer", "resolver"]);
});

test("further options are kept", (t) => {
	t.like(guardDatagrams({ onReadable() {}, target: 1, port: 2 } as never), { target: 1, port: 2 });
});
