import "../../../sim/node/globals.js";
import test from "ava";
import type { Socket } from "../../../modules/websocket/socket.js";
import { nextTurn } from "../../support/clock.js";
import { upgradeHeaders } from "../../support/handshake.js";
import { MemorySocket } from "../../support/memorysocket.js";

// The device modules read the globals of the SDK's engine when they are loaded.
const { Server } = await import("../../../modules/websocket/websocket.js");
const { arrivalOf } = await import("../../../modules/attach/attach.js");

Object.assign(globalThis, { device: { network: { ws: { attach: arrivalOf } } } });

const request = { method: "GET", path: "/", headers: upgradeHeaders };

/** Attaches a socket with a valid request. Returns the one that has taken it over. */
function attach(server: InstanceType<typeof Server>): MemorySocket {
	server.attach(new MemorySocket({ remoteAddress: "192.0.2.1" }), request);
	return MemorySocket.last;
}

test("what is no instance of a class for sockets is refused, and stop() still works", (t) => {
	const server = new Server({});
	const [read, write, close] = [() => {}, () => {}, () => {}];
	for (const socket of [{ read, write, close }, { read, write }, { close }, new (class {})(), null, "socket"])
		t.throws(() => server.attach(socket as never, request), {
			instanceOf: TypeError,
			message: /^socket is .*; it must be a connected TCP socket$/,
		});
	t.notThrows(() => server.stop());
});

test("a closing connection that makes room ends after attach(); a stop() in its close listener ends the new one", (t) => {
	const server = new Server({ maxConnections: 1 });
	const order: string[] = [];
	server.on("connection", (socket: Socket) => {
		order.push("connection");
		socket.on("close", () => {
			order.push("close of the connection");
			server.stop();
		});
		socket.close();
	});
	server.on("close", () => order.push("close"));
	attach(server).grant(1000);
	order.push("attach()");
	const second = attach(server);
	order.push("attached");
	second.grant(1000);
	nextTurn();
	t.deepEqual(order, ["connection", "attach()", "attached", "close of the connection", "close"]);
	t.true(second.isClosed);
});
