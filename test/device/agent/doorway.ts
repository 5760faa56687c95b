/** A device's HTTP server, which hands requests for WebSockets over to a Server. */
import Listener from "embedded:io/socket/listener";
import HTTPServer from "embedded:network/http/server";

/** What attach() needs. */
interface Attaching {
	attach(socket: object, request: object): unknown;
}

const page = ArrayBuffer.fromString("<!doctype html><title>page</title>");

/** For the object "doorway" of the agent. */
export class Doorway {
	private readonly named: (name: string) => unknown;
	private readonly servers: HTTPServer[] = [];

	/** @param named returns an object of the agent */
	constructor(named: (name: string) => unknown) {
		this.named = named;
	}

	/**
	 * Listens on a free port, which it returns. "/page" is a page; other requests go to a Server, given by its name, as soon as
	 * there are `together` of them.
	 */
	open(name: string, together = 1): number {
		const server = this.named(name) as Attaching;
		const held: (() => void)[] = [];
		const listening = new HTTPServer({
			io: Listener,
			port: 0,
			onConnect(connection) {
				connection.accept({
					onRequest(request) {
						if (request.path === "/page") return;
						const socket = this.detach();
						held.push(() => server.attach(socket, request));
						if (held.length === together) for (const attach of held.splice(0)) attach();
					},
					onResponse(response) {
						response.headers.set("content-length", page.byteLength);
						this.respond(response);
					},
					onWritable() {
						this.write(page);
					},
				});
			},
		});
		this.servers.push(listening);
		return listening.port;
	}

	/** Calls attach() of a Server with arguments that no HTTP server gives. */
	misuse(name: string, socket: unknown, request: unknown): unknown {
		return (this.named(name) as Attaching).attach(socket as object, request as object);
	}

	close(): void {
		for (const listening of this.servers.splice(0)) listening.close();
	}
}
