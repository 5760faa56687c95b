/** How a connection ends after a violation of the protocol. */
import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { client, rawConnect, rawServer, server } from "../device/driver/pairs.js";
import { closePayload, frame, opcodes } from "../support/frames.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

test("after a violation the peer's close frame ends the connection; without one it ends after a timeout", async (t) => {
	for (const violation of [
		frame(3, "a reserved opcode", { mask: true }),
		frame(opcodes.text, "not masked"),
		frame(opcodes.text, Uint8Array.of(0xff), { mask: true }),
		frame(opcodes.text, "x".repeat(5000), { mask: true }),
		frame(opcodes.text, "x".repeat(200), { mask: true }).subarray(0, 150),
	]) {
		const listening = await server(t, agent, { maxMessageSize: 100 });
		const port = await listening.listening();
		const [silent, polite] = [await rawConnect(t, agent, port), await rawConnect(t, agent, port)];
		const ended: string[] = [];
		for (const [name, raw] of Object.entries({ silent, polite })) {
			await raw.upgrade();
			const socket = await listening.connection();
			raw.write(violation);
			await socket.next("error");
			void raw.readEnd().then(() => ended.push(name));
		}
		const { code } = await polite.readClose();
		if (violation.length === 150)
			polite.write(frame(opcodes.text, "x".repeat(200), { mask: true }).subarray(150));
		polite.send(opcodes.text, "on its way already");
		polite.send(opcodes.close, closePayload(code));
		await silent.readEnd();
		t.deepEqual(ended, ["polite", "silent"], `${violation.subarray(0, 4).toString("hex")}, ${code}`);
	}
});

test("a close frame that is itself a violation ends the connection", async (t) => {
	const listening = await server(t, agent);
	const port = await listening.listening();
	const ended: string[] = [];
	const wrong: [string, Buffer][] = [
		["a reserved opcode", frame(3, "", { mask: true })],
		["1005", frame(opcodes.close, closePayload(1005), { mask: true })],
		["one byte", frame(opcodes.close, "x", { mask: true })],
		["not masked", frame(opcodes.close, closePayload(1000))],
	];
	const connections = [];
	for (const [name, violation] of wrong) {
		const raw = await rawConnect(t, agent, port);
		await raw.upgrade();
		connections.push({ name, violation, raw, socket: await listening.connection() });
	}
	// Send all violations together, because the first connection ends by a timeout.
	for (const { violation, raw } of connections) raw.write(violation);
	await Promise.all(
		connections.map(async ({ name, raw, socket }) => {
			await socket.next("error");
			await raw.readEnd();
			ended.push(name);
		}),
	);
	t.is(ended.at(-1), "a reserved opcode");
});

test("after a violation of the server its close frame ends a Client's connection", async (t) => {
	const peer = await rawServer(t);
	const [silent, polite] = [
		await client(t, agent, { port: peer.port }),
		await client(t, agent, { port: peer.port }),
	];
	const raws = [];
	for (const open of [silent, polite]) {
		await open.open();
		const raw = await peer.webSocket();
		raws.push(raw);
		await open.next("open");
	}
	for (const raw of raws) raw.send(3, "a reserved opcode");
	await polite.next("error");
	raws[1]?.send(opcodes.close, closePayload(1002));
	t.is((await polite.next("close"))[0], 1002);
	t.false(silent.order.includes("close"));
	await silent.next("close");
	t.deepEqual(polite.order, ["open", "error", "close"]);
});
