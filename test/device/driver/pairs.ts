/** Sets up connected pairs of a device object and its peer on this machine, and cleans up after the test. */
import type { ServerOptions as HttpsOptions } from "node:https";
import type { ExecutionContext } from "ava";
import type { ServerOptions } from "ws";
import { RawConnection } from "../../support/rawconnection.js";
import { RawServer, refusingPort } from "../../support/rawserver.js";
import { type WsConnection, WsServer, wsConnect } from "../../support/wspeer.js";
import type { Agent } from "./driver.js";
import type { RemoteClient, RemoteServer, RemoteSocket } from "./remote.js";

type Context = Pick<ExecutionContext, "teardown">;

/** Ignores errors of cleanup, which must not hide a failure. Each file checks the device at its end. */
function ignore(): void {}

/**
 * Creates a Client on the device, closed after the test. By default `host` is this machine, and `connectTimeout` is
 * long enough for a busy machine; undefined selects the module's default.
 */
export async function client(
	t: Context,
	agent: Agent,
	options: object,
	watch?: readonly string[],
): Promise<RemoteClient> {
	const remote = await agent.client({ host: agent.peerHost, connectTimeout: 15_000, ...options }, watch);
	t.teardown(() => remote.close().catch(ignore));
	return remote;
}

/** Creates a Server on the device, on a free port and not yet started. It is stopped after the test. */
export async function server(
	t: Context,
	agent: Agent,
	options: object = {},
	watch?: readonly string[],
): Promise<RemoteServer> {
	const remote = await agent.server({ port: 0, ...options }, watch);
	t.teardown(() => remote.stop().catch(ignore));
	return remote;
}

/** Starts a WebSocket server on this machine. */
export async function wsServer(t: Context, options: Omit<ServerOptions, "port"> = {}): Promise<WsServer> {
	const peer = await WsServer.listen(options);
	t.teardown(() => peer.close());
	return peer;
}

/** Starts a WebSocket server with TLS on this machine. */
export async function wssServer(
	t: Context,
	tls: HttpsOptions,
	options: ServerOptions = {},
): Promise<WsServer> {
	const peer = await WsServer.listenSecurely(tls, options);
	t.teardown(() => peer.close());
	return peer;
}

/** Starts a TCP server on this machine. */
export async function rawServer(t: Context): Promise<RawServer> {
	const peer = await RawServer.listen();
	t.teardown(() => peer.close());
	return peer;
}

/** Returns a port of this machine that refuses connections. */
export async function refusing(t: Context): Promise<number> {
	const { port, release } = await refusingPort();
	t.teardown(release);
	return port;
}

/** Opens a TCP connection to the device. */
export async function rawConnect(t: Context, agent: Agent, port: number): Promise<RawConnection> {
	const raw = await RawConnection.connect(port, agent.host);
	t.teardown(() => {
		raw.socket.destroy();
	});
	return raw;
}

/** Opens a Client on the device, with `ws` as its peer. */
export async function clientAndWs(
	t: Context,
	agent: Agent,
	options: object = {},
): Promise<{ client: RemoteClient; peer: WsConnection; server: WsServer }> {
	const peerServer = await wsServer(t);
	const remote = await client(t, agent, { port: peerServer.port, ...options });
	await remote.open();
	const peer = await peerServer.connection();
	await remote.next("open");
	return { client: remote, peer, server: peerServer };
}

/** Opens a Client on the device, with a raw connection as its peer. */
export async function clientAndRaw(
	t: Context,
	agent: Agent,
	options: object = {},
): Promise<{ client: RemoteClient; raw: RawConnection; server: RawServer }> {
	const peerServer = await rawServer(t);
	const remote = await client(t, agent, { port: peerServer.port, ...options });
	await remote.open();
	const raw = await peerServer.webSocket();
	await remote.next("open");
	return { client: remote, raw, server: peerServer };
}

/** Starts a Server on the device and opens a Socket, with `ws` as its peer. */
export async function serverAndWs(
	t: Context,
	agent: Agent,
	options: object = {},
): Promise<{ server: RemoteServer; port: number; socket: RemoteSocket; peer: WsConnection }> {
	const remote = await server(t, agent, options);
	const port = await remote.listening();
	const peer = await wsConnect(agent.host, port);
	t.teardown(() => peer.socket.terminate());
	return { server: remote, port, socket: await remote.connection(), peer };
}

/** Starts a Server on the device and opens a Socket, with a raw connection as its peer. */
export async function serverAndRaw(
	t: Context,
	agent: Agent,
	options: object = {},
): Promise<{ server: RemoteServer; port: number; socket: RemoteSocket; raw: RawConnection }> {
	const remote = await server(t, agent, options);
	const port = await remote.listening();
	const raw = await rawConnect(t, agent, port);
	await raw.upgrade();
	return { server: remote, port, socket: await remote.connection(), raw };
}

/**
 * Waits long enough to prove that no further attempt follows: until another client, which retries at the same
 * `interval`, has failed several times.
 */
export async function nothingFollows(t: Context, agent: Agent, interval: number): Promise<void> {
	const port = await refusing(t);
	const witness = await client(t, agent, { port, numberOfRetries: 4, timeBetweenRetries: interval });
	await witness.open();
	await witness.next("error");
}
