/**
 * A device app: an echo client for test suites that work like Autobahn's. It asks the server for the number of
 * cases, opens a connection for each case and echoes its messages, and finally requests the reports. With
 * `next` it requests the next case repeatedly until the connection is refused or the answer is 404.
 *
 * `mc/config` sets `host` and `port` of the server (default localhost, 9001), the `path` prefix of the cases
 * (default none), the `agent` name (default xs-web-socket), `maxMessage`, the maximum message size in bytes
 * (default 16384), and `next`. It traces "ready CASES", "done CASES" and "failed REASON".
 */
import config from "mc/config";
import Timer from "timer";
import { Client, type ClientOptions } from "xs-web-socket";
import { binaryTypes, Echo } from "./echo.js";

const host = String(config["host"] ?? "localhost");
const port = Number(config["port"] ?? 9001);
const path = String(config["path"] ?? "");
const agent = `agent=${encodeURIComponent(String(config["agent"] ?? "xs-web-socket"))}`;
const maxMessageSize = Number(config["maxMessage"] ?? 16384);
/** Milliseconds between a failed case and the next one. */
const pause = 500;
const connection: ClientOptions = {
	host,
	port,
	maxMessageSize,
	pingInterval: 0,
	// Some cases test a slow opening handshake.
	connectTimeout: 10000,
};

/** Opens a connection for one case and echoes until it ends. Calls `onEnd` with the failure if it did not open. */
function runCase(resource: string, onEnd: (failure: string | undefined) => void): void {
	// A retry would request another case.
	const client = new Client({
		...connection,
		...binaryTypes,
		path: `${path}${resource}`,
		numberOfRetries: 0,
	});
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
		// Wait before the next attempt, which uses a new Client.
		else Timer.set(() => runNext(count + 1), pause);
	});
}

function updateReports(count: number): void {
	runCase(`/updateReports?${agent}`, (failure) => {
		trace(failure ? `failed to update the reports: ${failure}\n` : `done ${count}\n`);
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
		} else trace(`failed to read the number of cases: ${JSON.stringify(count)}\n`);
	});
	client.open();
}

if (config["next"]) {
	trace("ready\n");
	runNext(0);
} else countCases();
