/** Tests that are not possible on a target, by title and with the reason. */

import type { Limit } from "./limit.js";
import { nativeTests } from "./nativelimits.js";

/** Files that are not run on the target, with the reason. */
export const elsewhere: Readonly<Record<string, string>> = {
	"test/peer/examples.test.ts":
		"runs in the XS simulator itself; on the SDK the examples are built and run by npm run check:packaging",
};

/** The simulator itself and its sockets, whichever engine uses them. SDK 8.2.3, modules/io/socket/lin. */
const simulator: readonly Limit[] = [
	{
		test: "a device that aborts fails what waits at once, with its own message and stack",
		reason: "release builds of the SDK report the message of an exception without its stack",
	},
	{
		test: "a port that is taken gives an error",
		reason:
			"a Listener whose port is in use leaves a dangling pointer to the garbage collector: the simulator crashes",
		fatal: "test/peer/server.test.ts",
	},
	{
		test: "a start() that fails next to attached sockets",
		reason:
			"a Listener whose port is in use leaves a dangling pointer to the garbage collector: the simulator crashes",
		fatal: "test/peer/attach.test.ts",
	},
	// Listening on port 80 requires root.
	...(process.getuid?.() === 0
		? []
		: [
				{
					test: "port is 80 unless given",
					reason:
						"a Listener without permission leaves a dangling pointer to the garbage collector: the simulator crashes",
					fatal: "test/peer/server.test.ts",
				},
			]),
	{
		test: "Server: a FIN before, in and after a request",
		reason: "a connection that ends within 20 ms of its handshake never becomes writable",
		sometimes: true,
	},
	{
		test: "Server: a RST before, in and after a request",
		reason: "a connection that ends within 20 ms of its handshake never becomes writable",
		sometimes: true,
	},
	{
		test: "Server: a FIN of many connections at once",
		reason: "a connection that ends within 20 ms of its handshake never becomes writable",
		sometimes: true,
	},
	{
		test: "Server: a RST of many connections at once",
		reason: "a connection that ends within 20 ms of its handshake never becomes writable",
		sometimes: true,
	},
	{
		test: "messages that could not leave because of a",
		reason: "the failure of a write is not reported: only a ping detects that the connection has ended",
		sometimes: true,
	},
	{
		test: "a message and a RST together, to a listener that calls send",
		reason: "the failure of a write is not reported: only a ping detects that the connection has ended",
		sometimes: true,
	},
	{
		test: "peers that reset their connections while messages pass",
		reason: "the failure of a write is not reported: only a ping detects that the connection has ended",
		sometimes: true,
	},
	...["Client", "Socket"].map((role) => ({
		test: `${role}: a peer that does not read holds the source back`,
		reason: "at 77 kB/s, the 18 MB of this test take longer than its timeout",
	})),
	{
		test: "a Client that connects again begins with a first chunk",
		reason:
			"at 77 kB/s, what the buffers of TCP hold at the end of the connection takes longer than its timeout",
		sometimes: true,
	},
	{
		test: "200 reloads leave no memory in use",
		reason: "each accepted connection leaks 2 slots, in programs without WebSockets as well",
	},
	{
		test: "pings without end from a peer that does not read",
		reason: "at 77 kB/s, the 6.5 MB of this test take longer than its timeout",
	},
	{
		test: "a Server serves a thousand clients one after the other",
		reason: "each accepted connection leaks 2 slots, in programs without WebSockets as well",
	},
];

export const limits: Readonly<Record<"moddable" | "native" | "device", readonly Limit[]>> = {
	moddable: simulator,
	native: [...simulator, ...nativeTests],
	device: [
		{
			test: "a Socket knows its peer's address",
			reason: "the peers of a board do not have the address 127.0.0.1",
			sometimes: true,
		},
		{
			test: "hostInterface localhost, the default, answers on loopback",
			reason: "the loopback interface of a board cannot be reached from outside",
			sometimes: true,
		},
	],
};
