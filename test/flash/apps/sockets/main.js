/** The app that examples/sensor is measured against: sockets alone. It sends a line over TCP every few seconds. */

import TCP from "embedded:io/socket/tcp";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
import config from "mc/config";
import Timer from "timer";

const resolver = new Resolver({ servers: ["1.1.1.1"], socket: { io: UDP } });
let reports = 0;

resolver.resolve({
	host: String(config.host ?? "localhost"),
	onResolved(_host, address) {
		let window = 0;
		const socket = new TCP({
			address,
			port: Number(config.port ?? 8080),
			onReadable(count) {
				trace(`${socket.read(count).byteLength} bytes\n`);
			},
			onWritable(count) {
				window = count;
			},
			onError() {
				trace("disconnected\n");
			},
		});
		Timer.repeat(() => {
			const line = ArrayBuffer.fromString(`${++reports}\n`);
			if (line.byteLength <= window) window = socket.write(line);
		}, 5000);
	},
	onError() {
		trace("no address\n");
	},
});
