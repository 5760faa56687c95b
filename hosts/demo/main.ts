/**
 * A device app: a weather station with a light. Its client reports to a peer every second and executes the
 * peer's requests. Its server has the page of examples/dashboard, which shows the client's queue and counters, and
 * answers every message. Both trace their events.
 *
 * `mc/config` may set `peerHost` and `peerPort` of the peer (default localhost, 8081), the `port` of the server
 * (default 8080), and the `interval` between two reports in milliseconds (default 1000). `authority`, the bytes of a
 * certificate, makes the client use TLS: the peer's certificate must be signed by it.
 */

import config from "mc/config";
import Timer from "timer";
import { Client, type Counters } from "xs-web-socket";
import { Dashboard } from "../../examples/dashboard/dashboard.js";

/** A request to the station, in JSON. */
interface Request {
	light?: boolean;
	/** Ends the app. Only accepted from the peer. */
	stop?: boolean;
}

const peerHost = String(config["peerHost"] ?? "localhost");
const peerPort = Number(config["peerPort"] ?? 8081);
const port = Number(config["port"] ?? 8080);
const interval = Number(config["interval"] ?? 1000);
const reportsPerCount = 5;

let reports = 0;
let temperature = 21;
let visitors = 0;

const authority = config["authority"] as readonly number[] | undefined;
const url = `${authority ? "wss" : "ws"}://${peerHost}:${peerPort}`;
const client = new Client(authority ? { url, tls: { ca: Uint8Array.from(authority) } } : { url });
const dashboard = new Dashboard("Weather station", { port }, (on) => say(`light is ${on ? "on" : "off"}`));
const { server } = dashboard;

function say(text: string): void {
	trace(`${text}\n`);
}

function sayCounts(): void {
	const { accepted, sent, waiting, lost, replaced, discarded, received }: Counters = client.counters;
	say(
		`client counts accepted ${accepted} = sent ${sent} + waiting ${waiting} + lost ${lost} + replaced ${replaced}, discarded ${discarded}, received ${received}`,
	);
}

function reading() {
	return { report: reports, temperature: Math.round(temperature * 10) / 10, light: dashboard.light };
}

function requestOf(message: unknown): Request {
	return typeof message === "object" && message !== null ? message : {};
}

function switchLight({ light: wanted }: Request): void {
	if (typeof wanted === "boolean") dashboard.switchLight(wanted);
}

function report(): void {
	reports++;
	temperature += Math.random() - 0.5;
	const message = reading();
	const outcome = client.send(message);
	const { waiting } = client.counters;
	say(`client sends ${JSON.stringify(message)} ${outcome}${waiting ? `, ${waiting} waiting` : ""}`);
	dashboard.show(message.temperature, client, "to the peer");
	if (reports % reportsPerCount === 0) sayCounts();
}

client.on("open", () => say(`client opens ${url}`));
client.on("message", (message) => {
	say(`client receives ${JSON.stringify(message)}`);
	const request = requestOf(message);
	switchLight(request);
	if (request.stop === true) end();
});
client.on("retry", (attempt, reason) => say(`client retries after attempt ${attempt}: ${reason}`));
client.on("error", (message) => say(`client fails: ${message}`));
client.on("close", (code) => {
	say(`client closes with ${code}`);
	if (reporting) client.open();
	else server.stop();
});

server.on("listening", () => say(`server listens on ${server.port}`));
server.on("error", (message) => say(`server fails: ${message}`));
server.on("connection", (socket) => {
	const visitor = ++visitors;
	say(`server opens for visitor ${visitor}, from ${socket.remoteAddress}`);
	socket.on("message", (message) => {
		say(`server receives ${JSON.stringify(message)} from visitor ${visitor}`);
		const answer = { you: message, ...reading() };
		say(`server sends ${JSON.stringify(answer)} ${socket.send(answer)}`);
	});
	socket.on("error", (message) => say(`server error: ${message}`));
	socket.on("close", (code) => say(`server loses visitor ${visitor}, close code ${code}`));
});
server.on("close", () => say("server closes"));

/** Ends the app: closes the client, then stops the server. */
function end(): void {
	if (!reporting) return;
	Timer.clear(reporting);
	reporting = undefined;
	sayCounts();
	client.close();
}

let reporting: Timer | undefined = Timer.repeat(report, interval);
server.start();
// The first report stays in the send queue until the connection is open.
report();
client.open();
