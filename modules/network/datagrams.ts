/** Options of the SDK's UDP socket, as its DNS resolver gives them. */
export interface DatagramOptions {
	onReadable(this: object, count: number): void;
}

/**
 * Returns options for a UDP socket of the SDK's DNS resolver whose callback never throws, which would end the device. The
 * resolver of SDK 8.2.3 throws for a datagram that is not DNS, and for one that arrives together with the answer: it has
 * closed its socket then. Datagrams are passed on one by one, so that none hides the answer.
 */
export const guardDatagrams = (options: DatagramOptions): object => {
	const { onReadable } = options;
	return {
		...options,
		onReadable(this: object, count: number): void {
			for (let left = count; left > 0; left--)
				try {
					onReadable.call(this, 1);
				} catch {
					// Anyone can send a datagram: there is nothing to report.
				}
		},
	};
};
