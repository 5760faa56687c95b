/** Connects without a network, then with one. */
import TCP from "embedded:io/socket/tcp";
import { BoundedTCP } from "../../../../modules/pico/boundedtcp.js";
import type LwipTCP from "./lwip.js";

const lwip = TCP as unknown as typeof LwipTCP;
lwip.hasNetwork = false;
for (const target of [undefined, "the owner"])
	try {
		new BoundedTCP({ target });
	} catch (error) {
		trace(`${error}\n`);
	}
trace(`left open: ${lwip.unreachable}\n`);
lwip.hasNetwork = true;
const socket = new BoundedTCP({ target: "the owner" });
trace(`${socket.target}\n`);
socket.target = "another one";
trace(`${socket.target}\n`);
trace("done\n");
