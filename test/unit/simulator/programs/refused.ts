/** Connects to a port without a listener. */

import TCP from "embedded:io/socket/tcp";
import config from "mc/config";

const { port, asks } = config as { port: number; asks: boolean };

const tcp = new TCP({
	address: "127.0.0.1",
	port,
	onWritable() {
		trace("writable\n");
	},
	onError() {
		trace("error\n");
		for (const action of [() => this.write(Uint8Array.of(1)), () => asks && this.remoteAddress]) {
			try {
				action();
				trace("fine\n");
			} catch {
				trace("throws\n");
			}
		}
		this.close();
		this.close();
		trace("closed\n");
	},
});
trace("constructed\n");
for (const address of ["localhost", "1.2.3", "1.2.3.456", "::1"]) {
	try {
		new TCP({ address, port });
		trace(`${address}: fine\n`);
	} catch (error) {
		trace(`${address}: ${(error as Error).message}\n`);
	}
}

export { tcp };
