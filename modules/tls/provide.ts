/** The host's `device.network`, as far as it is read and extended here. */
interface Networks {
	readonly ws?: { readonly dns?: object | undefined; readonly socket?: object };
	readonly wss?: {
		readonly dns?: object | undefined;
		readonly socket?: { readonly TCP?: object | undefined };
	};
}

/**
 * Completes `device.network.wss`, after `device.network.ws` and in the same way. A socket of the host is replaced: the SDK's
 * class for TLS does not call back as ECMA-419 demands.
 * @param socket A socket for TLS. Its option `TCP` has the class for the connection beneath, as that of the SDK's has.
 */
export const provideSecure = (socket: object): void => {
	const host = globalThis as { device?: { network?: Networks } };
	const network = host.device?.network;
	const { ws, wss } = network ?? {};
	const completed = Object.freeze({ ...wss?.socket, ...socket, TCP: wss?.socket?.TCP ?? ws?.socket });
	host.device = Object.freeze({
		...host.device,
		network: Object.freeze({
			...network,
			wss: Object.freeze({ dns: ws?.dns, ...wss, socket: completed }),
		}),
	});
};
