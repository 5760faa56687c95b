/** The figures of README.md. */

import { markdownTable } from "../support/markdown.js";
import { type Measurements, scripts } from "./data.js";
import { expense } from "./flash.js";

export function summaryFigures(measurements: Measurements): string {
	const { conformance, siege } = measurements;
	const moddable = measurements["memory-moddable"];
	const bytes = (name: string) =>
		Math.round(measurements.memory.shares.find((share) => share.name === name)?.bytes ?? 0);
	const flash = (name: string) => expense(measurements.flash, name).total;
	const { client, server } = conformance;
	const { summary } = siege;
	const share = (work: string, subject: string) => timesSdk(measurements, work, subject);
	const classic = "SDK classic websocket";
	const growth = moddable.slope.map(({ name, count, slots }) => `${slots} slots after ${count} ${name}`);
	const rows = [
		[
			"**Strict**: every requirement of RFC 6455 that a peer can observe, both roles, windows from 1 byte up",
			`client ${client.passed} of ${client.total} cases, server ${server.passed} of ${server.total}`,
			scripts.conformance,
		],
		[
			"**Robust**: no peer ends or hangs the device with the default options and the memory of a plain ESP32",
			`${summary.survived} of ${summary.attacks} attacks survived, with at most ${summary.peakBytes} bytes for XS`,
			scripts.siege,
		],
		[
			"**Small**: an idle connection on 32 bits, beside its send queue and native socket",
			`\`Client\` ${bytes("client")}, \`Socket\` ${bytes("socket")}, \`Server\` ${bytes("server")} bytes`,
			scripts.memory,
		],
		[
			"**Flash**: an app with a `Client`, in addition to sockets alone; with the SDK's `WebSocket`",
			`${flash("sensor")} bytes, ${flash("npm")} from the npm package; ${flash("sdk")}`,
			scripts.flash,
		],
		["**No leaks**: the heap does not grow", growth.join(", "), scripts["memory-moddable"]],
		[
			"**Fast**: time of a message of 27 bytes, client, against the SDK's own `WebSocket` and its classic class",
			`sent in ${share("send", "SDK WebSocket")} and ${share("send", classic)}, received in ${share("receive", "SDK WebSocket")} and ${share("receive", classic)} of their time`,
			scripts["bench-moddable"],
		],
	];
	return markdownTable(
		["", "measured", "command"],
		rows.map(([promise = "", figure = "", script]) => [promise, figure, `\`npm run -s ${script}\``]),
		3,
	);
}

/** The time of a short message as a share of what it takes a class of the SDK. */
function timesSdk(measurements: Measurements, work: string, other: string): string {
	const of = (subject: string) =>
		measurements["bench-moddable"].cases.find(
			(each) => each.subject === subject && each.work === work && each.role === "client" && each.bytes === 27,
		)?.microseconds ?? Number.NaN;
	return `${Math.round((100 * of("xs-web-socket")) / of(other))} %`;
}
