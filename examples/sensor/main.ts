/**
 * A sensor that reports to a server, and rides out the restarts of the server and the gaps of the network.
 *
 *     mcconfig -d -m -p esp32 examples/sensor/manifest.json ssid=... password=... host=192.0.2.7 port=8080
 *
 * `interval` are the milliseconds between two reports, 5000 unless given.
 */

import config from "mc/config";
import Timer from "timer";
import { Client } from "xs-web-socket";

const reportsPerCount = 10;

const client = new Client({
	host: String(config["host"] ?? "localhost"),
	port: Number(config["port"] ?? 8080),
	connectTimeout: 5000,
	// However long the server is away.
	numberOfRetries: Number.MAX_SAFE_INTEGER,
	timeBetweenRetries: 1000,
	// Meanwhile reports wait, and when there is no more room the oldest give way: new ones are worth more.
	sendQueueSize: 2048,
	overflow: "drop-oldest",
	// It reads nothing of what the server says.
	names: [],
});

let reports = 0;
let temperature = 21;

/** Stands for a real sensor. */
function measure(): number {
	temperature += Math.random() - 0.5;
	return Math.round(temperature * 10) / 10;
}

function report(): void {
	reports++;
	// The server sees by the number which reports it missed, and by `lost` which of them gave way here.
	const { lost } = client.counters;
	client.send({ report: reports, temperature: measure(), lost });
	if (reports % reportsPerCount === 0) count();
}

function count(): void {
	const { accepted, sent, waiting, lost } = client.counters;
	trace(`${accepted} reports: ${sent} sent, ${waiting} waiting, ${lost} lost\n`);
}

client.on("open", () => trace("the server is there\n"));
client.on("retry", (attempt, reason) => trace(`attempt ${attempt}: ${reason}\n`));
client.on("error", (message) => trace(`${message}\n`));
client.on("close", (code) => {
	trace(`the server has gone, code ${code}\n`);
	client.open();
});

report();
Timer.repeat(report, Number(config["interval"] ?? 5000));
client.open();
