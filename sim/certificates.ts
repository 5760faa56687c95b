/** Makes certificates for the peers of a simulated device: an authority, and identities that it signs. */

import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	cryptoProvider,
	type Extension,
	KeyUsageFlags,
	KeyUsagesExtension,
	SubjectAlternativeNameExtension,
	SubjectKeyIdentifierExtension,
	X509Certificate,
	X509CertificateGenerator,
} from "@peculiar/x509";

cryptoProvider.set(webcrypto as unknown as Crypto);

type Kind = "ECDSA" | "RSA";

const algorithms = {
	ECDSA: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
	RSA: {
		name: "RSASSA-PKCS1-v1_5",
		hash: "SHA-256",
		modulusLength: 2048,
		publicExponent: Uint8Array.of(1, 0, 1),
	},
} as const;

const day = 24 * 60 * 60 * 1000;

export interface IdentityOptions {
	/** Kind of the key. Default ECDSA. */
	kind?: Kind;
	/** Host names and IPv4 addresses of the certificate. Default "localhost" and "127.0.0.1". */
	names?: readonly string[];
	/** Days from now on which the certificate starts and ends to be valid. Default -1 and 30. */
	days?: readonly [from: number, to: number];
}

/** A certificate with its key. */
export interface Identity {
	readonly kind: Kind;
	readonly keys: CryptoKeyPair;
	/** The certificate and that of its authority, in PEM. */
	readonly chain: string;
	/** The certificate alone, in PEM. */
	readonly leaf: string;
	/** The certificate alone, in DER. */
	readonly certificate: Uint8Array<ArrayBuffer>;
	/** The key in PEM and, as PKCS #8, in DER. */
	readonly key: string;
	readonly keyDer: Uint8Array;
}

/** An authority that signs certificates. */
export class Authority {
	readonly #certificate: X509Certificate;
	readonly #keys: CryptoKeyPair;
	readonly #kind: Kind;

	/** @param kind kind of its key */
	static async create({ kind = "ECDSA", days = [-1, 30] }: IdentityOptions = {}): Promise<Authority> {
		const keys = await generateKeys(kind);
		const certificate = await X509CertificateGenerator.createSelfSigned({
			name: "CN=Authority for tests",
			...validity(days),
			signingAlgorithm: algorithms[kind],
			keys,
			extensions: [
				new BasicConstraintsExtension(true, 1, true),
				new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
				await SubjectKeyIdentifierExtension.create(keys.publicKey),
				await AuthorityKeyIdentifierExtension.create(keys.publicKey),
			],
		});
		return new Authority(certificate, keys, kind);
	}

	/** Makes an authority of an identity that is none: what it signs must not be trusted. */
	static async of({ kind, keys, certificate }: Identity): Promise<Authority> {
		return new Authority(new X509Certificate(certificate), keys, kind);
	}

	private constructor(certificate: X509Certificate, keys: CryptoKeyPair, kind: Kind) {
		this.#certificate = certificate;
		this.#keys = keys;
		this.#kind = kind;
	}

	/** The certificate in DER. */
	get certificate(): Uint8Array {
		return new Uint8Array(this.#certificate.rawData);
	}

	/** The certificate in PEM. */
	get pem(): string {
		return this.#certificate.toString("pem");
	}

	/** Makes an authority between this one and servers. */
	async subordinate({ kind = "ECDSA", days = [-1, 30] }: IdentityOptions = {}): Promise<Authority> {
		const keys = await generateKeys(kind);
		const certificate = await this.#sign("CN=Subordinate authority for tests", keys.publicKey, days, [
			new BasicConstraintsExtension(true, 0, true),
			new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
		]);
		return new Authority(certificate, keys, kind);
	}

	/** Makes a key and signs a certificate for it. */
	async issue(options: IdentityOptions = {}): Promise<Identity> {
		const { kind = "ECDSA", names = ["localhost", "127.0.0.1"], days = [-1, 30] } = options;
		const keys = await generateKeys(kind);
		const certificate = await this.#sign("CN=Device test", keys.publicKey, days, [
			new BasicConstraintsExtension(false),
			new SubjectAlternativeNameExtension(
				names.map((value) => ({ type: isIP(value) ? "ip" : "dns", value }) as const),
			),
		]);
		const keyDer = new Uint8Array(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
		const leaf = certificate.toString("pem");
		return {
			kind,
			keys,
			chain: `${leaf}\n${this.pem}\n`,
			leaf,
			certificate: new Uint8Array(certificate.rawData),
			key: `-----BEGIN PRIVATE KEY-----\n${Buffer.from(keyDer).toString("base64")}\n-----END PRIVATE KEY-----\n`,
			keyDer,
		};
	}

	/** Signs a certificate for a key. */
	async #sign(
		subject: string,
		publicKey: CryptoKey,
		days: readonly [number, number],
		extensions: readonly Extension[],
	): Promise<X509Certificate> {
		return X509CertificateGenerator.create({
			subject,
			issuer: this.#certificate.subject,
			...validity(days),
			signingAlgorithm: algorithms[this.#kind],
			publicKey,
			signingKey: this.#keys.privateKey,
			extensions: [
				...extensions,
				await SubjectKeyIdentifierExtension.create(publicKey),
				await AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
			],
		});
	}
}

function generateKeys(kind: Kind): Promise<CryptoKeyPair> {
	return webcrypto.subtle.generateKey(algorithms[kind], true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

function validity([from, to]: readonly [number, number]): { notBefore: Date; notAfter: Date } {
	const now = Date.now();
	return { notBefore: new Date(now + from * day), notAfter: new Date(now + to * day) };
}
