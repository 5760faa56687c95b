/**
 * A device app: the client that test suites after Autobahn's example expect. It asks the server how many cases
 * there are, opens a connection for each and echoes, and has the report written. With `next` it asks for the
 * next case again and again, until the connection is refused or answered with 404.
 *
 * `mc/config` has `host` and `port` of the server (default localhost, 9001), the `path` before those of the
 * cases (default none), the `agent` (default xs-web-socket), `maxMessage`, the octets of the longest message
 * (default 16384), and `next`. Its console tells "ready CASES", "done CASES" and "failed REASON".
 */
import config from "mc/config";
import Timer from "timer";
import { Client, type ClientOptions } from "xs-web-socket";
import { Echo, octets } from "./echo.js";

const host = String(config["host"] ?? "localhost");
const port = Number(config["port"] ?? 9001);
const path = String(config["path"] ?? "");
const agent = `agent=${encodeURIComponent(String(config["agent"] ?? "xs-web-socket"))}`;
const maxMessageSize = Number(config["maxMessage"] ?? 16384);
/** Milliseconds from a failed case to the next one. */
const pause = 500;
const connection: ClientOptions = {
	host,
	port,
	maxMessageSize,
	pingInterval: 0,
	// Some cases are about servers that take their time over the opening handshake.
	connectTimeout: 10000,
};

/** Opens a connection for one case, echoes until it ends, and then calls back: undefined, or why it did not open. */
function runCase(resource: string, onEnd: (failure: string | undefined) => void): void {
	// Retried, it would be another case.
	const client = new Client({ ...connection, ...octets, path: `${path}${resource}`, numberOfRetries: 0 });
	const echo = new Echo(client, maxMessageSize);
	client.on("message", (data, { binary }) => echo.send(data as ArrayBuffer, binary));
	client.on("retry", (_, reason) => onEnd(reason));
	client.on("close", () => onEnd(undefined));
	client.on("error", () => {});
	client.open();
}

function runCases(number: number, count: number): void {
	if (number > count) return updateReports(count);
	runCase(`/runCase?case=${number}&${agent}`, (failure) => {
		if (failure) trace(`failed in case ${number} of ${count}: ${failure}\n`);
		else runCases(number + 1, count);
	});
}

function runNext(count: number): void {
	runCase(`/runNext?${agent}`, (failure) => {
		if (failure === undefined) runNext(count + 1);
		else if (failure.includes("refused") || failure.includes('answered "404')) trace(`done ${count}\n`);
		// A server in trouble gets time: the next attempt is one of another Client.
		else Timer.set(() => runNext(count + 1), pause);
	});
}

function updateReports(count: number): void {
	runCase(`/updateReports?${agent}`, (failure) => {
		trace(failure ? `failed to have the reports written: ${failure}\n` : `done ${count}\n`);
	});
}

function countCases(): void {
	const client = new Client({ ...connection, path: `${path}/getCaseCount` });
	let count: unknown;
	client.on("message", (message) => {
		count = message;
		client.close();
	});
	client.on("error", (reason) => trace(`failed ${reason}\n`));
	client.on("close", () => {
		if (Number.isInteger(count)) {
			trace(`ready ${count}\n`);
			runCases(1, count as number);
		} else trace(`failed to read the number of cases: it is ${JSON.stringify(count)}\n`);
	});
	client.open();
}

if (config["next"]) {
	trace("ready\n");
	runNext(0);
} else countCases();
