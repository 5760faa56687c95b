/** Reads forty bytes whenever its receive buffer is full, or all available bytes, as configured. */

import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import config from "mc/config";
import Timer from "timer";

const { full, total, stall } = config as { full: number; total: number; stall?: boolean };
let received = 0;

const listener = new Listener({
	port: 0,
	onReadable() {
		if (stall)
			Timer.set(() => {
				trace("stalling\n");
				Timer.delay(200);
			});
		new TCP({
			from: this.read() as TCP,
			onReadable(count) {
				trace(`readable ${count}\n`);
				if (full && count < full && received + count < total) return;
				received += (this.read(full ? Math.min(40, count) : count) as ArrayBuffer).byteLength;
				if (full && received + 40 > total) this.read();
				if (received + (full ? 40 : 0) >= total) trace("done\n");
			},
		});
	},
});
trace(`port ${listener.port}\n`);
