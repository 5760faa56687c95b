/** Types of records (RFC 5246 section 6.2.1). */
export const enum RecordType {
	changeCipherSpec = 20,
	handshake = 22,
}

/** Types of messages of the handshake (RFC 5246 section 7.4). */
const enum MessageType {
	serverHello = 2,
	serverKeyExchange = 12,
	serverHelloDone = 14,
}

/** Sizes in bytes. */
export const enum Size {
	recordHeader = 5,
	messageHeader = 4,
	/** Version and random bytes at the start of a hello. */
	helloStart = 34,
}

/** Algorithms of signatures (RFC 5246 section 7.4.1.4.1). */
const enum Algorithm {
	sha256 = 4,
	rsa = 1,
	ecdsa = 3,
}

/** First byte of the cipher suites with elliptic curves (RFC 8422). */
const ellipticCurves = 0xc0;

/** Start of the messages of the exceptions. */
export const forged = "forged handshake: ";

/**
 * Checks what SDK 8.2.3 does not check in the server's part of the handshake. The SDK accepts a key exchange without a
 * signature, which anyone on the way can make beside a copy of the server's certificate, and ChangeCipherSpec before there
 * are keys.
 */
export class ServerRecords {
	/** True when the client has offered to resume a session. */
	private readonly resumes: boolean;
	private usesCurves: boolean;
	private isDone: boolean;

	/** @param hello The record with the ClientHello. */
	constructor(hello: Uint8Array) {
		this.resumes = hello[Size.recordHeader + Size.messageHeader + Size.helloStart] !== 0;
		this.usesCurves = false;
		this.isDone = false;
	}

	/**
	 * Checks a record of the server. The SDK does not put messages together that come in several records.
	 * @returns False for the last one: from there on the server encrypts.
	 * @throws Error when it must not be accepted.
	 */
	check(record: Uint8Array): boolean {
		if (record[0] === RecordType.changeCipherSpec) {
			if (!this.isDone && !this.resumes) throw new Error(`${forged}there are no keys to encrypt with`);
			return false;
		}
		if (record[0] === RecordType.handshake)
			for (let at = Size.recordHeader; at + Size.messageHeader <= record.length; ) {
				const body: number = at + Size.messageHeader;
				this.checkMessage(record, record[at] as number, body);
				at = body + ((record[at + 1] as number) << 16) + uint16(record, at + 2);
			}
		return true;
	}

	private checkMessage(record: Uint8Array, type: number, body: number): void {
		if (type === MessageType.serverHello) {
			const session = body + Size.helloStart;
			this.usesCurves = record[session + 1 + (record[session] as number)] === ellipticCurves;
		} else if (type === MessageType.serverHelloDone) this.isDone = true;
		else if (type === MessageType.serverKeyExchange) {
			let at = body;
			// The kind of the curve, its name and a point; or a prime, a generator and a public value.
			if (this.usesCurves) at += 4 + (record[at + 3] as number);
			else for (let values = 3; values > 0; values--) at += 2 + uint16(record, at);
			const hash = record[at];
			const signature = record[at + 1];
			if (hash !== Algorithm.sha256 || (signature !== Algorithm.rsa && signature !== Algorithm.ecdsa))
				throw new Error(`${forged}the key exchange is not signed`);
		}
	}
}

export const uint16 = (bytes: Uint8Array, at: number): number => {
	return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
};
