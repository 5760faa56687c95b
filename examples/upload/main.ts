/**
 * A device that receives files of any length from its own web page, without a buffer for them.
 *
 *     mcconfig -d -m -p esp32 examples/upload/manifest.json ssid=... password=...
 *
 * Then open http://ADDRESS:8080/ in a browser, and choose a file. The default `port` is 8080. One page can upload at a time,
 * because there is one place to write to.
 */

import Resource from "Resource";
import config from "mc/config";
import { Server } from "xs-web-socket";
import { receiveChunks } from "xs-web-socket/chunks";

/** Bytes after which the device reports its progress to the page. */
const reportInterval = 65536;

/** Where the bytes of a file go. This one counts them and adds them up. */
class Sink {
	length = 0;
	sum = 0;

	/**
	 * Replace this by code that writes the bytes at `length`, for example to a flash partition. If it takes longer, return a
	 * promise: the page sends no more until it is settled. If it fails, throw: the connection is closed with 1011.
	 */
	write(bytes: Uint8Array): void {
		let sum = this.sum;
		for (let index = 0; index < bytes.length; index++) sum = (sum + (bytes[index] as number)) >>> 0;
		this.sum = sum;
		this.length += bytes.length;
	}
}

const server = new Server({
	port: Number(config["port"] ?? 8080),
	pages: { "/": new Resource("page.html") },
	// Pages of other sites must not write to the device.
	allowedOrigins: "same",
	maxConnections: 1,
	names: [],
});
server.on("listening", () => trace(`send files to port ${server.port}\n`));
server.on("error", (message) => trace(`${message}\n`));
server.on("connection", (page) => {
	let sink = new Sink();
	let reported = 0;
	receiveChunks(page, (bytes, { first, last }) => {
		if (first) {
			sink = new Sink();
			reported = 0;
		}
		sink.write(new Uint8Array(bytes));
		const { length, sum } = sink;
		if (last) trace(`received ${length} bytes, sum ${sum}\n`);
		if (!last && length - reported < reportInterval) return;
		reported = length;
		page.send({ length, sum, last });
	});
	page.on("close", (code) => trace(`closed with ${code}\n`));
});
server.start();
