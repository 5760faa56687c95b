import "../../sim/node/globals.js";
import { setTimeout as delay } from "node:timers/promises";
import test from "ava";
import type { SendOptions, SendOutcome } from "xs-web-socket";
import { Echo } from "../../hosts/echo/echo.js";

/** A connection that takes so many messages and discards the others, until it is given more room. */
class FakeConnection {
	room = 0;
	/** First octet and kind of what was taken. */
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

/** Gives a connection room for so many messages more, and waits until it has taken them. */
async function takes(connection: FakeConnection, count: number): Promise<void> {
	connection.room += count;
	while (connection.room > 0) await delay(1);
}

test("what the connection discards is sent again, in order, each once, as what it was", async (t) => {
	const connection = new FakeConnection();
	const echo = new Echo(connection, 100);
	connection.room = 2;
	for (let number = 0; number < 6; number++) echo.send(message(number), number % 2 === 0);
	t.deepEqual(connection.taken, ["0 true", "1 false"]);
	await takes(connection, 1);
	// It waits behind those before it, room or not.
	echo.send(message(6), true);
	await takes(connection, 2);
	await takes(connection, 2);
	echo.send(message(7), false);
	await takes(connection, 1);
	const everything = [0, 1, 2, 3, 4, 5, 6, 7].map((number) => `${number} ${number % 2 === 0}`);
	t.deepEqual(connection.taken, everything);
	// Nothing is left to be sent.
	connection.room = 3;
	await delay(20);
	t.deepEqual(connection.taken, everything);
	echo.send(message(8), true);
	t.deepEqual(connection.taken, [...everything, "8 true"]);
	t.is(connection.closedWith, undefined);
});

test("four times the longest message may wait, more closes the connection, and then nothing is sent", async (t) => {
	const connection = new FakeConnection();
	const echo = new Echo(connection, 4);
	for (let number = 0; number < 4; number++) echo.send(message(number), true);
	t.is(connection.closedWith, undefined);
	// What was sent no longer counts.
	await takes(connection, 1);
	echo.send(message(4), true);
	t.is(connection.closedWith, undefined);
	echo.send(message(5), true);
	t.is(connection.closedWith, 1013);
	connection.room = 10;
	await delay(20);
	t.deepEqual(connection.taken, ["0 true"]);
});

test("a message that is never taken, though nothing else waits, closes the connection with 1009", async (t) => {
	const connection = new FakeConnection();
	const echo = new Echo(connection, 100);
	echo.send(message(0), true);
	while (connection.closedWith === undefined) await delay(10);
	t.is(connection.closedWith, 1009);
	connection.room = 10;
	await delay(20);
	t.deepEqual(connection.taken, []);
});
