/*---
description: each failed attempt emits retry, the last one error, and the messages stay queued
flags: [async, module]
---*/

import { Client, Server } from "xs-web-socket";

await $NETWORK.connected;

// A port that was free a moment ago.
const server = new Server({ port: 0 });
let client;
const attempts = [];
server.on("listening", () => {
	client = new Client({ port: server.port, numberOfRetries: 1, timeBetweenRetries: 10 });
	client.on("retry", (attempt) => attempts.push(attempt));
	client.on(
		"error",
		$DO(() => {
			assert.sameValue(attempts.join(), "1,2");
			assert.sameValue(client.counters.waiting, 1);
			assert.sameValue(client.isOpen(), false);
		}),
	);
	server.stop();
});
server.on("close", () => {
	client.send("waits");
	client.open();
});
server.start();

$TESTMC.timeout(20_000, "no error after the last attempt");
