import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { client, clientAndRaw, clientAndWs, rawServer, wsServer } from "../device/driver/pairs.js";
import { closePayload, opcodes } from "../support/frames.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

test("open() opens a connection, and isOpen() returns its state", async (t) => {
	const peer = await wsServer(t);
	const opening = await client(t, agent, { port: peer.port });
	t.is(await opening.isOpen(), false);
	t.is(await opening.open(), undefined);
	await opening.next("open");
	await peer.connection();
	t.is(await opening.isOpen(), true);
	t.deepEqual(opening.order, ["open"]);
});

test("open() while connecting or open does nothing", async (t) => {
	const peer = await wsServer(t);
	const opening = await client(t, agent, { port: peer.port });
	await agent.run(opening.step("open"), opening.step("open"));
	const connection = await peer.connection();
	await opening.next("open");
	await opening.open();
	connection.send("1");
	await opening.next("message");
	t.deepEqual(opening.order, ["open", "message"]);
	t.is(peer.count, 1);
});

test("the request has the path, the host and the port asked for", async (t) => {
	const peer = await rawServer(t);
	const plain = await client(t, agent, { port: peer.port });
	await plain.open();
	const head = await (await peer.connection()).accept();
	t.true(head.startsWith("GET / HTTP/1.1\r\n"), head);
	t.regex(head, new RegExp(`\r\nhost: ${agent.peerHost.replaceAll(".", "\\.")}:${peer.port}\r\n`, "i"));
	const elsewhere = await client(t, agent, { port: peer.port, path: "/a/b?c=d" });
	await elsewhere.open();
	t.true((await (await peer.connection()).accept()).startsWith("GET /a/b?c=d HTTP/1.1\r\n"));
	await elsewhere.next("open");
});

test("headers are sent with the request", async (t) => {
	const peer = await wsServer(t);
	const opening = await client(t, agent, {
		port: peer.port,
		headers: { Authorization: "Basic eA==", "X-Device": "7" },
	});
	await opening.open();
	const { request } = await peer.connection();
	t.is(request?.headers["authorization"], "Basic eA==");
	t.is(request?.headers["x-device"], "7");
});

test("protocols are offered, and none are by default", async (t) => {
	const peer = await wsServer(t, { handleProtocols: (protocols) => [...protocols][1] ?? false });
	const offering = await client(t, agent, { port: peer.port, protocols: ["chat", "telemetry"] });
	await offering.open();
	t.is((await peer.connection()).socket.protocol, "telemetry");
	await offering.next("open");
	t.is(await offering.get("protocol"), "telemetry");
	const plain = await client(t, agent, { port: peer.port });
	await plain.open();
	t.is((await peer.connection()).request?.headers["sec-websocket-protocol"], undefined);
	await plain.next("open");
});

test("a subprotocol that was not offered fails the attempt", async (t) => {
	const peer = await rawServer(t);
	const opening = await client(t, agent, { port: peer.port, protocols: ["chat"], numberOfRetries: 0 });
	await opening.open();
	await (await peer.connection()).accept("Sec-WebSocket-Protocol: other\r\n");
	await opening.next("error");
	t.false(opening.order.includes("open"));
});

test("connectTimeout bounds the time to the open WebSocket, by default 1000 ms", async (t) => {
	const peer = await rawServer(t);
	const silent = { port: peer.port, numberOfRetries: 0 };
	const unspecified = await client(t, agent, { ...silent, connectTimeout: undefined });
	const slower = await client(t, agent, { ...silent, connectTimeout: 1800 });
	const quicker = await client(t, agent, { ...silent, connectTimeout: 300 });
	const [started] = (await agent.run(
		{ do: "clock" },
		slower.step("open"),
		unspecified.step("open"),
		quicker.step("open"),
	)) as [number];
	const ends = await Promise.all(
		[quicker, unspecified, slower].map(async (failing) => {
			await failing.next("error");
			return failing.times("error")[0] as number;
		}),
	);
	t.deepEqual(
		[...ends].sort((a, b) => a - b),
		ends,
		"300, 1000 and 1800 ms end in this order",
	);
	[300, 1000, 1800].forEach((timeout, i) => {
		t.true((ends[i] as number) - started + 1 >= timeout, `${(ends[i] as number) - started} for ${timeout}`);
	});
	// The device also ends the TCP connections.
	for (let i = 0; i < 3; i++) await (await peer.connection()).readEnd();
});

test("connectTimeout covers an answer that comes byte by byte", async (t) => {
	const peer = await rawServer(t);
	const waiting = await client(t, agent, { port: peer.port, numberOfRetries: 0, connectTimeout: 200 });
	await waiting.open();
	const raw = await peer.connection();
	await raw.readHead();
	const dribble = setInterval(() => raw.ended || raw.write("H"), 20);
	t.teardown(() => clearInterval(dribble));
	await raw.readEnd();
	await waiting.next("error");
	t.deepEqual(
		waiting.order.filter((event) => event !== "retry"),
		["error"],
	);
});

test("connectTimeout: 0 means no limit", async (t) => {
	const peer = await rawServer(t);
	const patient = await client(t, agent, { port: peer.port, numberOfRetries: 0, connectTimeout: 0 });
	const witness = await client(t, agent, { port: peer.port, numberOfRetries: 0, connectTimeout: 300 });
	await patient.open();
	const raw = await peer.connection();
	await witness.open();
	await witness.next("error");
	await raw.accept();
	await patient.next("open");
	t.deepEqual(patient.order, ["open"]);
});

test("a request that is refused fails the attempt, and the reason has the status", async (t) => {
	const peer = await rawServer(t);
	const failing = await client(t, agent, { port: peer.port, numberOfRetries: 1, timeBetweenRetries: 1 });
	await failing.open();
	for (let attempt = 0; attempt < 2; attempt++) {
		const raw = await peer.connection();
		await raw.readHead();
		raw.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
		raw.end();
	}
	const [message] = await failing.next("error");
	t.regex(message as string, /403/);
	t.regex(failing.all("retry")[0]?.[1] as string, /403/);
});

const wrongAnswers: [what: string, answer: (accept: string) => string][] = [
	["status 200", () => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
	["a redirection", () => "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"],
	[
		"no Upgrade header",
		(accept) => `HTTP/1.1 101 S\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
	],
	[
		"no Connection header",
		(accept) => `HTTP/1.1 101 S\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
	],
	["no accept key", () => "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"],
	[
		"a wrong accept key",
		() =>
			"HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
	],
	[
		"an extension that was not offered",
		(accept) =>
			`HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n`,
	],
	["something that is not HTTP", () => "220 mail.example.com ESMTP\r\n\r\n"],
];

for (const [what, answer] of wrongAnswers) {
	test(`an answer with ${what} fails the attempt`, async (t) => {
		const peer = await rawServer(t);
		const failing = await client(t, agent, { port: peer.port, numberOfRetries: 0 });
		await failing.open();
		const raw = await peer.connection();
		const { accept } = await raw.readRequest();
		raw.write(answer(accept));
		await failing.next("error");
		await raw.readEnd();
		t.false(failing.order.includes("open"));
		t.false(failing.order.includes("close"));
	});
}

test("an answer with odd header case and a list of Connection tokens is accepted", async (t) => {
	const peer = await rawServer(t);
	const opening = await client(t, agent, { port: peer.port, numberOfRetries: 0 });
	await opening.open();
	const raw = await peer.connection();
	const { accept } = await raw.readRequest();
	raw.write(
		`HTTP/1.1 101 Whatever\r\nuPGRADE:WebSocket\r\nCONNECTION: keep-alive, upgrade\r\nsec-websocket-ACCEPT:   ${accept}  \r\n\r\n`,
	);
	await opening.next("open");
	t.deepEqual(opening.order, ["open"]);
});

test("a peer that closes without an answer fails the attempt", async (t) => {
	const peer = await rawServer(t);
	const failing = await client(t, agent, { port: peer.port, numberOfRetries: 0 });
	await failing.open();
	const raw = await peer.connection();
	await raw.readHead();
	raw.end();
	await failing.next("error");
	t.false(failing.order.includes("close"));
});

test("a host name that does not resolve fails the attempt, and the error names it", async (t) => {
	const failing = await client(t, agent, {
		host: "no-such-host.invalid",
		numberOfRetries: 1,
		timeBetweenRetries: 1,
	});
	await failing.open();
	const [message] = await failing.next("error");
	t.regex(message as string, /no-such-host\.invalid/);
	t.is(failing.all("retry")[0]?.[0], 1);
});

test("a host name is resolved; localhost and addresses are not looked up", async (t) => {
	const peer = await wsServer(t);
	await agent.configure({
		hosts: { "peer.test": "127.0.0.1", localhost: "fail", "127.0.0.1": "fail", "silent.test": "hang" },
	});
	for (const host of ["peer.test", "localhost", "127.0.0.1"]) {
		const opening = await client(t, agent, { host, port: peer.port, numberOfRetries: 0 });
		await opening.open();
		t.is((await peer.connection()).request?.headers.host, `${host}:${peer.port}`);
		await opening.next("open");
	}
});

test("connectTimeout covers a resolver that does not answer", async (t) => {
	await agent.configure({
		hosts: { "peer.test": "127.0.0.1", localhost: "fail", "127.0.0.1": "fail", "silent.test": "hang" },
	});
	const waiting = await client(t, agent, {
		host: "silent.test",
		numberOfRetries: 1,
		connectTimeout: 100,
		timeBetweenRetries: 1,
	});
	await waiting.open();
	const [message] = await waiting.next("error");
	t.regex(message as string, /silent\.test/);
	t.deepEqual(waiting.order, ["retry", "retry", "error"]);
});

test("host is localhost and port is 80 unless given", async (t) => {
	const unspecified = await agent.client({ path: "/no-such-path-on-this-machine", numberOfRetries: 0 });
	t.teardown(() => unspecified.close());
	await unspecified.open();
	const [message] = await unspecified.next("error");
	t.regex(message as string, /localhost/);
	t.regex(message as string, /\b80\b/);
});

test("localhost is the device itself", async (t) => {
	const listening = await agent.server({ port: 0 });
	t.teardown(() => listening.stop());
	const port = await listening.listening();
	const inside = await agent.client({ host: "localhost", port, numberOfRetries: 0 });
	t.teardown(() => inside.close());
	await inside.open();
	await inside.next("open");
	const socket = await listening.connection();
	await inside.send({ to: "myself" });
	t.deepEqual((await socket.next("message"))[0], { to: "myself" });
	await socket.send({ back: true });
	t.deepEqual((await inside.next("message"))[0], { back: true });
});

test("a client can be opened again after its connection was closed", async (t) => {
	const { client: again, peer, server } = await clientAndWs(t, agent);
	peer.socket.close(1001, "restart");
	t.deepEqual(await again.next("close"), [1001, "restart"]);
	await again.open();
	const second = await server.connection();
	await again.next("open");
	await again.send("back");
	t.is(await second.json(), "back");
	t.deepEqual(again.order, ["open", "close", "open"]);
});

test("a client opened again has no state of its previous connection", async (t) => {
	const { client: again, raw, server } = await clientAndRaw(t, agent, { receiveType: "text/plain" });
	// Half a message, and a close with a code and a reason.
	raw.send(opcodes.text, "half a mess", { fin: false });
	raw.send(opcodes.close, closePayload(4000, "enough"));
	t.is((await raw.readClose()).code, 4000);
	raw.end();
	t.deepEqual(await again.next("close"), [4000, "enough"]);
	await again.open();
	const second = await server.webSocket();
	await again.next("open");
	second.send(opcodes.text, "a whole one");
	t.is((await again.next("message"))[0], "a whole one");
	// This time without a close frame.
	second.end();
	t.deepEqual(await again.next("close"), [1006, ""]);
});

test("open() from inside a close listener opens again", async (t) => {
	const { client: again, peer, server } = await clientAndWs(t, agent);
	await again.listen("close", [again.step("open")], "once");
	peer.socket.terminate();
	t.deepEqual((await again.next("close"))[0], 1006);
	const second = await server.connection();
	second.send("1");
	await again.next("message");
	t.deepEqual(
		again.order.filter((event) => !event.startsWith("ran ")),
		["open", "close", "open", "message"],
	);
});
