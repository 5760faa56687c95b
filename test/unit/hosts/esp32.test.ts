import { fileURLToPath } from "node:url";
import test from "ava";
import { Authority } from "../../../sim/certificates.js";
import { Simulator } from "../../../sim/xs/simulator.js";
import { rawServer, wssServer } from "../../device/driver/pairs.js";
import { Watch } from "../../support/watch.js";
import { wsConnect } from "../../support/wspeer.js";

const folder = new URL("esp32/", import.meta.url);
const path = (file: string) => fileURLToPath(new URL(file, folder));

test.serial(
	"the firmware joins the Wi-Fi, serves, reports, and reconnects after the Wi-Fi is lost",
	async (t) => {
		const peer = await rawServer(t);
		const lines: string[] = [];
		const watch = new Watch();
		const device = await Simulator.start({
			program: path("program.ts"),
			aliases: {
				"embedded:network/interface/wifi": path("wifi.ts"),
				instrumentation: path("instrumentation.ts"),
			},
			config: {
				ssid: "home",
				password: "secret",
				wifiInterval: 50,
				host: "127.0.0.1",
				port: peer.port,
				listen: 0,
			},
			onTrace(line) {
				lines.push(line);
				watch.changed();
			},
		});
		t.teardown(() => device.stop());
		/** Waits for the next line that matches. */
		let taken = 0;
		const line = (pattern: RegExp) =>
			watch.until(
				() => {
					const index = lines.findIndex((text, at) => at >= taken && pattern.test(text));
					if (index < 0) return undefined;
					taken = index + 1;
					return lines[index] as string;
				},
				() => `no line ${pattern} after line ${taken} of\n${lines.join("\n")}`,
			);
		await line(/^setup is done$/);
		const port = Number(/\d+$/.exec(await line(/^server: listening on port \d+$/))?.[0]);
		await line(/^wifi: ready, address 192\.0\.2\.1$/);
		const raw = await peer.webSocket();
		await line(/^client: open$/);
		const visitor = await wsConnect("127.0.0.1", port);
		visitor.send('"hello"');
		t.like(await visitor.json(), { you: "hello", visitors: 1 });
		visitor.socket.close();
		await line(/disconnected, close code 1005$/);
		// The access point disappears; attempts to join it fail.
		await line(/^wifi: connection 200$/);
		await line(/^wifi joins home$/);
		await line(/^wifi: connection 200$/);
		await line(/^wifi joins home$/);
		await line(/^wifi: ready, address 192\.0\.2\.1$/);
		raw.reset();
		await line(/^client: closed with code 1006$/);
		(await peer.connection()).reset();
		await line(/^client: attempt 1: .*; the next one follows in \d+ ms$/);
		await peer.webSocket();
		await line(/^client: open$/);
	},
);

test.serial("with TLS the firmware sets the clock before it connects", async (t) => {
	const authority = await Authority.create();
	const { chain, key } = await authority.issue();
	const peer = await wssServer(t, { cert: chain, key });
	const lines: string[] = [];
	const watch = new Watch();
	const device = await Simulator.start({
		program: path("secureprogram.ts"),
		aliases: { sntp: path("sntp.ts"), time: path("time.ts") },
		parts: ["secure"],
		config: { ssid: "home", tls: true, host: "localhost", port: peer.port, path: "/station", listen: 0 },
		onTrace(line) {
			lines.push(line);
			watch.changed();
		},
	});
	t.teardown(() => device.stop());
	const line = (pattern: RegExp) =>
		watch.until(
			() => lines.find((text) => pattern.test(text)),
			() => `no line ${pattern} in\n${lines.join("\n")}`,
		);
	await line(/^clock: no answer from pool\.ntp\.org$/);
	await line(/^clock: 20\d\d-/);
	// The firmware trusts the authorities in its resources: not that of this test.
	await line(
		/^client: no connection .* after 1 attempt: the certificate of localhost was refused.*; this is permanent$/,
	);
	const order = lines.filter((text) => /^(?:sntp|clock|client)/.test(text)).map((text) => text.slice(0, 12));
	t.deepEqual(order, [
		"sntp is aske",
		"clock: no an",
		"sntp is aske",
		`clock: ${new Date().getFullYear()}-`,
		"client: atte",
		"client: no c",
	]);
});
