import test, { type ExecutionContext } from "ava";
import { Agent } from "../device/driver/driver.js";
import { clientAndRaw, clientAndWs, rawConnect, serverAndRaw } from "../device/driver/pairs.js";
import type { RemoteClient, RemoteSocket } from "../device/driver/remote.js";
import { long, onDevice } from "../device/driver/wire.js";
import { opcodes } from "../support/frames.js";
import type { RawConnection } from "../support/rawconnection.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

/** The agent reports longer strings as length and checksum. */
const longString = 1024;
/** Exceeds every limit, and would overflow the stack of every target if it were parsed. */
const many = 8000;
const roomy = { maxMessageSize: 16384 };

interface Pair {
	receiver: RemoteClient | RemoteSocket;
	raw: RawConnection;
}

const pairs = {
	async Client(t: ExecutionContext, options?: object): Promise<Pair> {
		const { client, raw } = await clientAndRaw(t, agent, { ...roomy, ...options });
		return { receiver: client, raw };
	},
	async Socket(t: ExecutionContext, options?: object): Promise<Pair> {
		const { socket, raw } = await serverAndRaw(t, agent, { ...roomy, ...options });
		return { receiver: socket, raw };
	},
};

async function receive({ receiver, raw }: Pair, text: string): Promise<unknown> {
	raw.send(opcodes.text, text);
	return (await receiver.next("message"))[0];
}

/** Sends a part of a message, and waits until it was received. */
async function sendPart(raw: RawConnection, length: number): Promise<void> {
	raw.send(opcodes.text, "p".repeat(length), { fin: false });
	raw.send(opcodes.ping, "");
	await raw.readFrameOf(opcodes.pong);
}

function asText(text: string): unknown {
	return Buffer.byteLength(text) > longString ? long(text) : text;
}

for (const role of ["Client", "Socket"] as const) {
	test(`${role}: JSON that is nested too deeply comes as its text, and the next message as its value`, async (t) => {
		const pair = await pairs[role](t);
		for (const text of [
			"[".repeat(many),
			"[".repeat(many / 2) + "]".repeat(many / 2),
			'{"":'.repeat(many / 4),
			'[{"a":'.repeat(many / 6),
			`${"[".repeat(9)}${"]".repeat(9)}`,
			`${'{"a":'.repeat(9)}1${"}".repeat(9)}`,
		]) {
			t.deepEqual(await receive(pair, text), asText(text));
			t.deepEqual(await receive(pair, '{"a":[1,{"a":2}]}'), { a: [1, { a: 2 }] });
		}
		const deepest = `${"[".repeat(8)}${"]".repeat(8)}`;
		t.deepEqual(await receive(pair, deepest), JSON.parse(deepest));
	});

	test(`${role}: maxDepth sets how deeply JSON may be nested`, async (t) => {
		const pair = await pairs[role](t, { maxDepth: 2 });
		t.deepEqual(await receive(pair, "[[1]]"), [[1]]);
		t.is(await receive(pair, "[[[1]]]"), "[[[1]]]");
		t.is(await receive(pair, '"[[[[["'), "[[[[[");
	});

	test(`${role}: JSON of too many values comes as its text`, async (t) => {
		const pair = await pairs[role](t);
		for (const item of ["1", "[1]", "[]", '""', "{}", "null"]) {
			const text = `[${`${item},`.repeat(1000)}${item}]`;
			t.deepEqual(await receive(pair, text), long(text));
		}
		const most = Array.from({ length: 511 }, (_, index) => index);
		t.deepEqual(await receive(pair, JSON.stringify(most)), most);
		t.deepEqual(await receive(pair, JSON.stringify([...most, 1])), asText(JSON.stringify([...most, 1])));
	});

	test(`${role}: maxValues sets how many values JSON may have`, async (t) => {
		const pair = await pairs[role](t, { maxValues: 3 });
		t.deepEqual(await receive(pair, '{"a":1,"b":"x,y"}'), { a: 1, b: "x,y" });
		t.is(await receive(pair, "[1,2,3]"), "[1,2,3]");
	});

	test(`${role}: names keeps these properties and no others`, async (t) => {
		const pair = await pairs[role](t, { names: ["value", "unit"] });
		t.deepEqual(await receive(pair, '{"value":1,"note":{"value":2},"unit":{"value":3,"odd":4}}'), {
			value: 1,
			unit: { value: 3 },
		});
	});

	test(`${role}: when nameMemory is used up, new names come as text, and one error says so`, async (t) => {
		const pair = await pairs[role](t, { nameMemory: 100 });
		const { receiver, raw } = pair;
		const messages = Array.from({ length: 20 }, (_, index) => `{"${role}-name-${index}":${index}}`);
		const received: unknown[] = [];
		for (const text of messages) received.push(await receive(pair, text));
		const values = received.filter((message) => typeof message === "object");
		t.true(values.length > 0 && values.length < 5, `${values.length} messages came as values`);
		t.deepEqual(received, [
			...messages.slice(0, values.length).map((text) => JSON.parse(text)),
			...messages.slice(values.length),
		]);
		t.regex((await receiver.next("error"))[0] as string, /nameMemory.*names/);
		// Names that were accepted before are still known.
		t.deepEqual(await receive(pair, messages[0] as string), { [`${role}-name-0`]: 0 });
		t.is(receiver.order.filter((event) => event === "error").length, 1);
		t.is(raw.unread.length, 0);
	});

	test(`${role}: an app that answers with the value inside its own can do so with every value received`, async (t) => {
		const pair = await pairs[role](t);
		const { receiver, raw } = pair;
		await receiver.listen("message", [receiver.step("send", { echo: { message: onDevice.argument(0) } })]);
		const deepest = `${"[".repeat(8)}${"]".repeat(8)}`;
		raw.send(opcodes.text, deepest);
		t.is((await raw.readMessage()).text, `{"echo":{"message":${deepest}}}`);
		const emptyArrays = `[${"[],".repeat(23)}[]]`;
		raw.send(opcodes.text, emptyArrays);
		t.is((await raw.readMessage()).text, `{"echo":{"message":${emptyArrays}}}`);
	});
}

test("send() of a value that XS cannot write throws, and changes nothing", async (t) => {
	const { client, peer } = await clientAndWs(t, agent);
	let deep: unknown = 1;
	for (let level = 0; level < 11; level++) deep = [deep];
	for (const [value, message] of [
		[deep, /more than 10 levels/],
		[Array.from({ length: 400 }, () => []), /more than 48 empty arrays/],
		[onDevice.cycle, /contains itself/],
	] as const) {
		const error = await t.throwsAsync(client.send(value));
		t.regex(error?.message ?? "", message);
	}
	t.like(await client.counters(), { accepted: 0, discarded: 0, waiting: 0 });
	t.is(await client.send("next"), "sent");
	t.is(await peer.message(), '"next"');
});

test("unfinished messages of a Server's connections share receiveBudget: the longest gives way", async (t) => {
	const { server, port, socket, raw } = await serverAndRaw(t, agent, {
		receiveType: "text/plain",
		maxMessageSize: 8192,
	});
	const others = [raw];
	const sockets = [socket];
	for (let count = 1; count < 4; count++) {
		const other = await rawConnect(t, agent, port);
		await other.upgrade();
		others.push(other);
		sockets.push(await server.connection());
	}
	const [first, second, third, last] = others as [RawConnection, RawConnection, RawConnection, RawConnection];
	await sendPart(first, 8000);
	await sendPart(second, 7000);
	// A third one exceeds the budget: the longest is discarded.
	third.send(opcodes.text, "c".repeat(4096), { fin: false });
	t.is((await first.readClose()).code, 1009);
	t.regex(
		(await (sockets[0] as RemoteSocket).next("error"))[0] as string,
		/unfinished message of 8\d{3} bytes/,
	);
	third.send(opcodes.continuation, "");
	t.deepEqual((await (sockets[2] as RemoteSocket).next("message"))[0], long("c".repeat(4096)));
	// One that would itself be the longest is refused.
	second.send(opcodes.continuation, "");
	await (sockets[1] as RemoteSocket).next("message");
	await sendPart(second, 5000);
	await sendPart(third, 5000);
	last.send(opcodes.text, "d".repeat(8000), { fin: false });
	t.is((await last.readClose()).code, 1009);
	t.true(await (sockets[1] as RemoteSocket).isOpen());
	t.true(await (sockets[2] as RemoteSocket).isOpen());
});
