/** Tries all methods of a Listener. */

import Listener from "embedded:io/socket/listener";
import config from "mc/config";

const { taken } = config as { taken: number };

function attempt(what: string, action: () => unknown): void {
	try {
		trace(`${what}: ${action()}\n`);
	} catch (error) {
		trace(`${what}: ${(error as Error).name} ${(error as Error).message}\n`);
	}
}

attempt("a taken port", () => new Listener({ port: taken }));
attempt("no port at all", () => new Listener({ port: 70000 }));
attempt("an address that is not ours", () => new Listener({ port: 0, address: "192.0.2.1" }));
const brief = new Listener({ port: 0 });
const { port } = brief;
attempt("a free port", () => port > 0);
brief.close();
attempt("close again", () => brief.close());
attempt("port when closed", () => brief.port);
attempt("read when closed", () => brief.read());

const listener = new Listener({
	port,
	target: "mine",
	onReadable(count) {
		trace(`connections ${count} ${(this as unknown as { target: string }).target} ${this === listener}\n`);
		if (count < 1) return;
		const tcp = this.read();
		if (tcp) {
			trace(`from ${tcp.remoteAddress} ${tcp.remotePort}\n`);
			tcp.write(ArrayBuffer.fromString("welcome"));
			tcp.close();
		}
		attempt("no more", () => this.read());
		this.close();
	},
});
attempt("the same port at once", () => listener.port === port);
trace(`port ${port}\n`);
