/** Answers ten bytes with a full window of data, then closes, with or without unread data. */

import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import config from "mc/config";

const { unread } = config as { unread: number };

const listener = new Listener({
	port: 0,
	onReadable() {
		new TCP({
			from: this.read() as TCP,
			onReadable(count) {
				if (count < 10) return;
				if (count > unread) this.read(count - unread);
				this.write(new ArrayBuffer(8192));
				this.close();
				this.close();
				trace("closed\n");
			},
			onWritable() {},
			onError() {
				trace("error\n");
			},
		});
	},
});
trace(`port ${listener.port}\n`);
