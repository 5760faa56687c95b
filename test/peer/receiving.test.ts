import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { clientAndRaw, clientAndWs, serverAndRaw, serverAndWs } from "../device/driver/pairs.js";
import { long } from "../device/driver/wire.js";
import { frame, opcodes } from "../support/frames.js";
import { wsConnect } from "../support/wspeer.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

const roles = [
	["Client", clientAndRaw],
	["Socket", serverAndRaw],
] as const;

/** Opens a connection in either role. Returns the device's end and the raw end. */
async function open(t: Parameters<typeof clientAndRaw>[0], role: "Client" | "Socket", options: object = {}) {
	if (role === "Client") {
		const { client, raw } = await clientAndRaw(t, agent, options);
		return { receiver: client, raw };
	}
	const { socket, raw } = await serverAndRaw(t, agent, options);
	return { receiver: socket, raw };
}

const texts = ["hello", "", "grüße 日本 🙂", "null", "[1", '{"a":1}', " 1 "];
const bytes = Buffer.from([0, 1, 127, 128, 255]);

for (const [role] of roles) {
	test(`${role}: application/json is parsed, and text that does not parse is emitted as the string`, async (t) => {
		const { receiver, raw } = await open(t, role);
		for (const value of [{ foo: "bar" }, "text", 1.5, true, null, [1, { two: 2 }], "grüße 🙂"]) {
			raw.send(opcodes.text, JSON.stringify(value));
			t.deepEqual((await receiver.next("message"))[0], value);
		}
		for (const text of ["", "no JSON", "{", "grüße", "undefined"]) {
			raw.send(opcodes.text, text);
			t.is((await receiver.next("message"))[0], text);
		}
		t.deepEqual(new Set(receiver.order), new Set(["open", "message"]));
	});

	test(`${role}: text/plain gives the string`, async (t) => {
		const { receiver, raw } = await open(t, role, { receiveType: "text/plain" });
		for (const text of texts) {
			raw.send(opcodes.text, text);
			t.is((await receiver.next("message"))[0], text);
		}
	});

	for (const type of ["application/octet-stream", "image/png", "audio/wav", "video/mp4"]) {
		test(`${role}: ${type} gives an ArrayBuffer, of text too`, async (t) => {
			const { receiver, raw } = await open(t, role, { receiveType: type });
			for (const [opcode, payload] of [
				[opcodes.binary, bytes],
				[opcodes.binary, Buffer.alloc(0)],
				[opcodes.text, Buffer.from("grüße")],
			] as const) {
				raw.send(opcode, payload);
				const [value] = await receiver.next("message");
				t.true(value instanceof ArrayBuffer);
				t.deepEqual(Buffer.from(value as ArrayBuffer), payload);
			}
		});
	}

	test(`${role}: the type decides, not the opcode; the second argument tells the opcode`, async (t) => {
		const { receiver, raw } = await open(t, role);
		raw.send(opcodes.binary, '{"a":1}');
		t.like(await receiver.next("message"), [{ a: 1 }, { binary: true }]);
		raw.send(opcodes.text, '{"a":2}');
		t.like(await receiver.next("message"), [{ a: 2 }, { binary: false }]);
	});

	test(`${role}: a fragmented message is put together, with control frames between`, async (t) => {
		const { receiver, raw } = await open(t, role, { receiveType: "text/plain" });
		const euro = Buffer.from("€");
		raw.send(opcodes.text, Buffer.concat([Buffer.from("one "), euro.subarray(0, 1)]), { fin: false });
		raw.send(opcodes.ping, "between");
		raw.send(opcodes.continuation, euro.subarray(1, 2), { fin: false });
		raw.send(opcodes.continuation, "", { fin: false });
		raw.send(opcodes.continuation, Buffer.concat([euro.subarray(2), Buffer.from(" two")]));
		t.is((await receiver.next("message"))[0], "one € two");
		t.is((await raw.readFrameOf(opcodes.pong)).payload.toString(), "between");
	});

	/** The default of maxMessageSize. */
	const longest = role === "Client" ? 8192 : 4096;

	test(`${role}: a message of maxMessageSize is received, by default one of ${longest} bytes`, async (t) => {
		const { receiver, raw } = await open(t, role, { receiveType: "text/plain" });
		raw.send(opcodes.text, "x".repeat(longest));
		t.deepEqual((await receiver.next("message"))[0], long("x".repeat(longest)));
		raw.send(opcodes.text, "y".repeat(longest / 2), { fin: false });
		raw.send(opcodes.continuation, "y".repeat(longest / 2));
		t.deepEqual((await receiver.next("message"))[0], long("y".repeat(longest)));
	});

	test(`${role}: one byte more than maxMessageSize closes with 1009 and an error`, async (t) => {
		for (const [options, limit] of [
			[{}, longest],
			[{ maxMessageSize: 100 }, 100],
		] as const) {
			const { receiver, raw } = await open(t, role, options);
			raw.send(opcodes.text, "x".repeat(limit + 1));
			t.is((await raw.readClose()).code, 1009);
			const [message] = await receiver.next("error");
			t.regex(message as string, new RegExp(`\\b${limit}\\b`));
			raw.end();
			await receiver.next("close");
			t.deepEqual(receiver.order, ["open", "error", "close"]);
		}
	});

	test(`${role}: fragments that add up to more than maxMessageSize close with 1009`, async (t) => {
		const { receiver, raw } = await open(t, role, { maxMessageSize: 100 });
		raw.send(opcodes.text, "x".repeat(60), { fin: false });
		raw.send(opcodes.continuation, "x".repeat(60), { fin: false });
		t.is((await raw.readClose()).code, 1009);
		raw.end();
		await receiver.next("close");
		t.deepEqual(receiver.order, ["open", "error", "close"]);
	});

	test(`${role}: the limit is enforced from the frame's header alone`, async (t) => {
		for (const length of [longest + 1, 65536, 2 ** 32, 2 ** 40]) {
			const { receiver, raw } = await open(t, role);
			raw.send(opcodes.binary, "", { length });
			t.is((await raw.readClose()).code, 1009, `announced ${length}`);
			await receiver.next("error");
		}
	});

	test(`${role}: large messages are received where maxMessageSize allows`, async (t) => {
		const { receiver, raw } = await open(t, role, {
			maxMessageSize: 200_000,
			receiveType: "application/octet-stream",
		});
		for (const size of [65535, 65536, 200_000]) {
			const payload = Buffer.alloc(
				size,
				Uint8Array.from({ length: 251 }, (_, i) => i),
			);
			raw.send(opcodes.binary, payload);
			t.deepEqual((await receiver.next("message"))[0], long(payload));
		}
	});

	const badTexts: [what: string, payload: Buffer][] = [
		["a stray continuation byte", Buffer.from([0x61, 0x80])],
		["an overlong encoding", Buffer.from([0xc0, 0xaf])],
		["a surrogate", Buffer.from([0xed, 0xa0, 0x80])],
		["more than U+10FFFF", Buffer.from([0xf4, 0x90, 0x80, 0x80])],
		["a sequence that is cut off", Buffer.from([0xe2, 0x82])],
	];
	for (const [what, payload] of badTexts) {
		test(`${role}: text with ${what} closes with 1007 and an error`, async (t) => {
			const { receiver, raw } = await open(t, role, { receiveType: "text/plain" });
			raw.send(opcodes.text, payload);
			t.is((await raw.readClose()).code, 1007);
			raw.end();
			await receiver.next("close");
			t.deepEqual(receiver.order, ["open", "error", "close"]);
			t.regex(receiver.all("error")[0]?.[0] as string, /UTF-8/);
		});
	}

	test(`${role}: text that can no longer become UTF-8 is refused before its frame ends`, async (t) => {
		// Each is incomplete, and no continuation makes it valid.
		for (const start of ["eda0", "e09f", "f08f", "f490", "f5", "c1", "e228"]) {
			const { receiver, raw } = await open(t, role);
			raw.send(opcodes.text, Buffer.from(start, "hex"), { length: 100 });
			t.is((await raw.readClose()).code, 1007, start);
			await receiver.next("error");
		}
	});

	test(`${role}: binary bytes that are no UTF-8 come as a string with U+FFFD, where text or JSON is expected`, async (t) => {
		for (const receiveType of ["application/json", "text/plain"]) {
			const { receiver, raw } = await open(t, role, { receiveType });
			raw.send(opcodes.binary, Buffer.from([0x61, 0xff, 0x62]));
			t.is((await receiver.next("message"))[0], "a\ufffdb");
			t.is(await receiver.isOpen(), true);
		}
	});

	const client = role === "Socket";
	const violations: [what: string, bytes: Buffer][] = [
		["a reserved bit", frame(opcodes.text, "x", { rsv: 4, mask: client })],
		["a reserved opcode", frame(3, "x", { mask: client })],
		["a reserved control opcode", frame(11, "x", { mask: client })],
		["a fragmented ping", frame(opcodes.ping, "x", { fin: false, mask: client })],
		["a ping of 126 bytes", frame(opcodes.ping, "x".repeat(126), { mask: client })],
		["a continuation of nothing", frame(opcodes.continuation, "x", { mask: client })],
		[
			"a new message inside a fragmented one",
			Buffer.concat([
				frame(opcodes.text, "x", { fin: false, mask: client }),
				frame(opcodes.text, "y", { mask: client }),
			]),
		],
		["a close frame of one byte", frame(opcodes.close, "x", { mask: client })],
		["a close code that may not be sent", frame(opcodes.close, Buffer.from([0x03, 0xed]), { mask: client })],
		["wrong masking for its role", frame(opcodes.text, "x", { mask: !client })],
	];
	for (const [what, bytesOfIt] of violations) {
		test(`${role}: ${what} closes with 1002 and an error that says what`, async (t) => {
			const { receiver, raw } = await open(t, role);
			raw.write(bytesOfIt);
			t.is((await raw.readClose()).code, 1002);
			raw.end();
			const [message] = await receiver.next("error");
			t.true((message as string).length > 20, message as string);
			await receiver.next("close");
			t.deepEqual(receiver.order, ["open", "error", "close"]);
		});
	}

	test(`${role}: data after a violation is not emitted`, async (t) => {
		const { receiver, raw } = await open(t, role);
		raw.write(frame(3, "x", { mask: client }), frame(opcodes.text, '"late"', { mask: client }));
		await raw.readClose();
		raw.end();
		await receiver.next("close");
		t.deepEqual(receiver.order, ["open", "error", "close"]);
	});

	test(`${role}: frames that come byte by byte are put together`, async (t) => {
		const { receiver, raw } = await open(t, role);
		const whole = frame(opcodes.text, JSON.stringify({ slow: "peer" }), { mask: client });
		for (const byte of whole) {
			raw.write(Uint8Array.of(byte));
			await new Promise(setImmediate);
		}
		t.deepEqual((await receiver.next("message"))[0], { slow: "peer" });
	});
}

test("many messages in one segment are emitted one by one, in order", async (t) => {
	const { client: receiver, raw } = await clientAndRaw(t, agent);
	raw.write(...Array.from({ length: 200 }, (_, n) => frame(opcodes.text, String(n))));
	for (let n = 0; n < 200; n++) t.is((await receiver.next("message"))[0], n);
});

test("a client and a server agree on binary messages both ways", async (t) => {
	const type = { sendType: "application/octet-stream", receiveType: "application/octet-stream" };
	const { client: sender, peer } = await clientAndWs(t, agent, type);
	await sender.send(bytes);
	t.deepEqual(await peer.message(), bytes);
	peer.send(bytes);
	t.deepEqual(Buffer.from((await sender.next("message"))[0] as ArrayBuffer), bytes);
	const { socket, peer: other } = await serverAndWs(t, agent, type);
	await socket.send(bytes);
	t.deepEqual(await other.message(), bytes);
	other.send(bytes);
	t.deepEqual(Buffer.from((await socket.next("message"))[0] as ArrayBuffer), bytes);
});

test("ws with permessage-deflate is content without it", async (t) => {
	const { server } = await serverAndWs(t, agent);
	const port = (await server.get("port")) as number;
	const peer = await wsConnect(agent.host, port, "/", [], { perMessageDeflate: true });
	t.teardown(() => peer.socket.terminate());
	t.is(peer.socket.extensions, "");
	const socket = await server.connection();
	peer.send('"hello"');
	t.is((await socket.next("message"))[0], "hello");
});
