/** Closes its listener while a connection is pending. */

import Listener from "embedded:io/socket/listener";

const listener = new Listener({
	port: 0,
	onReadable() {
		this.close();
	},
});
trace(`port ${listener.port}\n`);
