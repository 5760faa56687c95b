import "../../../sim/node/globals.js";
import test from "ava";
import {
	ClientOpening,
	type ClientOpeningUser,
	type Resolver,
} from "../../../modules/rfc6455/clientopening.js";

type Request = Parameters<Resolver["resolve"]>[0];

/** A resolver that answers when the test says so. */
class FakeResolver implements Resolver {
	static last: FakeResolver;
	request: Request | undefined;
	closed = false;

	constructor() {
		FakeResolver.last = this;
	}

	resolve(request: Request): void {
		this.request = request;
	}

	close(): void {
		this.closed = true;
	}
}

/** A TCP socket that only tells where it was to go. */
class FakeSocket {
	static readonly opened: FakeSocket[] = [];
	readonly address: string;
	target: undefined;
	remoteAddress: undefined;
	closed = false;

	constructor(options: object) {
		this.address = (options as { address: string }).address;
		FakeSocket.opened.push(this);
	}

	read(): never {
		throw new Error("nothing came");
	}

	write(): number {
		return 0;
	}

	close(): void {
		this.closed = true;
	}
}

/** An opening to a name, and the reasons for which it failed. */
function opening(): { it: ClientOpening; resolver: FakeResolver; failures: string[] } {
	const failures: string[] = [];
	const user: ClientOpeningUser = {
		onOpened: () => failures.push("opened"),
		onOpeningFailed: (message) => failures.push(message),
	};
	const it = new ClientOpening(
		{ host: "server.example", port: 80, dns: { io: FakeResolver }, socket: { io: FakeSocket } },
		user,
	);
	return { it, resolver: FakeResolver.last, failures };
}

test.beforeEach(() => {
	FakeSocket.opened.length = 0;
});

test.serial("a name is resolved, and its address connected to", (t) => {
	const { it, resolver } = opening();
	t.is(resolver.request?.host, "server.example");
	t.is(FakeSocket.opened.length, 0);
	resolver.request?.onResolved("server.example", "192.0.2.1");
	t.deepEqual(
		FakeSocket.opened.map(({ address }) => address),
		["192.0.2.1"],
	);
	it.close();
	t.true(FakeSocket.opened[0]?.closed);
	t.true(resolver.closed);
});

test.serial("close() ends the look-up, and an answer that comes all the same opens nothing", (t) => {
	const { it, resolver, failures } = opening();
	it.close();
	t.true(resolver.closed);
	resolver.request?.onResolved("server.example", "192.0.2.1");
	resolver.request?.onError();
	t.is(FakeSocket.opened.length, 0);
	t.deepEqual(failures, []);
});

test.serial("a name that cannot be resolved fails, and the resolver is closed", (t) => {
	const { resolver, failures } = opening();
	resolver.request?.onError();
	t.deepEqual(failures, ['the name "server.example" could not be resolved']);
	t.true(resolver.closed);
	t.is(FakeSocket.opened.length, 0);
});
