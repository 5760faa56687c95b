/**
 * The computations of TLS for the stand-in of the SDK's TLSSocket: Node.js runs the protocol, limited to what the SDK has,
 * on the records that the device receives and sends.
 */

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";

/** Settings of a session, as the SDK's `SSLSession` has them. Certificates and keys are in DER, encoded in Base64. */
export interface TlsSettings {
	serverName: string;
	verify: boolean;
	certificate?: string;
	clientCertificates?: string[];
	clientKey?: string;
	applicationLayerProtocols?: string[];
}

/** What a session has done with a record. */
export interface TlsResult {
	/** Message of the exception that the SDK throws, or "". */
	error: string;
	/** True once the handshake is complete. */
	ready: boolean;
	/** True once the server has ended TLS by an alert. */
	closed: boolean;
	/** Records to send. */
	output: Buffer;
	/** Decrypted data. */
	data: Buffer;
}

/** The cipher suites of the SDK 8.2.3. */
const ciphers = [
	"ECDHE-ECDSA-AES128-GCM-SHA256",
	"ECDHE-RSA-AES128-GCM-SHA256",
	"ECDHE-RSA-AES128-SHA256",
	"DHE-RSA-AES128-GCM-SHA256",
	"DHE-RSA-AES256-SHA256",
	"DHE-RSA-AES128-SHA256",
	"AES256-SHA256",
	"AES128-SHA256",
	"AES256-SHA",
	"AES128-SHA",
].join(":");

/** Turns of the event loop without output after which Node.js has done everything: it delays some steps by one turn. */
const quietTurns = 4;

const recordHeader = 5;
const enum RecordType {
	changeCipherSpec = 20,
	handshake = 22,
}
const certificateMessage = 11;

/** The sessions of a device, by number. */
export class TlsSessions {
	readonly #sessions = new Map<number, TlsSession>();

	/** Starts a session. Returns the message of the exception that the SDK throws, or "". */
	open(number: number, settings: string): string {
		try {
			this.#sessions.set(number, new TlsSession(JSON.parse(settings) as TlsSettings));
			return "";
		} catch (error) {
			return (error as Error).message;
		}
	}

	get(number: number): TlsSession {
		const session = this.#sessions.get(number);
		if (!session) throw new Error(`The device uses the session ${number} of TLS, which has ended.`);
		return session;
	}

	close(number: number): void {
		this.#sessions.get(number)?.destroy();
		this.#sessions.delete(number);
	}

	closeAll(): void {
		for (const number of this.#sessions.keys()) this.close(number);
	}
}

class TlsSession {
	readonly #settings: TlsSettings;
	readonly #authority: X509Certificate | undefined;
	readonly #wire: Duplex;
	readonly #tls: TLSSocket;
	#output: Buffer[] = [];
	#data: Buffer[] = [];
	#ready = false;
	#closed = false;
	#error = "";
	/** Handshake messages of the server, until it encrypts. */
	#handshake: Buffer | undefined = Buffer.alloc(0);
	#activity = 0;

	/** @throws Error if a certificate or key cannot be used */
	constructor(settings: TlsSettings) {
		this.#settings = settings;
		const {
			certificate,
			clientCertificates = [],
			clientKey,
			applicationLayerProtocols,
			serverName,
		} = settings;
		this.#authority = certificate ? new X509Certificate(Buffer.from(certificate, "base64")) : undefined;
		if (settings.verify && this.#authority && !isValidNow(this.#authority))
			throw new Error("date validation failed");
		this.#wire = new Duplex({
			read() {},
			write: (bytes: Buffer, _encoding, done) => {
				this.#activity++;
				if (!this.#closed) this.#output.push(bytes);
				done();
			},
		});
		this.#tls = connect({
			socket: this.#wire,
			// Checked here, as the SDK does.
			rejectUnauthorized: false,
			checkServerIdentity: () => undefined,
			minVersion: "TLSv1.2",
			maxVersion: "TLSv1.2",
			ciphers,
			sigalgs: "ECDSA+SHA256:RSA+SHA256",
			ecdhCurve: "prime256v1",
			...(isIP(serverName) ? {} : { servername: serverName }),
			...(applicationLayerProtocols && { ALPNProtocols: applicationLayerProtocols }),
			...(clientKey !== undefined && {
				cert: clientCertificates.map((der) => pem("CERTIFICATE", der)).join(""),
				key: pem("PRIVATE KEY", clientKey),
			}),
		});
		this.#tls.on("secureConnect", () => {
			this.#activity++;
			this.#ready = true;
		});
		this.#tls.on("data", (bytes: Buffer) => {
			this.#activity++;
			this.#data.push(bytes);
		});
		this.#tls.on("end", () => {
			this.#closed = true;
		});
		this.#tls.on("error", (error) => {
			const alert = /alert number (\d+)/.exec(error.message)?.[1];
			this.#fail(alert === undefined ? error.message : `alert: 2, ${alert}`);
		});
	}

	/** Takes a record of the server, or starts the handshake if it is empty; then data to send. */
	async exchange(record: Buffer, data: Buffer): Promise<TlsResult> {
		try {
			if (record.length) this.#inspect(record);
		} catch (error) {
			// A certificate that cannot be parsed.
			this.#fail((error as Error).message);
		}
		if (record.length && !this.#error) this.#wire.push(record);
		if (data.length) this.#tls.write(data);
		await this.#settle();
		const result: TlsResult = {
			error: this.#error,
			ready: this.#ready,
			closed: this.#closed,
			output: Buffer.concat(this.#output),
			data: Buffer.concat(this.#data),
		};
		this.#output = [];
		this.#data = [];
		return result;
	}

	destroy(): void {
		this.#closed = true;
		this.#tls.destroy();
		this.#wire.destroy();
	}

	async #settle(): Promise<void> {
		for (let quiet = 0, last = this.#activity; quiet < quietTurns; quiet++) {
			await new Promise(setImmediate);
			if (this.#activity === last) continue;
			last = this.#activity;
			quiet = -1;
		}
	}

	#fail(message: string): void {
		this.#error ||= message;
	}

	/** Checks the certificates, which are not encrypted in TLS 1.2. */
	#inspect(record: Buffer): void {
		if (record[0] === RecordType.changeCipherSpec) this.#handshake = undefined;
		if (!this.#handshake || record[0] !== RecordType.handshake) return;
		this.#handshake = Buffer.concat([this.#handshake, record.subarray(recordHeader)]);
		for (;;) {
			const messages: Buffer = this.#handshake;
			if (messages.length < 4) return;
			const end = 4 + messages.readUIntBE(1, 3);
			if (messages.length < end) return;
			if (messages[0] === certificateMessage && this.#settings.verify)
				this.#verify(messages.subarray(7, end));
			this.#handshake = messages.subarray(end);
		}
	}

	/**
	 * Verifies a chain in the way of the SDK, which does not accept one without the issuer of the first certificate, and of
	 * modules/tls/chain.ts, which has no use of its own here.
	 */
	#verify(list: Buffer): void {
		const chain: X509Certificate[] = [];
		for (let at = 0; at < list.length; ) {
			const length = list.readUIntBE(at, 3);
			chain.push(new X509Certificate(list.subarray(at + 3, at + 3 + length)));
			at += 3 + length;
		}
		const authority = this.#authority;
		const isSigned = (certificate: X509Certificate) =>
			authority !== undefined && certificate.verify(authority.publicKey);
		const issuers = chain.slice(1);
		const isLinked = issuers.every(
			(issuer, index) => issuer.ca && isValidNow(issuer) && chain[index]?.verify(issuer.publicKey),
		);
		const isNamed = issuers.length > 0 && hasName(chain[0] as X509Certificate, this.#settings.serverName);
		if (!isLinked || !isNamed || !issuers.some(isSigned)) this.#fail("certificate: auth err");
		else if (!isValidNow(chain[0] as X509Certificate)) this.#fail("date validation failed");
	}
}

/** Returns whether a certificate is for a host name or an IPv4 address. */
function hasName(certificate: X509Certificate, name: string): boolean {
	if (isIP(name)) return certificate.checkIP(name) !== undefined;
	return certificate.checkHost(name, { subject: "never" }) !== undefined;
}

function isValidNow({ validFrom, validTo }: X509Certificate): boolean {
	const now = Date.now();
	return Date.parse(validFrom) < now && now < Date.parse(validTo);
}

function pem(what: string, base64: string): string {
	return `-----BEGIN ${what}-----\n${base64}\n-----END ${what}-----\n`;
}
