/**
 * A sensor that reports to a server and keeps its reports while the server or the network is down.
 *
 *     mcconfig -d -m -p esp32 examples/sensor/manifest.json ssid=... password=... host=192.0.2.7 port=8080
 *
 * `interval` is the time between two reports in milliseconds, 5000 by default.
 */

import config from "mc/config";
import Timer from "timer";
import { Client } from "xs-web-socket";

const reportsPerCount = 10;

const client = new Client({
	host: String(config["host"] ?? "localhost"),
	port: Number(config["port"] ?? 8080),
	connectTimeout: 5000,
	// Connect again by itself, however long the server is down.
	reconnect: true,
	// Reports are queued meanwhile. When the queue is full, the oldest are discarded: new ones matter more.
	sendQueueSize: 2048,
	overflow: "drop-oldest",
	// It reads no properties of received messages.
	names: [],
});

let reports = 0;
let temperature = 21;

/** Replace this by code that reads your sensor. */
function measure(): number {
	temperature += Math.random() - 0.5;
	return Math.round(temperature * 10) / 10;
}

function report(): void {
	reports++;
	// The server detects missing reports by their number; `lost` counts those that were lost here.
	const { lost } = client.counters;
	client.send({ report: reports, temperature: measure(), lost });
	if (reports % reportsPerCount === 0) count();
}

function count(): void {
	const { accepted, sent, waiting, lost } = client.counters;
	trace(`${accepted} reports: ${sent} sent, ${waiting} waiting, ${lost} lost\n`);
}

client.on("open", () => trace("connected\n"));
client.on("retry", (attempt, reason, { delay }) => {
	trace(`attempt ${attempt}: ${reason}; next attempt: ${delay === undefined ? "none" : `in ${delay} ms`}\n`);
});
client.on("error", (message) => trace(`${message}\n`));
client.on("close", (code) => trace(`disconnected, code ${code}\n`));

report();
Timer.repeat(report, Number(config["interval"] ?? 5000));
client.open();
