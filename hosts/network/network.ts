import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
import WebSocketClient from "../../modules/rfc6455/websocketclient.js";

/** The host's `device`, as far as it is read and extended here. */
interface Device {
	network?: { ws?: object };
}

const host = globalThis as { device?: Device };
const network = host.device?.network;

/**
 * Puts `device.network.ws` in place, as ECMA-419 hosts offer it: the WebSocket class and the DNS and TCP that it
 * works with, and the listener for servers. What the host has already is left alone.
 */
host.device = Object.freeze({
	...host.device,
	network: Object.freeze({
		...network,
		ws: Object.freeze({
			io: WebSocketClient,
			dns: Object.freeze({
				io: Resolver,
				servers: Object.freeze(["1.1.1.1"]),
				socket: Object.freeze({ io: UDP }),
			}),
			socket: Object.freeze({ io: TCP }),
			listener: Object.freeze({ io: Listener }),
			...network?.ws,
		}),
	}),
});
