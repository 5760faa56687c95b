/** Serves a resource of the app as a page. */
import Resource from "Resource";
import { Server } from "xs-web-socket";

try {
	const server = new Server({ port: 0, pages: { "/": new Resource("index.html") } });
	server.on("listening", () => trace(`${server.port}\n`));
	server.start();
} catch (error) {
	trace(`${error}\n`);
}
