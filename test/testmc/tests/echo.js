/*---
description: a Client and a Server of one device exchange JSON, and close
flags: [async, module]
---*/

import { Client, Server } from "xs-web-socket";

await $NETWORK.connected;

const message = { text: "größer", values: [1, 2.5, null, true] };
const server = new Server({ port: 0 });
server.on("connection", (socket) => socket.on("message", (value) => socket.send({ echo: value })));
server.on("error", (error) => $DONE(error));
server.on("listening", () => {
	const client = new Client({ port: server.port });
	let answer;
	client.on("message", (value) => {
		answer = value;
		client.close(4000, "done");
	});
	client.on(
		"close",
		$DO((code) => {
			assert.sameValue(JSON.stringify(answer), JSON.stringify({ echo: message }));
			assert.sameValue(code, 4000);
			server.stop();
		}),
	);
	client.on("error", (error) => $DONE(error));
	assert.sameValue(client.send(message), "queued");
	client.open();
});
server.start();

$TESTMC.timeout(10_000, "no echo");
