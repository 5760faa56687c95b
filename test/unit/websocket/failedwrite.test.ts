/**
 * A write that the socket refuses is no message sent: lwIP may have no memory although the window promised room. write()
 * then returns undefined, and `onError` follows; it may also throw.
 */

import "../../../sim/node/globals.js";
import test from "ava";
import { Client } from "../../../modules/websocket/client.js";
import { nextTurn } from "../../support/clock.js";
import { opcodes } from "../../support/frames.js";
import { acceptFor, acceptingResponse } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";
import { framesIn } from "../rfc6455/frames.js";

type Failure = "returns undefined" | "throws";

/** Fails from a write on. */
class FailingSocket extends MemorySocket {
	/** Number of writes that succeed. */
	writes = Number.POSITIVE_INFINITY;
	failure: Failure = "throws";

	override write(bytes: ArrayBuffer | ArrayBufferView): number {
		if (this.writes-- > 0) return super.write(bytes);
		this.writes = 0;
		if (this.failure === "throws") throw new Error("not ready");
		return undefined as unknown as number;
	}
}

test.beforeEach(() =>
	Object.assign(globalThis, { device: { network: { ws: { socket: { io: FailingSocket } } } } }),
);

function connect(client: Client, window = 1000): FailingSocket {
	client.open();
	nextTurn();
	const socket = MemorySocket.last as FailingSocket;
	socket.grant(window);
	socket.receive(acceptingResponse(acceptFor(socket.take().toString("latin1"))));
	return socket;
}

/** Sends the message "hello" while the socket fails; then the connection is lost. Returns what the next one sends. */
function sendWhileFailing(failure: Failure, queued: boolean) {
	const client = new Client({
		...{ host: "192.0.2.1", connectTimeout: 0, pingInterval: 0, timeBetweenRetries: 0 },
		sendType: "text/plain",
	});
	const closed: number[] = [];
	client.on("close", (code) => closed.push(code));
	const socket = connect(client);
	if (queued) socket.grant(0);
	else Object.assign(socket, { failure, writes: 0 });
	const outcome = client.send("hello");
	if (queued) {
		Object.assign(socket, { failure, writes: 0 });
		socket.grant(1000);
	}
	const { sent } = client.counters;
	socket.fail();
	nextTurn();
	const next = connect(client);
	const messages = framesIn(next.take()).map(({ opcode, payload }) => [opcode, payload.toString()]);
	return { outcome, sent, closed, messages, counters: client.counters };
}

for (const queued of [false, true])
	for (const failure of ["returns undefined", "throws"] as const)
		test.serial(
			`${queued ? "a queued" : "a direct"} message is not sent when the write ${failure}, and goes to the next connection`,
			(t) => {
				const { outcome, sent, closed, messages, counters } = sendWhileFailing(failure, queued);
				t.is(outcome, "queued");
				t.is(sent, 0);
				t.deepEqual(closed, [1006]);
				t.deepEqual(messages, [[opcodes.text, "hello"]]);
				t.is(counters.sent, 1);
				t.is(counters.lost, 0);
			},
		);
