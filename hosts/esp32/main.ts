/**
 * Firmware for an ESP32: reports to a WebSocket server, answers clients of its own server, and traces its
 * state. The SDK joins the Wi-Fi before this module runs; setup.ts rejoins it after a loss.
 *
 * Settings on the command line of mcconfig: `ssid` and `password` of the Wi-Fi, `host`, `port` and `path` of the server
 * to report to (no reports without `host`), `listen`, the port of its own server (default 80). `manifest_secure.json`
 * reports with TLS.
 */

import WiFi from "embedded:network/interface/wifi";
import Instrumentation from "instrumentation";
import config from "mc/config";
import Timer from "timer";
import { Client, type ClientOptions, Server } from "xs-web-socket";
import { Clock } from "./clock.js";

/** Milliseconds between two reports, and between two traces of the state. */
const reportInterval = 5000;
const stateInterval = 10000;
/** Value of `connection` of an ECMA-419 network interface that has an address. */
const ready = 500;

const started = Date.now();
let reports = 0;
let visitors = 0;

function say(text: string): void {
	trace(`${text}\n`);
}

function reading(): object {
	return { report: reports, uptime: Date.now() - started, visitors };
}

// Other properties are ignored: XS would keep their names in memory forever.
const names = ["report", "uptime", "visitors", "say"];
const server = new Server({ port: Number(config["listen"] ?? 80), names });
server.on("listening", () => say(`server: listening on port ${server.port}`));
server.on("error", (message) => say(`server: ${message}`));
server.on("connection", (socket) => {
	const { remoteAddress } = socket;
	visitors++;
	say(`server: ${remoteAddress} connected`);
	socket.on("message", (message) => {
		say(`server: ${remoteAddress} sent ${JSON.stringify(message)}`);
		socket.send({ you: message, ...reading() });
	});
	socket.on("error", (message) => say(`server: ${remoteAddress}: ${message}`));
	socket.on("close", (code) => {
		visitors--;
		say(`server: ${remoteAddress} disconnected, close code ${code}`);
	});
});
server.start();

const reporting = config["host"] !== undefined;
const secure = config["tls"] === true;
const place: ClientOptions = {
	host: String(config["host"] ?? "localhost"),
	path: String(config["path"] ?? "/"),
	...(config["port"] === undefined ? {} : { port: Number(config["port"]) }),
	// With TLS the default of connectTimeout is long enough.
	...(secure ? { tls: {} } : { connectTimeout: 5000 }),
};
// Without a connection the newest reports are kept, as many as fit. The client connects again by itself.
const client = new Client({
	...place,
	names,
	reconnect: true,
	overflow: "drop-oldest",
	sendQueueSize: 2048,
});
const clock = new Clock();

/** Opens the client once there is Wi-Fi. Afterwards, and while it connects again, open() does nothing. */
function open(): void {
	if (!reporting || wifi.connection < ready) return;
	if (secure && !clock.isSet) clock.set(open);
	else client.open();
}

client.on("open", () => say("client: open"));
client.on("message", (message) => say(`client: received ${JSON.stringify(message)}`));
client.on("close", (code) => say(`client: closed with code ${code}`));
client.on("retry", (attempt, reason, { delay }) => {
	const next = delay === undefined ? "" : `; the next one follows in ${delay} ms`;
	say(`client: attempt ${attempt}: ${reason}${next}`);
});
// After a permanent failure the client stays closed, until the Wi-Fi comes back or the device starts again.
client.on("error", (message, failure) =>
	say(`client: ${message}${failure?.permanent ? "; this is permanent" : ""}`),
);

const wifi = new WiFi({
	onChanged() {
		const { connection, address } = wifi;
		say(connection >= ready ? `wifi: ready, address ${address}` : `wifi: connection ${connection}`);
		open();
	},
});
open();

if (reporting)
	Timer.repeat(() => {
		reports++;
		client.send(reading());
	}, reportInterval);

Timer.repeat(() => {
	const { sent, waiting, lost } = client.counters;
	const free = Instrumentation.get(Instrumentation.map("System Free Memory"));
	// Release builds do not measure memory.
	const memory = free === undefined ? "" : `, ${free} bytes free`;
	say(
		`state: wifi ${wifi.connection}, visitors ${visitors}, sent ${sent}, waiting ${waiting}, lost ${lost}${memory}`,
	);
}, stateInterval);
