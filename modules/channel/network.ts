/** The network of the host, `device.network.ws`: ECMA-419 classes for TCP and DNS, and a TCP listener. */
import type { TcpConstructor } from "./tcp.js";

/** An ECMA-419 DNS Resolver. */
export interface Resolver {
	resolve(options: {
		host: string;
		onResolved(host: string, address: string): void;
		onError(error?: unknown): void;
	}): void;
	close?(): void;
}

/** A connected socket, as a TCP listener returns it. */
export interface AcceptedSocket {
	readonly remoteAddress: string | undefined;
	close(): void;
}

/** An ECMA-419 TCP Listener. */
export interface Listener {
	readonly port: number;
	read(): AcceptedSocket | undefined;
	close(): void;
}

/**
 * The host's `device.network.ws`, or `device.network.wss` with sockets for TLS. Other members, such as an ECMA-419
 * WebSocket class `io`, are not used.
 */
export interface Network {
	readonly dns?: { readonly io: new (options: object) => Resolver } | undefined;
	readonly socket?:
		| {
				readonly io: TcpConstructor;
				/** With TLS: makes the option `secure` of the sockets. */
				readonly settings?: TlsSettings;
				/** True where the sockets can connect to an IPv6 address. Default false, as on SDK 8.2.3. */
				readonly connectsIPv6?: boolean;
		  }
		| undefined;
	readonly listener?: {
		readonly io: (new (
			options: object,
		) => Listener) & {
			/** True if the option `address` binds one interface; otherwise the listener uses every interface. */
			readonly bindsAddress?: boolean;
		};
	};
}

interface Host {
	readonly device?: { readonly network?: { readonly ws?: Network; readonly wss?: Network } };
}

/** Returns whether the host declares that its TCP sockets can connect to IPv6 addresses. */
export const connectsIPv6 = (): boolean => {
	return (globalThis as Host).device?.network?.ws?.socket?.connectsIPv6 === true;
};

/** Makes settings of TLS of the options of a Client. @throws TypeError or RangeError that names the option. */
type TlsSettings = (options: Readonly<Record<string, unknown>>, host: string) => object;

/** Returns how the host's sockets for TLS take their settings; undefined when it has none that work here. */
export const tlsSettings = (): TlsSettings | undefined => {
	return (globalThis as Host).device?.network?.wss?.socket?.settings;
};

/**
 * Returns the host's network.
 * @param secure True for the one with TLS.
 * @throws Error when the host has none.
 */
export const hostNetwork = (secure = false): Network => {
	const { ws, wss } = (globalThis as Host).device?.network ?? {};
	const network = secure ? wss : ws;
	if (!network)
		throw new Error(
			secure
				? "the host has no device.network.wss; include xs-web-socket's manifest_secure.json in the app's manifest"
				: "the host has no device.network.ws; include xs-web-socket's manifest.json in the app's manifest",
		);
	return network;
};
