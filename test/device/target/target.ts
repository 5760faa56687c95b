/** The target of the tests: a device that runs the agent. */

export interface Windows {
	/** Bytes of the receive buffer of each of the device's sockets. */
	readWindow?: number;
	/** Bytes of the send window of each of the device's sockets. */
	writeWindow?: number;
	/** Deliver each received byte in a separate read. */
	splitReads?: boolean;
	/** Results of the device's resolver by host name: an address, "fail", or "hang" for no answer. */
	hosts?: Record<string, string>;
}

/** Thrown when a target cannot meet a requirement of a test, which has then neither passed nor failed. */
export class NotOnThisTarget extends Error {
	override readonly name = "NotOnThisTarget";
}

/** A device that runs the agent. */
export interface Target {
	/** Address of the device, as seen from this machine. */
	readonly host: string;
	/** The agent's control port. */
	readonly port: number;
	/** Address of this machine, as seen from the device. */
	readonly peerHost: string;
	/** Resolves when the device has ended. `reason` includes its message and stack. */
	readonly exited: Promise<{ reason: string }>;
	/** Sets the windows of sockets created from now on. @throws NotOnThisTarget when they cannot be set. */
	configure(windows: Windows): Promise<void>;
	/** Returns the memory in use after a garbage collection: slots, and bytes of chunks. */
	memory(): Promise<{ slots: number; chunks: number }>;
	stop(): Promise<void>;
}
