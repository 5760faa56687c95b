// Must be first: on a board this import creates the `device` that is extended below.
import "system";
import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
// biome-ignore lint/style/useNodejsImportProtocol: the SDK has a module of this name, too
import Net from "net";
import { Listener, TCP } from "./sockets.js";

/** The host's `device.network`, as far as it is read and extended here. */
interface Networks {
	ws?: { dns?: object | undefined; socket?: object };
	wss?: { dns?: object | undefined; socket?: { TCP?: object | undefined } };
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
	socket: Object.freeze({ io: UDP }),
});

/**
 * Completes `device.network.ws` as ECMA-419 hosts have it: classes for DNS and TCP, and a listener for servers. Members
 * that the host has are kept.
 * @param members Members that replace those of the host.
 */
export const provide = (members?: object): void => {
	const { ws, ...others } = hostNetwork();
	extend({
		...others,
		ws: Object.freeze({
			dns,
			socket: Object.freeze({ io: TCP }),
			listener: Object.freeze({ io: Listener }),
			...ws,
			...members,
		}),
	});
};

/**
 * Completes `device.network.wss` in the same way. A socket of the host is replaced: the SDK's class for TLS does not call
 * back as ECMA-419 demands.
 * @param socket A socket for TLS. Its option `TCP` has the class for the connection beneath, as that of the SDK's has.
 */
export const provideSecure = (socket: object): void => {
	const network = hostNetwork();
	const { ws, wss } = network;
	const completed = Object.freeze({ ...wss?.socket, ...socket, TCP: wss?.socket?.TCP ?? ws?.socket });
	extend({ ...network, wss: Object.freeze({ dns: ws?.dns, ...wss, socket: completed }) });
};

/** The global object of a host. */
interface Host {
	device?: { network?: Networks };
}

const hostNetwork = (): Networks => {
	return (globalThis as Host).device?.network ?? {};
};

const extend = (network: Networks): void => {
	const host = globalThis as Host;
	host.device = Object.freeze({ ...host.device, network: Object.freeze(network) });
};
