/** Reads two bytes, then moves the connection to another object. */

import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";

function attempt(what: string, action: () => unknown): void {
	try {
		action();
		trace(`${what}: fine\n`);
	} catch {
		trace(`${what}: throws\n`);
	}
}

const listener = new Listener({
	port: 0,
	onReadable() {
		new TCP({
			from: this.read() as TCP,
			onReadable(count) {
				trace(`first: readable ${count}\n`);
				if (count < 6) return;
				this.read(2);
				let constructed = false;
				let greeted = false;
				const second = new TCP({
					from: this,
					target: { name: "second" },
					onReadable(count) {
						trace(`second: readable ${count} ${constructed} ${this === second}\n`);
						const bytes = new Uint8Array(this.read() as ArrayBuffer);
						trace(`second: read ${bytes.join(" ")}\n`);
					},
					onWritable(count) {
						trace(`second: writable ${count}\n`);
						if (!greeted) this.write(ArrayBuffer.fromString("hello"));
						greeted = true;
					},
				});
				constructed = true;
				attempt("read of the first", () => this.read());
				attempt("write of the first", () => this.write(Uint8Array.of(1)));
				attempt("remoteAddress of the first", () => this.remoteAddress);
				attempt("close of the first", () => this.close());
				attempt("from the first again", () => new TCP({ from: this }));
				trace(`target ${(second as unknown as { target: { name: string } }).target.name}\n`);
			},
			onWritable(count) {
				trace(`first: writable ${count}\n`);
			},
		});
	},
});
trace(`port ${listener.port}\n`);
