/** The HTTP server of the Moddable SDK, as far as it is used. */
declare module "embedded:network/http/server" {
	interface Request {
		readonly method: string;
		readonly path: string;
		/** Names in lower case. Of a field that is repeated, the last value. */
		readonly headers: Map<string, string>;
	}

	interface Response {
		status: number;
		readonly headers: Map<string, string | number>;
	}

	interface Route {
		onRequest?(this: Connection, request: Request): void;
		onResponse?(this: Connection, response: Response): void;
		onWritable?(this: Connection, count: number): void;
	}

	interface Connection {
		/** Options of a response, in place of those of accept(). */
		route?: object;
		accept(route: Route): void;
		/** Gives the socket away. */
		detach(): object;
		respond(response: Response): void;
		write(bytes: ArrayBuffer): number;
		close(): void;
	}

	export default class HTTPServer {
		constructor(options: { io: unknown; port: number; onConnect(connection: Connection): void });
		readonly port: number;
		close(): void;
	}
}
