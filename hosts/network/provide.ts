// On a board this makes the `device` that is extended below, so it comes first.
import "system";
import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
// biome-ignore lint/style/useNodejsImportProtocol: the SDK has a module of this name, too
import Net from "net";

/** The host's `device`, as far as it is read and extended here. */
interface Device {
	network?: { ws?: object };
}

/** Who is asked for names where the network names nobody. */
const publicServers = Object.freeze(["1.1.1.1"]);

/**
 * Puts `device.network.ws` in place, as ECMA-419 hosts offer it: the WebSocket class and the DNS and TCP that it
 * works with, and the listener for servers. What the host has already is left alone.
 * @param io The WebSocket class.
 */
export function provide(io: new (options: never) => object): void {
	const host = globalThis as { device?: Device };
	const network = host.device?.network;
	host.device = Object.freeze({
		...host.device,
		network: Object.freeze({
			...network,
			ws: Object.freeze({
				io,
				dns: Object.freeze({
					io: Resolver,
					/** The network's own name servers; which ones they are is known once it is up. */
					get servers(): readonly string[] {
						const servers: readonly string[] | undefined = Net.get("DNS");
						return servers?.length ? servers : publicServers;
					},
					socket: Object.freeze({ io: UDP }),
				}),
				socket: Object.freeze({ io: TCP }),
				listener: Object.freeze({ io: Listener }),
				...network?.ws,
			}),
		}),
	});
}
