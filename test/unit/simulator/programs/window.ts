/** Connects, tests the limits of the send window, and sends the rest as it opens. */

import TCP from "embedded:io/socket/tcp";
import config from "mc/config";

const { port, total } = config as { port: number; total: number };
let written = 0;
let calls = 0;

function attempt(what: string, action: () => unknown): void {
	try {
		trace(`${what}: ${action()}\n`);
	} catch (error) {
		trace(`${what}: ${(error as Error).message}\n`);
	}
}

const tcp = new TCP({
	address: "127.0.0.1",
	port,
	target: "the target",
	onWritable(count) {
		trace(`writable ${count}\n`);
		if (calls++ === 0) {
			trace(`this ${this === tcp} ${(this as unknown as { target: string }).target}\n`);
			trace(`remote ${this.remoteAddress} ${this.remotePort === port}\n`);
			attempt("one too many", () => this.write(new ArrayBuffer(count + 1)));
			attempt("all but one", () => this.write(new ArrayBuffer(count - 1)));
			attempt("two", () => this.write(new ArrayBuffer(2)));
			attempt("the last one", () => this.write(Uint8Array.of(1).subarray(0)));
			written = count;
		} else if (written < total) {
			const part = Math.min(count, total - written);
			this.write(new ArrayBuffer(part));
			written += part;
		} else if (calls > 0) {
			calls = Number.NEGATIVE_INFINITY;
			trace("all written\n");
		}
	},
	onError() {
		trace("error\n");
	},
});
trace("constructed\n");
attempt("before the connection", () => tcp.write(new ArrayBuffer(1)));
