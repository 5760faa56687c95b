import type { ServerOptions } from "node:https";
import type { TLSSocket } from "node:tls";
import test, { type ExecutionContext } from "ava";
import { Authority, type IdentityOptions } from "../../../sim/certificates.js";
import type { RemoteClient } from "../../device/driver/remote.js";
import { Setup } from "./setup.js";

const setup = await Setup.make();
const { agent, authority } = setup;
const stranger = await Authority.create();
const rsa = await Authority.create({ kind: "RSA" });
const rsaIdentity = await rsa.issue({ kind: "RSA", names: [agent.peerHost] });
test.after.always("the device is still running", () => agent.stop());

/** Waits until a Client that may retry has given up after one attempt. Returns the reason. */
async function refusal(t: ExecutionContext, device: RemoteClient): Promise<string> {
	await device.open();
	const [message] = (await device.next("error")) as [string];
	t.regex(message, /^no connection to .* after 1 attempt: /);
	const [attempt, reason] = (await device.next("retry")) as [number, string];
	t.is(attempt, 1);
	t.true(message.endsWith(reason), message);
	t.deepEqual(device.order, ["retry", "error"]);
	return reason;
}

/** Returns the options of a server with a certificate. */
async function served(options: IdentityOptions = {}, by = authority): Promise<ServerOptions> {
	const { chain, key } = await by.issue({ names: [agent.peerHost], ...options });
	return { cert: chain, key };
}

const refused: [what: string, server: () => Promise<ServerOptions>, client?: object][] = [
	["of another authority", () => served({}, stranger)],
	["for another name", () => served({ names: ["device.example"] })],
	["for no name at all", () => served({ names: [] })],
	[
		"without the one of its authority",
		async () => ({ ...(await served()), cert: setup.identity.leaf, key: setup.identity.key }),
	],
	["that is not valid any more", () => served({ days: [-20, -10] })],
	["that is not valid yet", () => served({ days: [10, 20] })],
];

/** Returns the options of a server with a certificate that is followed by others. */
async function followed(by: Authority, ...others: string[]): Promise<ServerOptions> {
	const { leaf, key } = await by.issue({ names: [agent.peerHost] });
	return { cert: [leaf, ...others].join("\n"), key };
}

const forgeries: typeof refused = [
	["that only claims to come from the authority after it", () => followed(stranger, authority.pem)],
	[
		"of another authority, before the one of a good server",
		() => followed(stranger, setup.identity.leaf, authority.pem),
	],
	[
		"that was signed with the key of another server",
		async () => {
			const server = await authority.issue({ names: ["other.example"] });
			return followed(await Authority.of(server), server.leaf, authority.pem);
		},
	],
	[
		"of an authority that is not valid any more",
		async () => {
			const old = await authority.subordinate({ days: [-20, -10] });
			return followed(old, old.pem, authority.pem);
		},
	],
];

for (const [what, server] of [...refused, ...forgeries])
	test(`a certificate ${what} is refused for good, and named`, async (t) => {
		const { port } = await setup.server(t, await server());
		const device = await setup.client(t, port, { numberOfRetries: 5, timeBetweenRetries: 0 });
		const reason = await refusal(t, device);
		t.true(reason.startsWith(`the certificate of ${agent.peerHost} was refused: `), reason);
		t.regex(reason, /tls\.ca/);
	});

test("without tls.ca a private authority is refused", async (t) => {
	const { port } = await setup.server(t);
	const device = await setup.client(t, port, { tls: {} });
	t.regex(await refusal(t, device), /^the certificate of .* was refused: /);
});

test("a client that was refused connects when the server has a good certificate", async (t) => {
	const server = await setup.server(t, await served({}, stranger));
	const device = await setup.client(t, server.port, { timeBetweenRetries: 0 });
	await device.send("kept");
	await refusal(t, device);
	const { chain, key } = setup.identity;
	server.renew({ cert: chain, key });
	await device.open();
	const peer = await server.connection();
	t.is(await peer.json(), "kept");
});

test("a tls.ca that is not valid any more is refused for good, and named", async (t) => {
	const old = await Authority.create({ days: [-20, -10] });
	const { port } = await setup.server(t, await served({}, old));
	const device = await setup.client(t, port, { tls: { ca: old.certificate } });
	t.regex(
		await refusal(t, device),
		/^the certificate tls\.ca was refused: it is not valid on \d{4}-\d\d-\d\d$/,
	);
});

test("a tls.ca that is no certificate is refused", async (t) => {
	const { port } = await setup.server(t);
	const device = await setup.client(t, port, { tls: { ca: Uint8Array.of(0x30, 0) }, numberOfRetries: 0 });
	await device.open();
	t.regex((await device.next("error"))[0] as string, /TLS failed/);
});

test("keys of RSA and of ECDSA, and an address in the certificate", async (t) => {
	const { chain, key } = rsaIdentity;
	for (const [ca, options] of [
		[rsa.certificate, { cert: chain, key }],
		[rsa.certificate, await served({ kind: "ECDSA" }, rsa)],
		[setup.ca, await served({ kind: "RSA" })],
		[setup.ca, await served({ kind: "ECDSA" })],
	] as const) {
		const { device, peer } = await setup.open(t, { tls: { ca } }, options);
		await device.send(1);
		t.is(await peer.json(), 1);
	}
});

test("a chain with an authority between the server and tls.ca", async (t) => {
	const between = await authority.subordinate();
	for (const others of [[between.pem], [between.pem, authority.pem]]) {
		const { device, peer } = await setup.open(t, {}, await followed(between, ...others));
		await device.send(1);
		t.is(await peer.json(), 1);
	}
});

test("a certificate for a name and its subdomains, by tls.serverName", async (t) => {
	for (const [name, serverName] of [
		["device.example", "device.example"],
		["device.example", "DEVICE.example"],
		["*.devices.example", "one.devices.example"],
	] as const) {
		const { peer } = await setup.open(
			t,
			{ tls: { ca: setup.ca, serverName } },
			await served({ names: [name] }),
		);
		const { servername } = peer.tls as TLSSocket & { servername: string };
		t.is(servername.toLowerCase(), serverName.toLowerCase());
	}
});

test("tls.verify false and trustAll accept any certificate", async (t) => {
	const options = await served({ names: ["other.example"], days: [-20, -10] }, stranger);
	for (const any of [{ tls: { verify: false } }, { tls: undefined, trustAll: true }]) {
		const { device, peer } = await setup.open(t, any, options);
		await device.send(1);
		t.is(await peer.json(), 1);
	}
});

test("a session without verification is not resumed by a client that verifies", async (t) => {
	const server = await setup.server(t, await served({}, stranger));
	const careless = await setup.client(t, server.port, { tls: { verify: false } });
	await careless.open();
	await careless.next("open");
	await careless.close();
	await careless.next("close");
	const device = await setup.client(t, server.port);
	t.regex(await refusal(t, device), /^the certificate of .* was refused: /);
});

test("tls.applicationLayerProtocol is offered", async (t) => {
	for (const applicationLayerProtocol of ["http/1.1", ["other", "http/1.1"]]) {
		const { device, peer } = await setup.open(
			t,
			{ tls: { ca: setup.ca, applicationLayerProtocol } },
			{ ALPNProtocols: ["http/1.1"] },
		);
		t.is(peer.tls.alpnProtocol, "http/1.1");
		await device.send(1);
		t.is(await peer.json(), 1);
	}
});

test("a server that asks for a certificate gets tls.clientCertificate", async (t) => {
	const { certificate, keyDer } = await authority.issue({ kind: "RSA", names: ["device-1.example"] });
	const mutual = { requestCert: true, rejectUnauthorized: true, ca: authority.pem };
	for (const clientCertificate of [certificate, [certificate, setup.ca]]) {
		const { device, peer } = await setup.open(
			t,
			{ tls: { ca: setup.ca, clientCertificate, clientKey: keyDer } },
			mutual,
		);
		const socket = peer.tls;
		t.true(socket.authorized);
		t.regex(socket.getPeerCertificate().subjectaltname ?? "", /device-1\.example/);
		await device.send(1);
		t.is(await peer.json(), 1);
	}
});

test("a device without a certificate that the server asks for is refused", async (t) => {
	const mutual = { requestCert: true, rejectUnauthorized: true, ca: authority.pem };
	const server = await setup.server(t, mutual);
	// Where the end of the connection is not reported, the attempt ends by its timeout.
	const device = await setup.client(t, server.port, { numberOfRetries: 0, connectTimeout: 3000 });
	await device.open();
	await device.next("error");
	t.is(server.count, 0);
});

test("a server with TLS 1.3 only is refused for good, with the reason", async (t) => {
	const { port } = await setup.server(t, { minVersion: "TLSv1.3" });
	const device = await setup.client(t, port, { numberOfRetries: 5 });
	t.regex(await refusal(t, device), /^the server refused TLS 1\.2, the only version.*TLS 1\.3/);
});

test("a server without a common cipher is refused for good, with the reason", async (t) => {
	const { port } = await setup.server(t, { ciphers: "ECDHE-ECDSA-CHACHA20-POLY1305", maxVersion: "TLSv1.2" });
	const device = await setup.client(t, port, { numberOfRetries: 5 });
	t.regex(await refusal(t, device), /no cipher in common/);
});

for (const cipher of [
	"ECDHE-RSA-AES128-GCM-SHA256",
	"ECDHE-RSA-AES128-SHA256",
	"DHE-RSA-AES128-GCM-SHA256",
	"DHE-RSA-AES256-SHA256",
	"AES256-SHA256",
	"AES128-SHA",
])
	test(`the cipher ${cipher}`, async (t) => {
		const { chain: cert, key } = rsaIdentity;
		const { device, peer } = await setup.open(
			t,
			{ tls: { ca: rsa.certificate }, sendQueueSize: 32768 },
			{ cert, key, ciphers: cipher, maxVersion: "TLSv1.2", dhparam: "auto" },
		);
		t.is(peer.tls.getCipher().name, cipher);
		for (let i = 0; i < 20; i++) await device.send({ i, padding: "v".repeat(500) });
		for (let i = 0; i < 20; i++) t.like(await peer.json(), { i });
		peer.send("true");
		t.is((await device.next("message"))[0], true);
	});
