import test from "ava";
import { Agent } from "../device/driver/driver.js";
import { client, clientAndWs, server, serverAndWs } from "../device/driver/pairs.js";
import { onDevice } from "../device/driver/wire.js";

const agent = await Agent.start();
test.after.always("the device is still alive", () => agent.stop());

/** Values that a numeric option refuses, and how the error message must show them. */
const notNumbers: [value: unknown, text: string][] = [
	["1", '"1"'],
	[true, "true"],
	[onDevice.notANumber, "NaN"],
	[-1, "-1"],
];

/** Option, refused value, and how the error message must show it. */
const refusedByBoth: [option: string, value: unknown, text: string][] = [
	["receiveType", 5, "5"],
	["receiveType", "application/x-unknown", "application/x-unknown"],
	["sendType", 5, "5"],
	["maxDepth", 33, "33"],
	["maxValues", 0, "0"],
	["names", [5], "5"],
	["nameMemory", -1, "-1"],
	["sendType", "font/woff", "font/woff"],
	...notNumbers.flatMap(([value, text]) =>
		["port", "sendQueueSize", "maxMessageSize", "pingInterval", "pongTimeout"].map(
			(option): [string, unknown, string] => [option, value, text],
		),
	),
	["port", 65536, "65536"],
	["port", 1.5, "1.5"],
	["overflow", "drop-newest", "drop-newest"],
	["overflow", true, "true"],
	["path", 5, "5"],
	["path", "/a b", "/a b"],
	["path", "/a\r\nHost: b", "/a"],
	["protocols", 5, "5"],
	["protocols", [5], "5"],
	["protocols", ["not a token"], "not a token"],
];

const refusedByClient: [option: string, value: unknown, text: string][] = [
	["host", 5, "5"],
	["host", "", '""'],
	["host", "a\r\nb", "a"],
	...notNumbers.flatMap(([value, text]) =>
		["connectTimeout", "numberOfRetries", "timeBetweenRetries", "throttleFactor"].map(
			(option): [string, unknown, string] => [option, value, text],
		),
	),
	["numberOfRetries", 1.5, "1.5"],
	["discardMessagesBeforeOpen", 1, "1"],
	["discardMessagesBeforeOpen", "true", "true"],
	["headers", 5, "5"],
	["headers", { "X-Split": "a\r\nX-More: b" }, "X-Split"],
	["headers", { "X Split": "a" }, "X Split"],
];

const refusedByServer: [option: string, value: unknown, text: string][] = [
	["hostInterface", 5, "5"],
	["receiveBudget", 4095, "4095"],
	...notNumbers.flatMap(([value, text]) =>
		["maxConnections", "handshakeTimeout"].map((option): [string, unknown, string] => [option, value, text]),
	),
	["allowedOrigins", [5], "5"],
];

for (const [kind, cases] of [
	["Client", [...refusedByBoth, ...refusedByClient]],
	["Server", [...refusedByBoth, ...refusedByServer]],
] as const) {
	for (const [option, value, text] of cases) {
		test(`a ${kind} refuses ${option}: ${JSON.stringify(value)}`, async (t) => {
			const make = () =>
				kind === "Client" ? agent.client({ [option]: value }) : agent.server({ [option]: value });
			const error = await t.throwsAsync<Error>(make);
			t.regex(error?.name ?? "", /^(TypeError|RangeError)$/);
			t.true(error?.message.includes(option), `the message does not name the option: ${error?.message}`);
			t.true(error?.message.includes(text), `the message does not name the value: ${error?.message}`);
		});
	}
}

test("a value of the wrong type is a TypeError, one out of range a RangeError", async (t) => {
	await t.throwsAsync(() => agent.client({ port: "80" }), { name: "TypeError" });
	await t.throwsAsync(() => agent.client({ port: 65536 }), { name: "RangeError" });
	await t.throwsAsync(() => agent.client({ numberOfRetries: -1 }), { name: "RangeError" });
	await t.throwsAsync(() => agent.server({ hostInterface: 1 }), { name: "TypeError" });
	await t.throwsAsync(() => agent.server({ maxConnections: -1 }), { name: "RangeError" });
});

test("an options argument that is no object is a TypeError", async (t) => {
	for (const options of ["localhost", 80, true]) {
		await t.throwsAsync(() => agent.client(options as unknown as object), { name: "TypeError" });
		await t.throwsAsync(() => agent.server(options as unknown as object), { name: "TypeError" });
	}
});

test("Client and Server need no options", async (t) => {
	const plainClient = await agent.client();
	const plainServer = await agent.server();
	t.is(await plainClient.isOpen(), false);
	t.deepEqual(plainServer.events, []);
});

test("an option that is undefined has its default", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, {
		sendType: undefined,
		sendQueueSize: undefined,
	});
	await open.send({ a: 1 });
	t.deepEqual(await peer.json(), { a: 1 });
});

// The agent freezes the options it hands over: a constructor that modifies them throws.
test("unknown options are ignored and options are not modified", async (t) => {
	const { client: open, peer } = await clientAndWs(t, agent, { colour: "red", toString: 5, protocols: [] });
	await open.send("hello");
	t.is(await peer.json(), "hello");
	const { socket, peer: other } = await serverAndWs(t, agent, { colour: "red", protocols: [] });
	await socket.send("hello");
	t.is(await other.json(), "hello");
});

for (const type of [
	"application/json",
	"text/plain",
	"text/html",
	"application/octet-stream",
	"image/png",
	"audio/wav",
	"video/mp4",
]) {
	test(`${type} is accepted as receiveType and sendType`, async (t) => {
		await client(t, agent, { receiveType: type, sendType: type });
		await server(t, agent, { receiveType: type, sendType: type });
		t.pass();
	});
}

test("supportedReceiveTypes and supportedSendTypes list the types of the specification and the binary ones", async (t) => {
	for (const list of ["supportedReceiveTypes", "supportedSendTypes"]) {
		const types = (await agent.module(list)) as string[];
		t.true(Array.isArray(types));
		for (const type of [
			"application/json",
			"text/*",
			"application/octet-stream",
			"image/*",
			"audio/*",
			"video/*",
		]) {
			t.true(types.includes(type), `${list}() lacks ${type}: ${types}`);
		}
	}
});
