/** Resolves host names. */

import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
import config from "mc/config";

interface Question {
	host: string;
	onResolved?(this: unknown, name: string, address: string): void;
	onError?(this: unknown, name: string): void;
}

const options = { servers: ["192.0.2.53"], socket: { io: UDP } };
const { names } = config as { names: string[] };
const resolver = new Resolver(options);
const resolve = (from: Resolver, question: Question) =>
	from.resolve(question as Parameters<Resolver["resolve"]>[0]);
let resolving = true;
for (const host of names)
	resolve(resolver, {
		host,
		onResolved(name, address) {
			trace(`${host}: ${name} ${address} ${resolving} ${this === resolver}\n`);
		},
		onError(name) {
			trace(`${host}: error ${name}\n`);
		},
	});
resolving = false;
const closed = new Resolver(options);
resolve(closed, { host: "localhost", onResolved: () => trace("resolved after close\n") });
closed.close();
for (const action of [
	() => resolve(closed, { host: "localhost", onResolved() {} }),
	() => resolve(resolver, { host: "localhost" }),
	() => resolve(resolver, { host: "", onResolved() {} }),
])
	try {
		action();
		trace("fine\n");
	} catch {
		trace("throws\n");
	}
