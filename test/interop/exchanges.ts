/** Tests for all peers, in both roles. */
import test, { type ExecutionContext } from "ava";
import type { RemoteClient, RemoteSocket } from "../device/driver/remote.js";
import { long, onDevice } from "../device/driver/wire.js";
import type { Peer, PeerOptions } from "./peer.js";

/** The two ends of an open connection. Both are closed after the test. */
export interface Connection {
	device: RemoteClient | RemoteSocket;
	peer: Peer;
}

/** Connects the device and a peer. `options` are those of the device's Client or Server. */
export type Connect = (
	t: ExecutionContext,
	options?: object,
	peerOptions?: PeerOptions,
) => Promise<Connection>;

const plain = { receiveType: "text/plain", sendType: "text/plain" };
const binary = { receiveType: "application/octet-stream", sendType: "application/octet-stream" };
/** Lengths around which the frame header changes. */
const lengths = [0, 1, 125, 126, 127, 65535, 65536];
const longest = 300_000;
const large = { maxMessageSize: longest, sendQueueSize: longest + 100 };

function bytes(length: number): Buffer {
	return Buffer.from(Uint8Array.from({ length }, (_, i) => i));
}

/** The device's report of a received message. */
function reported(message: Buffer): unknown {
	return message.length > 1024 ? long(message) : new Uint8Array(message).buffer;
}

/** Declares the tests. */
export function testExchanges(title: string, connect: Connect): void {
	test(`${title}: text`, async (t) => {
		const { device, peer } = await connect(t, plain);
		for (const text of ["hello", "", "grüße 日本 🙂", "\0", '{"a":1}', "ü".repeat(500)]) {
			await peer.send(text);
			t.deepEqual(await device.next("message"), [text, { binary: false }]);
			await device.send(text);
			t.is(await peer.message(), text);
		}
	});

	test(`${title}: JSON`, async (t) => {
		const { device, peer } = await connect(t);
		for (const value of [{ nested: [1, { two: 2.5 }], on: true }, [], "grüße 🙂", -1e-7, null, false]) {
			await peer.send(JSON.stringify(value));
			t.deepEqual(await device.next("message"), [value, { binary: false }]);
			await device.send(value);
			t.deepEqual(JSON.parse((await peer.message()) as string), value);
		}
	});

	test(`${title}: binary messages of every length encoding`, async (t) => {
		const { device, peer } = await connect(t, { ...binary, ...large });
		for (const length of lengths) {
			await peer.send(bytes(length));
			t.deepEqual(await device.next("message"), [reported(bytes(length)), { binary: true }]);
			await device.send(onDevice.bytes(length));
			t.deepEqual(await peer.message(), bytes(length));
		}
	});

	test(`${title}: large binary messages`, async (t) => {
		const { device, peer } = await connect(t, { ...binary, ...large });
		await peer.send(bytes(longest));
		t.deepEqual(await device.next("message"), [long(bytes(longest)), { binary: true }]);
		await device.send(onDevice.bytes(longest));
		t.deepEqual(await peer.message(), bytes(longest));
	});

	test(`${title}: large texts`, async (t) => {
		const { device, peer } = await connect(t, { ...plain, ...large });
		const text = "aß日🙂".repeat(longest / 10);
		await peer.send(text);
		t.deepEqual(await device.next("message"), [long(text), { binary: false }]);
		await device.send(onDevice.text("aß日🙂", longest / 10));
		t.is(await peer.message(), text);
	});

	test(`${title}: 200 messages at once, echoed in order`, async (t) => {
		const { device, peer } = await connect(t, { sendQueueSize: 16384 });
		const count = 200;
		await device.listen("message", [device.step("send", { $: "argument", index: 0 })]);
		await Promise.all(Array.from({ length: count }, (_, i) => peer.send(JSON.stringify({ number: i }))));
		for (let i = 0; i < count; i++) t.deepEqual(JSON.parse((await peer.message()) as string), { number: i });
		t.like(await device.counters(), { accepted: count, sent: count, received: count, discarded: 0, lost: 0 });
	});

	test(`${title}: a message longer than maxMessageSize closes the connection with 1009`, async (t) => {
		const { device, peer } = await connect(t, { ...binary, maxMessageSize: 1000 });
		await peer.send(bytes(1000));
		t.deepEqual(await device.next("message"), [reported(bytes(1000)), { binary: true }]);
		await peer.send(bytes(1001));
		t.is((await peer.closed()).code, 1009);
		await device.next("close");
		t.is(device.all("message").length, 1);
	});

	test(`${title}: a common subprotocol`, async (t) => {
		const { device, peer } = await connect(t, { protocols: ["one", "two"] }, { protocols: ["two", "three"] });
		t.is(await device.get("protocol"), "two");
		t.is(peer.protocol, "two");
	});

	for (const [code, reason] of [
		[1000, ""],
		[1000, "done"],
		[3000, "enough"],
		[4999, "gute Nacht, schöne Welt"],
	] as const) {
		test(`${title}: the device closes with ${code} "${reason}"`, async (t) => {
			const { device, peer } = await connect(t);
			await device.send("last");
			await device.close(code, reason);
			t.is(await peer.message(), '"last"');
			t.deepEqual(await peer.closed(), { code, reason });
			t.deepEqual(await device.next("close"), [code, reason]);
		});

		test(`${title}: the peer closes with ${code} "${reason}"`, async (t) => {
			const { device, peer } = await connect(t);
			await peer.send('"last"');
			await peer.close(code, reason);
			t.deepEqual(await device.next("message"), ["last", { binary: false }]);
			t.deepEqual(await device.next("close"), [code, reason]);
			t.deepEqual(await peer.closed(), { code, reason });
		});
	}
}
