/** Leaves six received bytes unread until the peer's end is detected, then reads them in two steps. */

import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import Timer from "timer";

let ended = false;

const listener = new Listener({
	port: 0,
	onReadable() {
		const tcp = new TCP({
			from: this.read() as TCP,
			onReadable(count) {
				trace(`readable ${count}\n`);
			},
			onError() {
				trace("error\n");
				ended = true;
				this.close();
				trace("closed\n");
			},
		});
		const poll = Timer.repeat(() => {
			// write() throws as soon as the end is detected.
			try {
				tcp.write(Uint8Array.of(1));
				return;
			} catch (error) {
				trace(`write: ${(error as Error).message}\n`);
			}
			Timer.clear(poll);
			trace(`error reported early ${ended}\n`);
			tcp.read(3);
			trace("three read\n");
			Timer.set(() => {
				trace(`error reported early ${ended}\n`);
				tcp.read();
				trace("all read\n");
			}, 20);
		}, 5);
	},
});
trace(`port ${listener.port}\n`);
