/** Serves the memory in use, slots and chunks after a garbage collection, on a port of its own. */

import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import Debug from "debug";
import Instrumentation from "instrumentation";
import config from "mc/config";

/** Memory in use, in bytes; 0 if the build has no instrumentation. */
function memory(): string {
	Debug.gc();
	const slots = Instrumentation.get(Instrumentation.map("XS Slot Heap Used"));
	const chunks = Instrumentation.get(Instrumentation.map("XS Chunk Heap Used"));
	return `${slots ?? 0} ${chunks ?? 0}\n`;
}

/** Serves one connection at a time, so that these connections do not change the result. */
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

trace(`agent reports its memory on port ${listener.port}\n`);
