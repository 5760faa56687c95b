/** Uses each optional part of a Server, and traces what happens. */

import { Server } from "xs-web-socket";

function attempt(what: string, use: () => unknown): void {
	try {
		use();
		trace(`${what}: done\n`);
	} catch (error) {
		trace(`${what}: ${error}\n`);
	}
}

/** A connection that does nothing. */
class Silent {
	read(): void {}
	write(): void {}
	close(): void {}
}

const server = new Server({ port: 0 });
attempt("attach", () => server.attach(new Silent(), { method: "GET", path: "/", headers: {} }));
attempt("broadcast", () => server.broadcast("all"));
attempt("pages", () => new Server({ pages: {} }));
attempt("verify", () => new Server({ verify: () => true }));
