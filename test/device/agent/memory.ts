/** The memory in use, told to whoever connects to a port of its own: slots and chunks, after a garbage collection. */

import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import Debug from "debug";
import Instrumentation from "instrumentation";
import config from "mc/config";

/** In bytes; 0 where the build has no instrumentation. */
function memory(): string {
	Debug.gc();
	const slots = Instrumentation.get(Instrumentation.map("XS Slot Heap Used"));
	const chunks = Instrumentation.get(Instrumentation.map("XS Chunk Heap Used"));
	return `${slots ?? 0} ${chunks ?? 0}\n`;
}

/** One asks at a time, so that the askers do not count. */
let asker: TCP | undefined;

const listener = new Listener({
	port: Number(config["memoryPort"] ?? 0),
	onReadable(): void {
		const from = this.read();
		if (!from) return;
		asker?.close();
		let told = false;
		asker = new TCP({
			from,
			onWritable(): void {
				if (told) return;
				told = true;
				this.write(ArrayBuffer.fromString(memory()));
			},
			onError(): void {
				this.close();
			},
		});
	},
});

trace(`agent tells its memory on port ${listener.port}\n`);
