import "../../../sim/node/globals.js";
import test from "ava";
import type { Channel } from "../../../modules/channel/contract.js";
import { Connection } from "../../../modules/websocket/connection.js";
import { ConnectionCore } from "../../../modules/websocket/connectioncore.js";
import { ConnectionSettings } from "../../../modules/websocket/settings.js";
import { traces } from "../../../sim/node/globals.js";

class TestCore extends ConnectionCore {
	override readonly mayWait = false;
	protected override readonly longestPastQueue = 0;
	protected override onOpened(): void {}
	protected override onEnded(): void {}
}

class TestConnection extends Connection {
	declare readonly core: TestCore;

	constructor() {
		super(new TestCore(ConnectionSettings.ofClient({ receiveType: "text/plain" })));
		this.core.onOpen({} as Channel, "");
	}

	receive(text: string): void {
		this.core.onMessage(text, Buffer.byteLength(text), false);
	}
}

test("a message is passed to none, one or several listeners, which may throw", (t) => {
	const it = new TestConnection();
	const info = { binary: false };
	const calls: unknown[] = [];
	it.receive("unheard");
	for (const number of [1, 2]) {
		it.on("message", function (this: unknown, ...values) {
			calls.push([number, this === it, ...values]);
			throw new RangeError(`at message ${values[0]}, listener ${number}`);
		});
		calls.length = 0;
		it.receive(`of ${number}`);
		t.deepEqual(
			calls,
			[1, 2].slice(0, number).map((listener) => [listener, true, `of ${number}`, info]),
		);
		t.true(
			traces.some(
				(text) =>
					text.includes('"message" threw RangeError') && text.includes(`at message of ${number}, listener 1`),
			),
		);
	}
	it.removeAllListeners().once("message", (message) => calls.push(message));
	it.receive("once");
	it.receive("twice");
	t.deepEqual(calls.slice(-1), ["once"]);
	t.is(it.counters.received, 5);
});
