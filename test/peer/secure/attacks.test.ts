import test from "ava";
import { rawServer } from "../../device/driver/pairs.js";
import { recordTypes } from "../../support/tlsrelay.js";
import { Setup } from "./setup.js";

const setup = await Setup.make();
const { agent } = setup;
test.after.always("the device is still running", () => agent.stop());

/** Returns a record of TLS 1.2. */
function record(type: number, ...bytes: number[]): Buffer {
	return Buffer.from([type, 3, 3, bytes.length >> 8, bytes.length & 255, ...bytes]);
}

const closeNotify = record(recordTypes.alert, 1, 0);
const random = new Array<number>(32).fill(1);

/** ServerHello with a version and a cipher suite. */
function serverHello(version: number, ...suite: [number, number]): Buffer {
	return record(recordTypes.handshake, 2, 0, 0, 38, 3, version, ...random, 0, ...suite, 0);
}

const answers: [what: string, answer: Buffer][] = [
	["ends TLS at once", closeNotify],
	["ends TLS at once, and TCP", closeNotify],
	["ends TLS after its hello", Buffer.concat([serverHello(3, 0xc0, 0x2b), closeNotify])],
	["chooses TLS 1.1", serverHello(2, 0, 0x2f)],
	["chooses an unknown cipher", serverHello(3, 0x13, 1)],
	[
		"encrypts before there are keys",
		Buffer.concat([serverHello(3, 0, 0x2f), record(recordTypes.changeCipherSpec, 1)]),
	],
	["sends data in the clear", record(recordTypes.data, 65, 66)],
	["sends an alert that is unknown", record(recordTypes.alert, 2, 250)],
	["sends a record of an unknown type", record(99, 1, 2, 3)],
	["sends a record that is longer than TLS allows", Buffer.from([22, 3, 3, 255, 255])],
	["sends an empty record", record(recordTypes.handshake)],
	["sends a message that is longer than its record", record(recordTypes.handshake, 2, 255, 255, 255, 0)],
	["sends a certificate that is none", record(recordTypes.handshake, 11, 0, 0, 8, 0, 0, 5, 0, 0, 2, 48, 0)],
	["answers without TLS", Buffer.from("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")],
];

for (const [what, answer] of answers)
	test(`a server that ${what} is sent nothing in the clear`, async (t) => {
		const server = await rawServer(t);
		const device = await setup.client(t, server.port, {
			numberOfRetries: 1,
			timeBetweenRetries: 0,
			// An answer that is no error leaves the device waiting.
			connectTimeout: 1500,
			headers: { Authorization: "Bearer secret" },
		});
		await device.send("secret");
		await device.open();
		const raw = await server.connection();
		await raw.readUntil("\x16\x03");
		raw.write(answer);
		if (what.endsWith("TCP") || what.startsWith("answers")) raw.socket.end();
		await device.next("retry");
		t.notRegex(raw.unread.toString("latin1"), /GET|secret/);
		t.like(await device.counters(), { accepted: 1, sent: 0, waiting: 1 });
	});

test("a key exchange without a signature is refused", async (t) => {
	const server = await setup.server(t);
	const relay = await setup.relay(t, server.port);
	relay.onRecord = (bytes) => {
		// ServerKeyExchange with a curve: after the point come hash and signature.
		if (bytes[0] !== recordTypes.handshake || bytes[5] !== 12) return bytes;
		const changed = Buffer.from(bytes);
		changed[9 + 4 + (bytes[9 + 3] as number)] = 0;
		return changed;
	};
	const device = await setup.client(t, relay.port, { numberOfRetries: 0 });
	await device.open();
	t.regex((await device.next("error"))[0] as string, /is not trusted.*the key exchange is not signed/);
	t.is(server.count, 0);
});

for (const [what, change] of [
	["damaged", (bytes: Buffer) => bytes.with(-1, (bytes.at(-1) as number) ^ 1)],
	["repeated", (bytes: Buffer) => Buffer.concat([bytes, bytes])],
	["shortened", (bytes: Buffer) => Buffer.concat([Buffer.from([23, 3, 3, 0, 3]), bytes.subarray(5, 8)])],
	["replaced by data in the clear", () => record(recordTypes.data, 129, 1, 65)],
	["replaced by a handshake", () => record(recordTypes.handshake, 0, 0, 0, 0)],
] as const)
	test(`a record that was ${what} on the way ends the connection`, async (t) => {
		const server = await setup.server(t);
		const relay = await setup.relay(t, server.port);
		const device = await setup.client(t, relay.port);
		await device.open();
		const peer = await server.connection();
		await device.next("open");
		peer.send('"good"');
		t.is((await device.next("message"))[0], "good");
		relay.onRecord = (bytes) => Buffer.from(change(bytes));
		peer.send('"bad"');
		t.is((await device.next("close"))[0], 1006);
		t.true(device.all("message").length <= 2);
		// The device connects again.
		relay.onRecord = (bytes) => bytes;
		await device.open();
		await server.connection();
		await device.next("open");
	});

test("a refused connection is retried, as without TLS", async (t) => {
	const server = await setup.server(t);
	await server.close();
	const device = await setup.client(t, server.port, { numberOfRetries: 2, timeBetweenRetries: 0 });
	await device.open();
	t.regex((await device.next("error"))[0] as string, /after 3 attempts: the connection was refused$/);
});

test("a server that says nothing is given up after connectTimeout", async (t) => {
	const server = await rawServer(t);
	const device = await setup.client(t, server.port, { numberOfRetries: 0, connectTimeout: 300 });
	await device.open();
	t.regex((await device.next("error"))[0] as string, /no connection within 300 ms \(connectTimeout\)$/);
});
