import "../../sim/node/globals.js";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { pass } from "../support/clock.js";
import { frame, opcodes } from "../support/frames.js";
import { acceptFor, acceptingResponse } from "../support/handshake.js";
import { MemorySocket } from "../support/memorysocket.js";
import { framesIn } from "./rfc6455/frames.js";

// The device modules read the globals of the SDK's engine when they are loaded.
const published = await import("../../modules/websocket/websocket.js");
const { Client, Server } = published;

const emitter = [
	"addListener",
	"emit",
	"listenerCount",
	"off",
	"on",
	"once",
	"removeAllListeners",
	"removeListener",
];
const connection = [...emitter, "bufferedAmount", "close", "counters", "isOpen", "send"];

/** Every public member, inherited ones included. README.md documents each. */
const documented = {
	Client: [...connection, "open", "protocol"].sort(),
	Server: [...emitter, "attach", "broadcast", "port", "sockets", "start", "stop"].sort(),
	Socket: [...connection, "path", "protocol", "remoteAddress"].sort(),
};

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Returns the members and the base class of each class declared in the package. */
function declarations(): Map<string, { members: string[]; base: string | undefined }> {
	const folder = mkdtempSync(join(tmpdir(), "xs-web-socket-types-"));
	try {
		const compiler = join(root, "node_modules/typescript/bin/tsc");
		const options = ["--outDir", folder, "--emitDeclarationOnly", "--removeComments"];
		// Only the declarations are needed; other tests check the sources.
		spawnSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json"), ...options]);
		const found = new Map();
		for (const file of ["emitter", "connection", "client", "server", "socket"]) {
			const text = readFileSync(join(folder, `modules/websocket/${file}.d.ts`), "utf8");
			for (const [, name, base, body] of text.matchAll(
				/^export declare (?:abstract )?class (\w+)(?:<.*?>)?(?: extends (\w+)(?:<.*>)?)? \{\n(.*?)^\}/gms,
			))
				found.set(name, { base, members: membersIn(body as string) });
		}
		return found;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Returns the names declared in a class body, with modifiers other than "get" and without the constructor. */
function membersIn(body: string): string[] {
	return [...body.matchAll(/^ {4}(?! )(?:get )?([\w #[\].]+)/gm)]
		.map(([, name]) => name as string)
		.filter((name) => name !== "constructor");
}

function unique(names: string[]): string[] {
	return [...new Set(names)].sort();
}

test("the published types have the documented members, and no others", (t) => {
	const classes = declarations();
	for (const [name, members] of Object.entries(documented)) {
		const found: string[] = [];
		for (let type: string | undefined = name; type !== undefined; type = classes.get(type)?.base) {
			t.true(classes.has(type), `${type} is not declared`);
			found.push(...(classes.get(type)?.members ?? []));
		}
		t.deepEqual(unique(found), members, name);
	}
});

test("the classes have the documented members at run time, and their instances no property but core", (t) => {
	const { Socket } = published;
	for (const [name, members] of Object.entries(documented)) {
		const found: string[] = [];
		const type = { Client, Server, Socket }[name] as unknown as { prototype: object };
		for (let object = type.prototype; object !== Object.prototype; object = Object.getPrototypeOf(object))
			found.push(...(Reflect.ownKeys(object) as string[]).filter((key) => key !== "constructor"));
		t.deepEqual(unique(found), members, name);
	}
	for (const instance of [new Client(), new Server()]) t.deepEqual(Reflect.ownKeys(instance), ["core"]);
	t.deepEqual(Object.keys(published).sort(), [
		"Client",
		"Server",
		"Socket",
		"supportedReceiveTypes",
		"supportedSendTypes",
	]);
});

/** Types of the module `xs-web-socket` that only a Server needs. */
const typesOfServer = [
	"BroadcastOptions",
	"BroadcastOutcome",
	"HttpRequest",
	"Page",
	"PageBytes",
	"Server",
	"ServerEvents",
	"ServerOptions",
	"Socket",
	"UpgradeRequest",
	"Verdict",
];

/** Returns the names that a module of modules/websocket exports from others. */
function exportsOf(name: string): string[] {
	const text = readFileSync(join(root, `modules/websocket/${name}.ts`), "utf8");
	const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].map(([, list]) => list as string);
	const names = lists.flatMap((list) => list.split(",")).map((item) => item.replace("type ", "").trim());
	return names.filter(Boolean).sort();
}

test("an app without a Server has everything of the module but what is for a Server", (t) => {
	const all = exportsOf("websocket");
	t.true(all.includes("Client"));
	const expected = all.filter((name) => !typesOfServer.includes(name));
	t.deepEqual(exportsOf("clientspecifier"), expected);
});

test("a subclass of Client may have fields of any name, such as state, timer and channel", (t) => {
	Object.assign(globalThis, { device: { network: { ws: { socket: { io: MemorySocket } } } } });
	const fields = { mine: true };
	class Thermometer extends Client {
		state = fields;
		timer = fields;
		channel = fields;
		settings = fields;
		queue = fields;
		waiting = fields;
		sent = fields;
		entries = fields;
		emitter = fields;
		dial = fields;
		attempt = fields;
		received = fields;
		fire = fields;
		end = fields;
		connect = fields;
		tick = fields;
	}
	const client = new Thermometer({ host: "127.0.0.1", pingInterval: 1000 });
	const events: unknown[][] = [];
	client.on("open", () => events.push(["open"]));
	client.on("message", (message) => events.push(["message", message]));
	client.on("close", (code) => events.push(["close", code]));
	client.open();
	const socket = MemorySocket.last;
	socket.grant(1000);
	socket.receive(acceptingResponse(acceptFor(socket.take().toString("latin1"))));
	socket.receive(frame(opcodes.text, '"hello"'));
	t.is(client.send({ answer: 42 }), "sent");
	for (let tick = 0; tick < 12; tick++) pass(125);
	client.close();
	socket.receive(frame(opcodes.close));
	pass(100);
	t.deepEqual(events, [["open"], ["message", "hello"], ["close", 1005]]);
	t.deepEqual(
		framesIn(socket.take()).map(({ opcode }) => opcode),
		[opcodes.text, opcodes.ping, opcodes.close],
	);
	for (const name of Object.keys(client).filter((key) => key !== "core"))
		t.is((client as unknown as Record<string, unknown>)[name], fields, name);
	t.is(Object.keys(client).length, 17);
	pass(2000);
});
