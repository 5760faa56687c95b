import "../../../sim/node/globals.js";
import test from "ava";
import { settings } from "../../../modules/tls/settings.js";
import { targetOption } from "../../../modules/websocket/handshakeoptions.js";
import { refuseTLS } from "../../../modules/websocket/tlsoptions.js";

const host = globalThis as { device?: object };
const withTls = { network: { ws: {}, wss: { socket: { settings } } } };

test.beforeEach(() => {
	host.device = withTls;
});

/** First bytes of a certificate in DER. */
const der = Uint8Array.of(0x30, 0x82, 1, 2);

/** Returns the settings of TLS for options. */
function secure(options: object): unknown {
	return targetOption({ host: "device", ...options }).secure;
}

const defaults = { verify: true, serverName: "device" };

test.serial("wss: or tls makes a connection with TLS, on port 443 by default", (t) => {
	for (const [options, port, path] of [
		[{ url: "wss://device" }, 443, "/"],
		[{ url: "WSS://device:444/a?b" }, 444, "/a?b"],
		[{ host: "device", tls: {} }, 443, "/"],
		[{ host: "device", port: 80, tls: {} }, 80, "/"],
		[{ host: "device", sslTls: true }, 443, "/"],
		[{ url: "wss://device", sslTls: true, tls: null, trustAll: false, trustedCACertPath: "" }, 443, "/"],
	] as const) {
		const target = targetOption(options);
		t.is(target.port, port);
		t.is(target.path, path);
		t.is(target.host, "device");
		t.deepEqual(target.secure, defaults);
		t.true(Object.isFrozen(target.secure));
	}
	for (const options of [{}, { url: "ws://device" }, { tls: null, sslTls: false, trustAll: null }])
		t.false("secure" in targetOption(options));
});

test.serial("the options of tls have the names of the SDK 10, and become those of the SDK 8", (t) => {
	const buffer = der.slice().buffer;
	const resource = { byteLength: 4, slice: (start: number, end: number) => buffer.slice(start, end) };
	t.deepEqual(secure({ tls: { ca: der } }), { ...defaults, certificate: der });
	t.deepEqual(secure({ tls: { ca: buffer } }), { ...defaults, certificate: buffer });
	const fromFlash = secure({ tls: { ca: resource } }) as { certificate: object };
	t.is(fromFlash.certificate, resource, "a Resource is not copied");
	t.deepEqual(secure({ tls: { clientCertificate: der, clientKey: buffer } }), {
		...defaults,
		clientCertificates: [der],
		clientKey: buffer,
	});
	t.deepEqual(secure({ tls: { clientCertificate: [der, buffer], clientKey: der } }), {
		...defaults,
		clientCertificates: [der, buffer],
		clientKey: der,
	});
	t.deepEqual(secure({ tls: { serverName: "other" } }), { verify: true, serverName: "other" });
	t.deepEqual(secure({ tls: { applicationLayerProtocol: "http/1.1" } }), {
		...defaults,
		applicationLayerProtocolNegotiation: ["http/1.1"],
	});
	t.deepEqual(secure({ tls: { applicationLayerProtocol: ["a", "b"] } }), {
		...defaults,
		applicationLayerProtocolNegotiation: ["a", "b"],
	});
	const absent = Object.fromEntries(
		["ca", "clientCertificate", "clientKey", "serverName", "applicationLayerProtocol", "verify"].map(
			(name) => [name, null],
		),
	);
	t.deepEqual(secure({ tls: absent }), defaults);
});

test.serial(
	"verify: false and trustAll accept any certificate, and share no session with those that verify",
	(t) => {
		const unverified = { verify: false, serverName: "device", cache: false };
		t.deepEqual(secure({ tls: { verify: false } }), unverified);
		t.deepEqual(secure({ sslTls: true, trustAll: true }), unverified);
		t.deepEqual(secure({ sslTls: true, trustAll: true, tls: { verify: false } }), unverified);
		t.deepEqual(secure({ sslTls: true, trustAll: false }), defaults);
	},
);

test.serial("the final dot of a host is not part of the name in a certificate", (t) => {
	t.deepEqual(targetOption({ url: "wss://device.example.:8443" }).secure, {
		verify: true,
		serverName: "device.example",
	});
});

const refused: [options: Record<string, unknown>, error: "TypeError" | "RangeError", message: RegExp][] = [
	[{ tls: true }, "TypeError", /^tls is true; it must be an object$/],
	[{ url: "ws://device", tls: {} }, "RangeError", /^tls is given, but.*"wss:\/\/"/],
	[{ url: "ws://device", sslTls: true }, "RangeError", /^sslTls is given, but/],
	[{ url: "wss://device", sslTls: false }, "RangeError", /^sslTls is false, but/],
	[{ tls: {}, sslTls: false }, "RangeError", /^sslTls is false, but.*tls/],
	[{ sslTls: 1 }, "TypeError", /^sslTls is 1; it must be true or false$/],
	[{ trustAll: true }, "RangeError", /^trustAll is given, but the connection is without TLS/],
	[{ url: "wss://device", trustAll: "yes" }, "TypeError", /^trustAll is "yes"/],
	[{ sslTls: true, trustAll: true, tls: { verify: true } }, "RangeError", /^trustAll and tls.verify/],
	[{ trustedCACertPath: "/ca.pem" }, "RangeError", /^trustedCACertPath is given, but/],
	[{ sslTls: true, trustedCACertPath: "a" }, "RangeError", /^trustedCACertPath.*tls.ca/],
	[{ tls: { ca: "-----BEGIN CERTIFICATE-----" } }, "TypeError", /^tls.ca is "-----BEGIN.*DER$/],
	[{ tls: { ca: new TextEncoder().encode("-----BEGIN") } }, "RangeError", /^tls.ca is not in DER.*openssl/],
	[{ tls: { ca: new ArrayBuffer(0) } }, "RangeError", /^tls.ca is not in DER/],
	[{ tls: { ca: [der] } }, "TypeError", /^tls.ca is an array/],
	[{ tls: { clientCertificate: der } }, "RangeError", /^tls.clientKey is missing/],
	[{ tls: { clientKey: der } }, "RangeError", /^tls.clientCertificate is missing/],
	[{ tls: { clientCertificate: [], clientKey: der } }, "RangeError", /^tls.clientCertificate is an array/],
	[{ tls: { clientCertificate: der, clientKey: 5 } }, "TypeError", /^tls.clientKey is 5/],
	[{ tls: { serverName: "a:1" } }, "RangeError", /^tls.serverName is "a:1"/],
	[{ tls: { serverName: "" } }, "RangeError", /^tls.serverName is ""/],
	[{ tls: { applicationLayerProtocol: [5] } }, "TypeError", /^tls.applicationLayerProtocol is 5/],
	[{ tls: { applicationLayerProtocol: "a".repeat(256) } }, "RangeError", /^tls.applicationLayerProtocol/],
	[{ tls: { verify: 0 } }, "TypeError", /^tls.verify is 0; it must be true or false$/],
];

for (const [options, name, message] of refused)
	test.serial(`a Client refuses ${message}`, (t) => {
		const error = t.throws(() => targetOption(options));
		t.is(error?.name, name);
		t.regex(error?.message ?? "", message);
	});

test.serial("without manifest_secure.json every option that asks for TLS is refused", (t) => {
	for (const device of [
		undefined,
		{},
		{ network: { ws: {} } },
		{ network: { wss: { socket: { io: class {} } } } },
	]) {
		Object.assign(host, { device });
		for (const options of [{ url: "wss://device" }, { url: "WSS://device" }, { tls: {} }, { sslTls: true }])
			t.throws(() => targetOption(options), { instanceOf: RangeError, message: /manifest_secure\.json/ });
		t.notThrows(() => targetOption({ url: "ws://device", sslTls: false }));
	}
});

test.serial("a Server refuses TLS", (t) => {
	for (const sslTls of [true, "true", 1, "", {}])
		t.throws(() => refuseTLS({ sslTls }), { instanceOf: TypeError, message: /sslTls/ });
	t.throws(() => refuseTLS({ sslTls: true }), { message: /TLS is for clients only/ });
	t.throws(() => refuseTLS({ tls: {} }), { instanceOf: TypeError, message: /^tls asks for TLS/ });
	for (const sslTls of [false, undefined, null])
		t.notThrows(() => refuseTLS({ sslTls, pfxKeyCertPath: "/server.pfx", pfxPassPhrase: "secret" }));
});
