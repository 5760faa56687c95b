/**
 * The device of the soak test: Clients that reconnect whenever their connection has ended, and a Server. Messages
 * tell a connection what to do: see lane.ts. A connection to /control pauses and resumes all others. `mc/config`
 * has the `port` of the Clients' server. Traces "listening PORT" and "fault TEXT".
 */
import config from "mc/config";
import { Client, type ClientOptions, Server, type Socket } from "xs-web-socket";
import type { ControlCommand, Totals } from "../protocol.js";
import { Station } from "./station.js";

/** Options of each Client. */
const kinds: (ClientOptions & { bytes: boolean })[] = [
	{ bytes: false },
	{
		bytes: true,
		overflow: "drop-oldest",
		receiveType: "application/octet-stream",
		sendType: "application/octet-stream",
	},
];
const common = {
	host: "127.0.0.1",
	port: Number(config["port"]),
	connectTimeout: 20000,
	timeBetweenRetries: 0,
};

const past: Totals = {
	opened: 0,
	received: 0,
	accepted: 0,
	sent: 0,
	waiting: 0,
	lost: 0,
	replaced: 0,
	discarded: 0,
	retries: 0,
};
let resting = true;
/** Number of open or connecting connections. */
let busy = 0;
/** The control connection that has requested a pause and has no answer yet. */
let requester: Socket | undefined;

const clients = kinds.map(({ bytes, ...options }, index) => {
	const client = new Client({
		...common,
		...options,
		path: `/${index}`,
		numberOfRetries: Number.POSITIVE_INFINITY,
	});
	const station = new Station(client, `client ${index}`, bytes, options.overflow === "drop-oldest");
	client.on("open", () => {
		past.opened++;
	});
	client.on("retry", () => {
		past.retries++;
	});
	client.on("close", () => {
		busy--;
		if (resting) reportRest();
		else open(client);
	});
	return { client, station };
});

function open(client: Client): void {
	busy++;
	client.open();
}

function add(to: Totals, { counters, retired }: Station): void {
	to.received += counters.received;
	to.accepted += counters.accepted;
	to.sent += counters.sent;
	to.waiting += counters.waiting;
	to.lost += counters.lost;
	to.replaced += counters.replaced;
	to.discarded += counters.discarded;
	if (counters.waiting && retired) trace("fault messages are queued on a connection that has ended\n");
}

function reportRest(): void {
	if (busy > 0 || !requester) return;
	const totals = { ...past };
	for (const { station } of clients) add(totals, station);
	requester.send(totals);
	requester = undefined;
}

function control(socket: Socket): void {
	socket.on("message", (message) => {
		const command = message as ControlCommand;
		resting = command === "rest";
		if (resting) {
			requester = socket;
			reportRest();
		} else for (const { client } of clients) open(client);
	});
}

function serve(socket: Socket): void {
	const station = new Station(socket, "socket", false, false);
	busy++;
	past.opened++;
	socket.on("close", () => {
		busy--;
		station.retired = true;
		add(past, station);
		reportRest();
	});
}

const server = new Server({ port: 0, maxConnections: 16 });
server.on("connection", (socket) => (socket.path === "/control" ? control(socket) : serve(socket)));
server.on("listening", () => trace(`listening ${server.port}\n`));
server.on("error", (message) => trace(`fault ${message}\n`));
server.start();
