/** Test app without a Server: a Client that echoes every message over TLS. */

import config from "mc/config";
import { Client } from "xs-web-socket";

// The certificate is not the subject here: a Resource would need a file in each app.
const client = new Client({
	url: `wss://127.0.0.1:${String(config["port"])}`,
	tls: { verify: false },
	connectTimeout: 0,
});
client.on("message", (message) => client.send(message));
client.on("close", (code) => trace(`client closes with ${code}\n`));
client.open();
