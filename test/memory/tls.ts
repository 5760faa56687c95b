/**
 * What TLS takes on the engine of the Moddable SDK: `npm run -s memory:tls -- [--reconnects N] [--json]`. The test agent
 * runs in the SDK's simulator, against `ws` on this machine.
 */

import { join } from "node:path";
import { Authority } from "../../sim/certificates.js";
import { integerOption, runCommand } from "../../sim/commandline.js";
import { buildForSimulator } from "../../sim/moddable/build.js";
import { bytecodeOf } from "../../sim/moddable/bytecode.js";
import { startDisplay } from "../../sim/moddable/display.js";
import { linkForEsp32 } from "../../sim/moddable/esp32.js";
import { buildFolder, root, Sdk } from "../../sim/moddable/sdk.js";
import { Agent } from "../device/driver/driver.js";
import type { RemoteClient } from "../device/driver/remote.js";
import { displayVariable, programVariable } from "../device/target/moddable.js";
import { WsServer } from "../support/wspeer.js";
import type { Memory, TlsReport } from "./tlsreport.js";

/** Bytes per slot on a 32-bit device. */
const slotSize = 16;
const copies = 6;
/** Reconnects before the first reading: what is allocated only once. */
const warmUp = 20;

/** Options of all clients: no timers, and reconnects without a pause. */
const options = { connectTimeout: 15000, pingInterval: 0, timeBetweenRetries: 0 };

/** Opens connections. Returns the memory of each. */
async function connectionMemory(
	agent: Agent,
	server: WsServer,
	place: object,
): Promise<Memory & { bytes: number }> {
	const clients: RemoteClient[] = [];
	const open = async (): Promise<void> => {
		const client = await agent.client({ ...options, ...place }, ["open"]);
		clients.push(client);
		await client.open();
		await server.connection();
		await client.next("open");
	};
	await open();
	const before = await agent.memory();
	for (let count = 0; count < copies; count++) await open();
	const after = await agent.memory();
	for (const client of clients) await client.close();
	const slots = (after.slots - before.slots) / copies;
	const chunks = Math.round((after.chunks - before.chunks) / copies);
	return { slots, chunks, bytes: Math.round(slots * slotSize + chunks) };
}

/** Lets a client reconnect by itself, because the server closes every connection. Returns the growth of the heap. */
async function reconnectSlope(
	agent: Agent,
	server: WsServer,
	place: object,
	count: number,
): Promise<Memory & { count: number }> {
	const client = await agent.client({ ...options, ...place }, []);
	const steps = [client.step("open")];
	await agent.run({
		do: "listen",
		on: client.name,
		method: "on",
		event: "close",
		name: "reopen",
		steps,
		quiet: true,
	});
	await client.open();
	const reconnect = async (times: number): Promise<Memory> => {
		for (let done = 0; done < times; done++) (await server.connection()).socket.close();
		const { socket } = await server.connection();
		const memory = await agent.memory();
		socket.close();
		return memory;
	};
	const before = await reconnect(warmUp);
	const after = await reconnect(count);
	await agent.run({ do: "unlisten", on: client.name, method: "off", event: "close", name: "reopen" });
	await client.close();
	return { count, slots: after.slots - before.slots, chunks: after.chunks - before.chunks };
}

/** Returns the bytecode that the firmware with TLS has in addition. */
async function measureBytecode(sdk: Sdk): Promise<TlsReport["bytecode"]> {
	const sizes = async (file: string): Promise<Record<string, number>> => {
		const manifest = join(root, "hosts/esp32", `${file}.json`);
		const output = join(buildFolder, `esp32-${file}`);
		return bytecodeOf((await linkForEsp32(sdk, { manifest, name: "esp32", output })).folder, "");
	};
	const plain = await sizes("manifest");
	const secure = await sizes("manifest_secure");
	const bytecode = { sdk: 0, own: 0 };
	for (const [name, size] of Object.entries(secure))
		if (!(name in plain)) bytecode[name.startsWith("xs-web-socket/") ? "own" : "sdk"] += size;
	return bytecode;
}

async function measure(sdk: Sdk, reconnects: number): Promise<TlsReport> {
	const manifest = join(root, "test/device/agent/manifest.json");
	const { program } = await buildForSimulator(sdk, { manifest, name: "agent" });
	const display = await startDisplay();
	process.env["XS_WEB_SOCKET_TARGET"] = "moddable";
	process.env[programVariable] = program;
	process.env[displayVariable] = display.name;
	const authority = await Authority.create();
	const { chain, key } = await authority.issue();
	const plainServer = await WsServer.listen();
	const server = await WsServer.listenSecurely({ cert: chain, key });
	const place = { url: `wss://localhost:${server.port}`, tls: { ca: authority.certificate } };
	const agent = await Agent.start();
	try {
		return {
			engine: `Moddable SDK ${sdk.version}, ${sdk.platform}`,
			connection: {
				plain: await connectionMemory(agent, plainServer, { port: plainServer.port }),
				tls: await connectionMemory(agent, server, place),
			},
			slope: await reconnectSlope(agent, server, place, reconnects),
			bytecode: await measureBytecode(sdk),
		};
	} finally {
		await agent.stop();
		await Promise.all([plainServer.close(), server.close(), display.stop()]);
	}
}

/** Formats the results for a terminal. */
function table({ engine, connection, bytecode, slope }: TlsReport): string {
	return [
		`${engine}: memory of a Client's open connection in bytes on a 32-bit device`,
		...Object.entries(connection).map(
			([name, { slots, chunks, bytes }]) =>
				`${name.padEnd(6)} ${bytes} bytes (${slots} slots, ${chunks} bytes of chunks)`,
		),
		`Bytecode for TLS: ${bytecode.sdk} bytes of the SDK, ${bytecode.own} of xs-web-socket`,
		`With ${slope.count} reconnects over TLS the heap grows by ${slope.slots} slots and ${slope.chunks} bytes of chunks`,
	].join("\n");
}

const usage = `Usage: npm run -s memory:tls -- [options]

Measures what TLS takes, on the engine of the Moddable SDK (MODDABLE).

  --reconnects N   reconnects over TLS (default 1000)
  --json           print the result as JSON
  --help           show this text`;

await runCommand(usage, { reconnects: "string", json: "boolean" }, async (values) => {
	const reconnects = integerOption(values, "reconnects", 1000, 1, 1_000_000);
	const found = await measure(new Sdk(), reconnects);
	console.log(values.json ? JSON.stringify(found, undefined, "\t") : table(found));
	return 0;
});
