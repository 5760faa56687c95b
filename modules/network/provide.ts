// Must be first: on a board this import creates the `device` that is extended below.
import "system";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
// biome-ignore lint/style/useNodejsImportProtocol: the SDK has a module of this name, too
import Net from "net";
import { Listener, TCP } from "./sockets.js";

/** The host's `device`, as far as it is read and extended here. */
interface Device {
	network?: { ws?: object };
}

interface UdpOptions {
	onReadable(this: UDP, count: number): void;
}

/**
 * Makes the UDP socket of the SDK's resolver. That throws in its callback for a packet that is no answer, and when an answer
 * was repeated: the first one closes the socket, from which the second one is read. An exception there ends the device. The
 * resolver goes on without the packet: it asks again.
 */
class DnsSocket {
	constructor(options: UdpOptions) {
		// biome-ignore lint/correctness/noConstructorReturn: a subclass would take more flash
		return new UDP({
			...options,
			onReadable(this: UDP, count: number): void {
				try {
					options.onReadable.call(this, count);
				} catch {}
			},
		});
	}
}

/** Name servers for a network that provides none. */
const publicServers = Object.freeze(["1.1.1.1"]);

/** The option `dns` of ECMA-419. */
export const dns = Object.freeze({
	io: Resolver,
	/** The network's own name servers; they are known once it is up. */
	get servers(): readonly string[] {
		const servers: readonly string[] | undefined = Net.get("DNS");
		return servers?.length ? servers : publicServers;
	},
	socket: Object.freeze({ io: DnsSocket }),
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
