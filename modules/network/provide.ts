// Must be first: on a board this import creates the `device` that is extended below.
import "system";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
// biome-ignore lint/style/useNodejsImportProtocol: the SDK has a module of this name, too
import Net from "net";
import { type DatagramOptions, guardDatagrams } from "./datagrams.js";
import { Listener, TCP } from "./sockets.js";

/** The host's `device`, as far as it is read and extended here. */
interface Device {
	network?: { ws?: object };
}

/** Name servers for a network that provides none. */
const publicServers = Object.freeze(["1.1.1.1"]);

/** The SDK's class. Its declarations differ between versions of the SDK. */
const NativeUDP = UDP as unknown as new (options: object) => object;

/** The resolver's socket. Called with `new`. */
function ResolverUDP(options: DatagramOptions): object {
	return new NativeUDP(guardDatagrams(options));
}

/** The option `dns` of ECMA-419. */
export const dns = Object.freeze({
	io: Resolver,
	/** The network's own name servers; they are known once it is up. */
	get servers(): readonly string[] {
		const servers: readonly string[] | undefined = Net.get("DNS");
		return servers?.length ? servers : publicServers;
	},
	socket: Object.freeze({ io: ResolverUDP }),
});

/**
 * Completes `device.network.ws` as ECMA-419 hosts have it: classes for DNS and TCP, and a listener for servers. Members
 * that the host has are kept.
 * @param members Members that replace those of the host.
 */
export const provide = (members?: object): void => {
	const host = globalThis as { device?: Device };
	const network = host.device?.network;
	host.device = Object.freeze({
		...host.device,
		network: Object.freeze({
			...network,
			ws: Object.freeze({
				dns,
				socket: Object.freeze({ io: TCP }),
				listener: Object.freeze({ io: Listener }),
				...network?.ws,
				...members,
			}),
		}),
	});
};
