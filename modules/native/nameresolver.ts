import { addressWithoutDNS } from "../rfc6455/address.js";

/** What the SDK's class asks a resolver. */
interface ResolverRequest {
	onResolved(host: string, address: string): void;
	onError(error?: unknown): void;
}

/** An ECMA-419 DNS Resolver. */
interface Resolver {
	resolve(request: ResolverRequest & { host: string }): void;
	close?(): void;
}

/** The ECMA-419 option `dns`. */
export interface DnsOption {
	readonly io: new (options: object) => Resolver;
}

/**
 * Finds the address of a host for the SDK's class, which would ask DNS for "localhost" and addresses, too,
 * and would connect even if it was closed in the meantime.
 */
export class NameResolver {
	/** True once the address is known. */
	resolved = false;
	/** The name or the address of the host. */
	readonly host: string;
	private readonly dns: DnsOption | undefined;
	private resolver: Resolver | undefined = undefined;
	private closed = false;

	/** @throws TypeError when the host is a name and there is no DNS to ask. */
	constructor(host: string, dns: DnsOption | undefined) {
		if (!dns && addressWithoutDNS(host) === undefined)
			throw new TypeError(`the name "${host}" needs the option dns to be resolved`);
		this.host = host;
		this.dns = dns;
	}

	/** The option `dns` for the SDK's class: every resolver that it makes is this one. */
	get option(): object {
		return { io: StandIn, instead: this };
	}

	/** Called by the SDK's class. */
	resolve({ onResolved, onError }: ResolverRequest): void {
		const { host, dns } = this;
		const found = (_: string, address: string): void => {
			if (this.closed) return;
			this.resolved = true;
			onResolved(host, address);
		};
		const address = addressWithoutDNS(host);
		if (address !== undefined || !dns) return found(host, address ?? host);
		this.resolver = new dns.io(dns);
		this.resolver.resolve({
			host,
			onResolved: found,
			onError: () => {
				if (!this.closed) onError();
			},
		});
	}

	/** Gives up: nothing is told any more. */
	close(): void {
		this.closed = true;
		this.resolver?.close?.();
		this.resolver = undefined;
	}
}

/** In place of a class of resolvers. */
class StandIn {
	constructor(options: { instead: object }) {
		// biome-ignore lint/correctness/noConstructorReturn: there is one already
		return options.instead;
	}
}
