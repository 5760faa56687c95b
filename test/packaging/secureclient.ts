/** Checks TLS in apps without a Server: in the npm package a Client is one module there, which TLS does not import. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Authority } from "../../sim/certificates.js";
import { root } from "../../sim/moddable/sdk.js";
import { WsServer } from "../support/wspeer.js";
import type { Check } from "./stage.js";

const program = fileURLToPath(new URL("clientapp/main.ts", import.meta.url));

/**
 * @param name Name of the app.
 * @param place Folder of the manifests; undefined for the npm package.
 */
const check = (title: string, name: string, place?: string): Check => ({
	title,
	async perform(stage) {
		const { workshop } = stage;
		const { chain: cert, key } = await (await Authority.create()).issue();
		const peer = await WsServer.listenSecurely({ cert, key });
		stage.atEnd(() => peer.close());
		const manifests = place ?? "./node_modules/xs-web-socket/dist";
		const folder = workshop.makeApp(name, {
			"package.json": { name, version: "1.0.0", private: true },
			"main.ts": readFileSync(program, "utf8"),
			"manifest.json": {
				include: [
					"$(MODDABLE)/examples/manifest_base.json",
					`${manifests}/manifest_client.json`,
					`${manifests}/manifest_secure.json`,
				],
				modules: { "*": "./main" },
			},
		});
		if (!place) await workshop.install(folder);
		const config = { port: peer.port };
		const manifest = join(folder, "manifest.json");
		const device = await stage.start(await workshop.build(name, { manifest, config }));
		const connection = await peer.connection();
		connection.send('"secret"');
		if ((await connection.message()) !== '"secret"') throw new Error("there is no echo");
		connection.socket.close(1000);
		await device.traced(/^client closes with 1000$/);
		return "one message echoed over TLS";
	},
});

export const secureClient: readonly Check[] = [
	check("a Client with TLS and without a Server", "packaging-secure", root.replace(/\/$/, "")),
	check("a Client with TLS on npm pack and dist/manifest_client.json", "packaging-secure-npm"),
];
