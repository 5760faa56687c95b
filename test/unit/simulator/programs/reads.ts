/** Tries every way of reading on a connection that has received ten bytes. */

import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";

interface Reading {
	read(wanted?: unknown): unknown;
}

function show(value: unknown): string {
	if (value instanceof ArrayBuffer) return `[${new Uint8Array(value).join(" ")}]`;
	return String(value);
}

function attempt(what: string, action: () => unknown): void {
	try {
		trace(`${what}: ${show(action())}\n`);
	} catch (error) {
		trace(`${what}: throws ${(error as Error).message}\n`);
	}
}

const listener = new Listener({
	port: 0,
	onReadable(count) {
		trace(`connections ${count}\n`);
		const tcp = new TCP({
			from: this.read() as TCP,
			onReadable(bytes) {
				trace(`readable ${bytes}\n`);
				if (bytes < 10) return;
				const reading = this as unknown as Reading;
				attempt("more than there is", () => reading.read(11));
				attempt("none", () => reading.read(0));
				attempt("two", () => reading.read(2));
				const buffer = new Uint8Array(5);
				attempt("a buffer too large", () => reading.read(new ArrayBuffer(9)));
				attempt("into the middle of a buffer", () => reading.read(buffer.subarray(1, 4)));
				trace(`buffer ${buffer.join(" ")}\n`);
				this.format = "number";
				attempt("a number", () => reading.read());
				this.format = "buffer";
				attempt("all", () => reading.read());
				attempt("nothing there", () => reading.read());
				attempt("nothing there, some wanted", () => reading.read(3));
			},
		});
		attempt("nothing there yet", () => (tcp as unknown as Reading).read());
		attempt("no connection left", () => this.read());
	},
});
trace(`port ${listener.port}\n`);
