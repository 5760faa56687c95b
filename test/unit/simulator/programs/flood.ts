/** Writes as much as the window allows, and reports when the window has stayed closed for a while. */

import TCP from "embedded:io/socket/tcp";
import config from "mc/config";
import Timer from "timer";

const { port, total } = config as { port: number; total: number };
let written = 0;
let seen = 0;
let quiet = 0;

new TCP({
	address: "127.0.0.1",
	port,
	onWritable(count) {
		const part = Math.min(count, total - written);
		if (part > 0) this.write(new ArrayBuffer(part));
		written += part;
		if (written === total) trace("all written\n");
	},
});

Timer.repeat(() => {
	quiet = written === seen ? quiet + 1 : 0;
	seen = written;
	if (quiet === 5 && written > 0) trace(`blocked after ${written}\n`);
}, 50);
