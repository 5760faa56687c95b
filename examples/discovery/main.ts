/**
 * A server that is found by its name, http://lamp.local/ and ws://lamp.local/, by multicast DNS (RFC 6762), and in lists of
 * services (RFC 6763).
 *
 *     mcconfig -d -m -p esp32 examples/discovery/manifest.json ssid=... password=...
 *
 * The default `port` is 80, the default `host` "lamp". If another device has the name, that is traced.
 */

import type UDP from "embedded:io/socket/udp";
import DNSSD from "embedded:network/dnssd";
import config from "mc/config";
import { Server } from "xs-web-socket";

const host = String(config["host"] ?? "lamp");
const page = `<!doctype html>
<title>${host}</title>
<p id="message">connecting</p>
<script>
	const socket = new WebSocket("ws://" + location.host);
	socket.onmessage = ({ data }) => { message.textContent = data; };
</script>`;
const server = new Server({
	port: Number(config["port"] ?? 80),
	pages: { "/": ArrayBuffer.fromString(page) },
	allowedOrigins: "same",
});

/** Tells the network which services the host has. */
function advertise(dnssd: DNSSD, port: number): void {
	for (const serviceType of ["_http._tcp", "_ws._tcp"])
		dnssd.advertise({ serviceType, name: "Lamp", host, port, txt: new Map([["path", "/"]]) });
	trace(`advertised ws://${host}.local:${port}/\n`);
}

declare const device: { network: { ws: { dns: { socket: { io: typeof UDP } } } } };

/** Claims the name. The SDK's sockets for Linux have no multicast: there the server has its address only. */
function claim(port: number): void {
	try {
		// With the SDK's UDP, any packet that is no DNS would end the device by an exception.
		const dnssd = new DNSSD({ socket: device.network.ws.dns.socket });
		dnssd.claim({
			host,
			onReady: () => advertise(dnssd, port),
			onError: () => trace(`the name ${host}.local is taken; choose another one by host=...\n`),
		});
	} catch (error) {
		trace(`no multicast DNS on this platform: ${error}\n`);
	}
}

server.on("listening", () => {
	trace(`listening on port ${server.port}\n`);
	claim(server.port as number);
});
server.on("error", (message) => trace(`${message}\n`));
server.on("connection", (socket) => socket.send({ hello: host }));
server.start();
