/** What a test can ask of the device that runs the agent. */

export interface Windows {
	/** Bytes of the receive buffer of each of the device's sockets. */
	readWindow?: number;
	/** Bytes of the send window of each of the device's sockets. */
	writeWindow?: number;
	/** Give the device every byte received in a read of its own. */
	splitReads?: boolean;
	/** What names mean to the device's resolver: an address, "fail", or "hang" for no answer. */
	hosts?: Record<string, string>;
}

/** What a test asks of a target that cannot do it: the test has then neither passed nor failed. */
export class NotOnThisTarget extends Error {
	override readonly name = "NotOnThisTarget";
}

/** A device that runs the agent. */
export interface Target {
	/** Where this machine reaches the device. */
	readonly host: string;
	/** The agent's control port. */
	readonly port: number;
	/** Where the device reaches this machine. */
	readonly peerHost: string;
	/** Settles when the device has ended, for whatever reason; `reason` has its own message and stack. */
	readonly exited: Promise<{ reason: string }>;
	/** Windows of the sockets created from now on. @throws NotOnThisTarget where they cannot be chosen. */
	configure(windows: Windows): Promise<void>;
	/** What is in use after a garbage collection: slots, and bytes of chunks. */
	memory(): Promise<{ slots: number; chunks: number }>;
	stop(): Promise<void>;
}
