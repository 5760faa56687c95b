/** What the tests with TLS share: a device, an authority, and a server's certificate that it has signed. */

import type { ServerOptions as HttpsOptions } from "node:https";
import type { ExecutionContext } from "ava";
import { Authority, type Identity, type IdentityOptions } from "../../../sim/certificates.js";
import { Agent } from "../../device/driver/driver.js";
import { client, wssServer } from "../../device/driver/pairs.js";
import type { RemoteClient } from "../../device/driver/remote.js";
import { TlsRelay } from "../../support/tlsrelay.js";
import type { WsConnection, WsServer } from "../../support/wspeer.js";

export class Setup {
	readonly agent: Agent;
	readonly authority: Authority;
	/** Certificate of the authority, in DER. */
	readonly ca: Uint8Array;
	readonly identity: Identity;

	/** Await it before the first test is declared. */
	static async make(options: IdentityOptions = {}): Promise<Setup> {
		const agent = await Agent.start();
		const authority = await Authority.create(options);
		return new Setup(agent, authority, await authority.issue({ names: [agent.peerHost], ...options }));
	}

	private constructor(agent: Agent, authority: Authority, identity: Identity) {
		this.agent = agent;
		this.authority = authority;
		this.ca = authority.certificate;
		this.identity = identity;
	}

	/** Signs a certificate for this machine. */
	issue(options: IdentityOptions = {}): Promise<Identity> {
		return this.authority.issue({ names: [this.agent.peerHost], ...options });
	}

	/** Starts a WebSocket server with TLS. */
	server(t: ExecutionContext, options: HttpsOptions = {}): Promise<WsServer> {
		return wssServer(t, { cert: this.identity.chain, key: this.identity.key, ...options });
	}

	/** Makes a Client for a port of this machine. */
	client(t: ExecutionContext, port: number, options: object = {}): Promise<RemoteClient> {
		return client(t, this.agent, {
			host: undefined,
			url: `wss://${this.agent.peerHost}:${port}`,
			tls: { ca: this.ca },
			...options,
		});
	}

	/** Opens a Client and its peer. */
	async open(
		t: ExecutionContext,
		options: object = {},
		serverOptions: HttpsOptions = {},
	): Promise<{ device: RemoteClient; peer: WsConnection; server: WsServer }> {
		const server = await this.server(t, serverOptions);
		const device = await this.client(t, server.port, options);
		await device.open();
		const peer = await server.connection();
		await device.next("open");
		return { device, peer, server };
	}

	/** Starts a relay to a server. */
	async relay(t: ExecutionContext, port: number): Promise<TlsRelay> {
		const relay = await TlsRelay.listen(port);
		t.teardown(() => relay.close());
		return relay;
	}
}
