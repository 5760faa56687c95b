import "../../sim/node/globals.js";
import { setTimeout as delay } from "node:timers/promises";
import test from "ava";
import type { SendOptions, SendOutcome } from "xs-web-socket";
import { Echo } from "../../hosts/echo/echo.js";

/** A connection that accepts `room` messages and discards the others. */
class FakeConnection {
	room = 0;
	/** First byte and type of the accepted messages. */
	readonly taken: string[] = [];
	closedWith: number | undefined;
	readonly counters = { waiting: 0 };

	send(data: unknown, options?: SendOptions): SendOutcome {
		if (this.room === 0) return "discarded";
		this.room--;
		this.taken.push(`${new Uint8Array(data as ArrayBuffer)[0]} ${options?.binary}`);
		return "sent";
	}

	isOpen(): boolean {
		return this.closedWith === undefined;
	}

	close(code?: number): void {
		this.closedWith = code;
	}
}

function message(first: number): ArrayBuffer {
	return Uint8Array.of(first, 0, 0, 0).buffer;
}

/** Adds room for `count` messages and waits until they are accepted. */
async function takes(connection: FakeConnection, count: number): Promise<void> {
	connection.room += count;
	while (connection.room > 0) await delay(1);
}

test("discarded messages are sent again, once each, in order and with the same type", async (t) => {
	const connection = new FakeConnection();
	const echo = new Echo(connection, 100);
	connection.room = 2;
	for (let number = 0; number < 6; number++) echo.send(message(number), number % 2 === 0);
	t.deepEqual(connection.taken, ["0 true", "1 false"]);
	await takes(connection, 1);
	// The message is queued after the waiting ones, even if there is room.
	echo.send(message(6), true);
	await takes(connection, 2);
	await takes(connection, 2);
	echo.send(message(7), false);
	await takes(connection, 1);
	const everything = [0, 1, 2, 3, 4, 5, 6, 7].map((number) => `${number} ${number % 2 === 0}`);
	t.deepEqual(connection.taken, everything);
	connection.room = 3;
	await delay(20);
	t.deepEqual(connection.taken, everything);
	echo.send(message(8), true);
	t.deepEqual(connection.taken, [...everything, "8 true"]);
	t.is(connection.closedWith, undefined);
});

test("more queued bytes than four times maxMessageSize close the connection, and nothing more is sent", async (t) => {
	const connection = new FakeConnection();
	const echo = new Echo(connection, 4);
	for (let number = 0; number < 4; number++) echo.send(message(number), true);
	t.is(connection.closedWith, undefined);
	// Sent messages do not count.
	await takes(connection, 1);
	echo.send(message(4), true);
	t.is(connection.closedWith, undefined);
	echo.send(message(5), true);
	t.is(connection.closedWith, 1013);
	connection.room = 10;
	await delay(20);
	t.deepEqual(connection.taken, ["0 true"]);
});

test("a message that is never accepted although the queue is empty closes the connection with 1009", async (t) => {
	const connection = new FakeConnection();
	const echo = new Echo(connection, 100);
	echo.send(message(0), true);
	while (connection.closedWith === undefined) await delay(10);
	t.is(connection.closedWith, 1009);
	connection.room = 10;
	await delay(20);
	t.deepEqual(connection.taken, []);
});
