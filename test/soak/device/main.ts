/**
 * The device of the soak: Clients that connect again whenever their connection has ended, and a Server. What a
 * connection has to do it is told by its messages, see lane.ts. A connection to /control lets everything rest and
 * start again. `mc/config` has the `port` of the Clients' server. The console tells "listening PORT" and "fault TEXT".
 */
import config from "mc/config";
import { Client, type ClientOptions, Server, type Socket } from "xs-web-socket";
import type { ControlCommand, Totals } from "../protocol.js";
import { Station } from "./station.js";

/** As many as there are Clients: their options. */
const kinds: (ClientOptions & { octets: boolean })[] = [
	{ octets: false },
	{
		octets: true,
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
	discarded: 0,
	retries: 0,
};
let resting = true;
/** Connections that are open or on their way to it. */
let busy = 0;
/** Who has asked for rest and has not heard yet that there is. */
let asking: Socket | undefined;

const clients = kinds.map(({ octets, ...options }, index) => {
	const client = new Client({
		...common,
		...options,
		path: `/${index}`,
		numberOfRetries: Number.POSITIVE_INFINITY,
	});
	const station = new Station(client, `client ${index}`, octets, options.overflow === "drop-oldest");
	client.on("open", () => {
		past.opened++;
	});
	client.on("retry", () => {
		past.retries++;
	});
	client.on("close", () => {
		busy--;
		if (resting) tellRest();
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
	to.discarded += counters.discarded;
	if (counters.waiting && retired) trace("fault messages wait on a connection that has ended for good\n");
}

function tellRest(): void {
	if (busy > 0 || !asking) return;
	const totals = { ...past };
	for (const { station } of clients) add(totals, station);
	asking.send(totals);
	asking = undefined;
}

function control(socket: Socket): void {
	socket.on("message", (message) => {
		const command = message as ControlCommand;
		resting = command === "rest";
		if (resting) {
			asking = socket;
			tellRest();
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
		tellRest();
	});
}

const server = new Server({ port: 0, maxConnections: 16 });
server.on("connection", (socket) => (socket.path === "/control" ? control(socket) : serve(socket)));
server.on("listening", () => trace(`listening ${server.port}\n`));
server.on("error", (message) => trace(`fault ${message}\n`));
server.start();
