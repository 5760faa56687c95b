/** Uses the stand-in for the SDK's TLSSocket without what modules/tls adds. */

import Resource from "Resource";
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import config from "mc/config";

class Socket extends TLSSocket {
	target: unknown;
}

const socket = new Socket({
	address: "127.0.0.1",
	host: "localhost",
	port: config["port"],
	TCP: { io: TCP },
	secure: { certificate: new Resource("ca.der") },
	target: "the target",
	onReadable(this: { target?: unknown }, count: number) {
		trace(`${count} bytes, ${this === socket ? "this" : "another this"}, target ${this.target}\n`);
		trace(`read ${String.fromArrayBuffer(socket.read() as ArrayBuffer)}\n`);
	},
	onWritable(this: { target?: unknown }, count: number) {
		trace(`writable ${count}, ${this === socket ? "this" : "another this"}, target ${this.target}\n`);
		if (count) socket.write(ArrayBuffer.fromString("hello"));
	},
	onError(this: { target?: unknown }) {
		trace(`error, target ${this.target}\n`);
	},
});
