/** The figures of docs/performance.md. */

import type { Measured } from "../bench/report.js";
import type { Large } from "../scale/large.js";
import { markdownTable } from "../support/markdown.js";
import { type Measurements, scripts } from "./data.js";
import { section } from "./section.js";

export function performanceFigures(measurements: Measurements): string {
	const moddable = measurements["bench-moddable"];
	const { large: echoes } = measurements.scale;
	return [
		section(
			"Time of a message",
			[scripts["bench-moddable"]],
			messages(moddable.cases, moddable.engine),
			"messages",
		),
		section("Through the send queue", [scripts["bench-moddable"]], queue(moddable.cases), "queue"),
		section("Instructions of the engine", [scripts.bench], computrons(measurements.bench.cases)),
		section("Many connections", [scripts.scale, scripts["scale-moddable"]], scale(measurements), "scale"),
		section("Round trips", [scripts.scale], roundTrips(measurements), "roundtrips"),
		...(echoes ? [section("Large messages", [scripts.scale], large(echoes))] : []),
	].join("\n\n");
}

const works = ["send 27", "send 275", "receive 27", "receive 275"];

function messages(cases: readonly Measured[], engine: string): string {
	const subjects = [...new Set(cases.filter(({ work }) => work === "send").map(({ subject }) => subject))];
	const rows = subjects.flatMap((subject) => {
		const roles = [...new Set(cases.filter((each) => each.subject === subject).map(({ role }) => role))];
		return roles.map((role) => [
			`${subject}${role && `, ${role}`}`,
			...works.map((name) => {
				const found = cases.find(
					(each) => each.subject === subject && each.role === role && `${each.work} ${each.bytes}` === name,
				);
				return found ? `${found.microseconds.toFixed(2)} (${found.ratio.toFixed(2)})` : "";
			}),
		]);
	});
	const targets = works.map((name) => {
		const found = cases.find((each) => `${each.work} ${each.bytes}` === name && each.target !== undefined);
		return found?.target === undefined ? "" : `(${found.target})`;
	});
	return [
		`Microseconds, and in parentheses the ratio to the floor: the time for JSON, UTF-8 and the socket without any library. ${engine}, release build, sockets in memory, JSON messages of 27 and 275 bytes.`,
		markdownTable(["", ...works.map((name) => `${name} bytes`)], [...rows, ["target", ...targets]]),
	].join("\n\n");
}

function queue(cases: readonly Measured[]): string {
	const columns = ["client", "server"].flatMap((role) => [27, 275].map((bytes) => ({ role, bytes })));
	const own = cases.filter(({ subject }) => subject === "xs-web-socket");
	const rows = ["send", "queue 1", "queue 10", "queue 100"].map((work) => [
		work === "send" ? "directly" : `${work.slice("queue ".length)} waiting`,
		...columns.map(({ role, bytes }) => {
			const at = (name: string) =>
				own.find((each) => each.work === name && each.role === role && each.bytes === bytes)?.microseconds ??
				Number.NaN;
			return work === "send"
				? at(work).toFixed(2)
				: `${at(work).toFixed(2)} (${(at(work) / at("send")).toFixed(2)})`;
		}),
	]);
	return [
		"Microseconds per message when 1, 10 or 100 messages are queued while the send window is closed, and then it opens; in parentheses the ratio to a message sent directly. The targets are 1.3, 1.3 and 1.2.",
		markdownTable(["", ...columns.map(({ role, bytes }) => `${role}, ${bytes} bytes`)], rows),
	].join("\n\n");
}

function computrons(cases: readonly Measured[]): string {
	const names = [...new Set(cases.map(({ subject, role }) => `${subject}${role && `, ${role}`}`))];
	const all = [...new Set(cases.map(({ work }) => work))];
	const columns = all.flatMap((work) => [27, 275].map((bytes) => ({ work, bytes })));
	const rows = names.map((name) => [
		name,
		...columns.map(({ work, bytes }) => {
			const found = cases.find(
				(each) =>
					`${each.subject}${each.role && `, ${each.role}`}` === name &&
					each.work === work &&
					each.bytes === bytes,
			);
			return found?.computrons === undefined ? "" : Math.round(found.computrons);
		}),
	]);
	return [
		"Computrons per message on the XS engine from npm. They do not depend on the computer: `npm run bench:check` fails if one grows by more than 3 %. There the device's native modules are left out: the codec of frames, the ring of the send queue, and the JSON limits.",
		markdownTable(["", ...columns.map(({ work, bytes }) => `${work}, ${bytes}`)], rows),
	].join("\n\n");
}

function scale({ scale: npm, "scale-moddable": moddable }: Measurements): string {
	const rows = npm.crowd.map((size, index) => [
		size.connections,
		(moddable.crowd[index]?.microseconds ?? Number.NaN).toFixed(2),
		size.microseconds.toFixed(2),
		size.computrons === undefined ? "" : Math.round(size.computrons),
		size.bytes ?? "",
	]);
	const heads = [
		"connections",
		`µs (${moddable.engine})`,
		`µs (${npm.engine})`,
		"computrons",
		"bytes per connection",
	];
	return [
		"Time to receive and echo a message of 27 bytes on all connections in turn, over sockets in memory, and memory per connection on a 32-bit device.",
		markdownTable(heads, rows),
	].join("\n\n");
}

function roundTrips({ scale }: Measurements): string {
	const { roundTrips: own = [], tcpRoundTrips: bare = [], wsRoundTrips: theirs } = scale;
	const rows = own.map((trips, index) => [
		trips.connections,
		trips.perSecond,
		trips.median,
		trips.slowest,
		bare[index]?.perSecond ?? "",
		bare[index]?.median ?? "",
		...(theirs ? [theirs[index]?.perSecond ?? "", theirs[index]?.median ?? ""] : []),
	]);
	const heads = [
		"connections",
		"per second",
		"ms, median",
		"ms, 99 %",
		"TCP alone: per second",
		"ms, median",
		...(theirs ? ["`ws` as the server: per second", "ms, median"] : []),
	];
	return [
		"Our `Server` on the XS engine from npm with `ws` clients on the computer, each with one message of 27 bytes in transit. A program that echoes bytes over TCP alone shows the simulator's own overhead.",
		markdownTable(heads, rows),
	].join("\n\n");
}

function large(echoes: readonly Large[]): string {
	const rows = echoes.map(({ name, milliseconds, wsMilliseconds, ratio }) => [
		name,
		milliseconds,
		wsMilliseconds,
		ratio,
	]);
	return [
		"Milliseconds until the echo of a binary message has arrived, median: of our `Server` on the XS engine from npm, in the simulator, and of Node.js's `ws`.",
		markdownTable(["message", "ours", "`ws`", "ratio"], rows),
	].join("\n\n");
}
