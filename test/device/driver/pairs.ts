/** Sets up connected pairs of a device object and its peer on this machine, and cleans up after the test. */
import type { ExecutionContext } from "ava";
import type { ServerOptions } from "ws";
import { RawConnection } from "../../support/rawconnection.js";
import { RawServer, refusingPort } from "../../support/rawserver.js";
import { type WsConnection, WsServer, wsConnect } from "../../support/wspeer.js";
import type { Agent } from "./driver.js";
import type { RemoteClient, RemoteServer, RemoteSocket } from "./remote.js";

type Context = Pick<ExecutionContext, "teardown">;

/** Ignores errors of cleanup, which must not hide a failure; each file checks the device at its end. */
function ignore(): void {}

/**
 * A Client of the device, closed after the test. `host` is this machine unless given, and `connectTimeout` long
 * enough for a busy one: undefined gives it the module's default.
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

/** A Server of the device on a free port, stopped after the test; not yet started. */
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

/** A WebSocket server of this machine. */
export async function wsServer(t: Context, options: Omit<ServerOptions, "port"> = {}): Promise<WsServer> {
	const peer = await WsServer.listen(options);
	t.teardown(() => peer.close());
	return peer;
}

/** A TCP server of this machine. */
export async function rawServer(t: Context): Promise<RawServer> {
	const peer = await RawServer.listen();
	t.teardown(() => peer.close());
	return peer;
}

/** A port of this machine that refuses connections. */
export async function refusing(t: Context): Promise<number> {
	const { port, release } = await refusingPort();
	t.teardown(release);
	return port;
}

/** A TCP connection to the device. */
export async function rawConnect(t: Context, agent: Agent, port: number): Promise<RawConnection> {
	const raw = await RawConnection.connect(port, agent.host);
	t.teardown(() => {
		raw.socket.destroy();
	});
	return raw;
}

/** The device's Client, open, and `ws` at its other end. */
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

/** The device's Client, open, and a raw connection at its other end. */
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

/** The device's Server, one Socket of it, and `ws` at the other end. */
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

/** The device's Server, one Socket of it, and a raw connection at the other end. */
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
 * Waits until nothing can follow any more: another client, which retries at `interval` like the one under test, has
 * failed several times by then.
 */
export async function nothingFollows(t: Context, agent: Agent, interval: number): Promise<void> {
	const port = await refusing(t);
	const witness = await client(t, agent, { port, numberOfRetries: 4, timeBetweenRetries: interval });
	await witness.open();
	await witness.next("error");
}
