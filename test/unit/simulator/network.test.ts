import { once } from "node:events";
import test from "ava";
import { connectTo, portOf, startDevice, startServer } from "./support.js";

test("a Listener binds or throws, and releases its port immediately", async (t) => {
	const taken = await startServer(t, () => {});
	const device = await startDevice(t, "listens", { config: { taken } });
	const socket = await connectTo(t, await portOf(device));
	const [welcome] = (await once(socket, "data")) as [Buffer];
	t.is(welcome.toString(), "welcome");
	await device.line(/^no more/);
	t.deepEqual(
		device.lines.filter((line) => !/^port \d/.test(line)),
		[
			"a taken port: Error socket bind",
			"no port at all: RangeError invalid port",
			"an address that is not ours: Error socket bind",
			"a free port: true",
			"close again: undefined",
			"port when closed: SyntaxError C: xsGetHostData: invalid host data",
			"read when closed: SyntaxError C: xsGetHostData: invalid host data",
			"the same port at once: true",
			"connections 1 mine true",
			`from 127.0.0.1 ${socket.localPort}`,
			"no more: undefined",
		],
	);
});

test("closing a Listener closes its pending connections", async (t) => {
	const device = await startDevice(t, "declines");
	const socket = await connectTo(t, await portOf(device));
	socket.resume();
	await once(socket, "end");
	t.pass();
});

test("the resolver resolves localhost, addresses and configured names, and never inside resolve()", async (t) => {
	const device = await startDevice(t, "resolves", {
		hosts: { "device.example": "192.0.2.7", "gone.example": "fail", "silent.example": "hang" },
		config: { names: ["silent.example", "device.example", "gone.example", "localhost", "192.0.2.9"] },
	});
	await device.line(/^192\.0\.2\.9:/);
	t.deepEqual(device.lines, [
		"throws",
		"throws",
		"throws",
		"device.example: device.example 192.0.2.7 false true",
		"gone.example: error gone.example",
		"localhost: 127.0.0.1 127.0.0.1 false true",
		"192.0.2.9: 192.0.2.9 192.0.2.9 false true",
	]);
});
