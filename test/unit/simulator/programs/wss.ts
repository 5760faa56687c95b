/** Opens a Client for wss: and traces what came of it. */

import { Client } from "xs-web-socket";

try {
	const client = new Client({ url: "wss://localhost:1", numberOfRetries: 0 });
	client.on("error", (message) => trace(`${message}\n`));
	client.open();
} catch (error) {
	trace(`${error}\n`);
}
