/**
 * Stand-in for the SDK's TCP on pico, over the simulator's sockets: it reports a window of 11680 bytes, but all sockets
 * share a memory of 4000, of which each write takes segments of its own until the peer has acknowledged them. A write
 * beyond the memory returns undefined, and the connection ends.
 */

import type { Options } from "embedded:io/socket/tcp";
import SimulatedTCP from "../../../../sim/xs/device/tcp.js";

/** The simulator's writeWindow. */
const sendBuffer = 11680;
const memorySize = 4000;
const otherPackets = 800;
const segmentSize = 1460;
const perSegment = 80;
/** The trigger of an error, as the native code and the simulator number them. */
const errorTrigger = 4;

let used = 0;

/** What a socket has sent and the peer has not acknowledged: bytes and memory of each write. */
interface Sent {
	length: number;
	size: number;
}

export default class PicoTCP extends SimulatedTCP {
	private sent: Sent[];
	private acknowledge: (count: number) => void;

	constructor(options: Options) {
		const { onWritable, from } = options;
		super({
			...(options as object),
			onWritable(count) {
				const self = this as unknown as PicoTCP;
				self.acknowledge(count as number);
				onWritable?.call(self as never, count as number);
			},
		});
		this.sent = (from as { sent?: Sent[] } | undefined)?.sent ?? [];
		this.acknowledge = (count) => {
			let unacknowledged = this.sent.reduce((sum, { length }) => sum + length, 0);
			while (this.sent[0] && unacknowledged - this.sent[0].length >= sendBuffer - count) {
				const { length, size } = this.sent.shift() as Sent;
				unacknowledged -= length;
				used -= size;
			}
		};
	}

	override write(data: ArrayBuffer | ArrayBufferView): number | undefined {
		const length = data.byteLength;
		const size = Math.ceil(length / segmentSize) * (segmentSize + perSegment);
		if (used + size > memorySize - otherPackets) {
			this.trigger(errorTrigger);
			return undefined;
		}
		const window = super.write(data);
		used += size;
		this.sent.push({ length, size });
		return window;
	}
}
