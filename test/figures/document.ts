import type { Measured } from "../bench/report.js";
import { type Measurements, scripts } from "./data.js";

const begin = "<!-- figures: npm run figures -->";
const end = "<!-- end of figures -->";

/** The page with the figures of these measurements between its two marks. @throws Error when it has no marks. */
export function withFigures(page: string, measurements: Measurements): string {
	const [before, rest] = page.split(begin);
	const after = rest?.split(end)[1];
	if (before === undefined || after === undefined)
		throw new Error(`README.md has no place for the figures; it needs the lines "${begin}" and "${end}".`);
	return `${before}${begin}\n\n${figures(measurements)}\n\n${end}${after}`;
}

function figures(measurements: Measurements): string {
	const moddable = measurements["bench-moddable"];
	return [
		section(
			"Time of a message",
			[scripts["bench-moddable"]],
			"messages",
			messages(moddable.cases, moddable.engine),
		),
		section("Through the send queue", [scripts["bench-moddable"]], "queue", queue(moddable.cases)),
		section("Instructions of the engine", [scripts.bench], undefined, computrons(measurements.bench.cases)),
		section("Memory", [scripts["memory-moddable"], scripts.memory], "memory", memory(measurements)),
		section("Many connections", [scripts.scale, scripts["scale-moddable"]], "scale", scale(measurements)),
		section("Round trips", [scripts.scale], "roundtrips", roundTrips(measurements)),
	].join("\n\n");
}

function section(
	title: string,
	commands: readonly string[],
	chart: string | undefined,
	body: string,
): string {
	const image = chart ? [`![${title}](figures/${chart}.svg)`] : [];
	const run = commands.map((script) => `\`npm run -s ${script}\``).join(", ");
	return [`### ${title}`, run, ...image, body].join("\n\n");
}

/** A table of Markdown; all columns but the first are numbers. */
function markdownTable(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
	const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
	return [line(heads), line(heads.map((_, column) => (column ? "---:" : "---"))), ...rows.map(line)].join(
		"\n",
	);
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
					(each) => each.subject === subject && each.role === role && `${each.work} ${each.octets}` === name,
				);
				return found ? `${found.microseconds.toFixed(2)} (${found.ratio.toFixed(2)})` : "";
			}),
		]);
	});
	const targets = works.map((name) => {
		const found = cases.find((each) => `${each.work} ${each.octets}` === name && each.target !== undefined);
		return found?.target === undefined ? "" : `(${found.target})`;
	});
	return [
		`Microseconds, and in brackets the multiple of the floor: what the JSON, the UTF-8 and the socket take without any library. ${engine}, release build, sockets in memory, JSON messages of 27 and 275 bytes.`,
		markdownTable(["", ...works.map((name) => `${name} bytes`)], [...rows, ["target", ...targets]]),
	].join("\n\n");
}

function queue(cases: readonly Measured[]): string {
	const columns = ["client", "server"].flatMap((role) => [27, 275].map((octets) => ({ role, octets })));
	const own = cases.filter(({ subject }) => subject === "xs-web-socket");
	const rows = ["send", "queue 1", "queue 10", "queue 100"].map((work) => [
		work === "send" ? "directly" : `${work.slice("queue ".length)} waiting`,
		...columns.map(({ role, octets }) => {
			const at = (name: string) =>
				own.find((each) => each.work === name && each.role === role && each.octets === octets)
					?.microseconds ?? Number.NaN;
			return work === "send"
				? at(work).toFixed(2)
				: `${at(work).toFixed(2)} (${(at(work) / at("send")).toFixed(2)})`;
		}),
	]);
	return [
		"Microseconds a message when so many are sent while the window is shut, and then it opens; in brackets the multiple of a message sent directly. The target is 1.3.",
		markdownTable(["", ...columns.map(({ role, octets }) => `${role}, ${octets} bytes`)], rows),
	].join("\n\n");
}

function computrons(cases: readonly Measured[]): string {
	const names = [...new Set(cases.map(({ subject, role }) => `${subject}${role && `, ${role}`}`))];
	const all = [...new Set(cases.map(({ work }) => work))];
	const columns = all.flatMap((work) => [27, 275].map((octets) => ({ work, octets })));
	const rows = names.map((name) => [
		name,
		...columns.map(({ work, octets }) => {
			const found = cases.find(
				(each) =>
					`${each.subject}${each.role && `, ${each.role}`}` === name &&
					each.work === work &&
					each.octets === octets,
			);
			return found?.computrons === undefined ? "" : Math.round(found.computrons);
		}),
	]);
	return [
		"Computrons a message on the XS engine from npm. They do not depend on the computer: `npm run bench:check` fails when one grows by more than 3 %. Native modules of the device are JavaScript there, and count, but for masking and the measuring of JSON, which are left out.",
		markdownTable(["", ...columns.map(({ work, octets }) => `${work}, ${octets}`)], rows),
	].join("\n\n");
}

function memory({ memory: npm, "memory-moddable": moddable }: Measurements): string {
	const { shares, slope, garbage, bytecode } = moddable;
	const rows = shares.map(({ name, slots, chunks, octets, budget }) => [
		name,
		slots,
		Math.round(chunks),
		Math.round(octets),
		budget ?? "",
	]);
	const growth = slope.map(
		({ name, count, slots, chunks }) =>
			`With ${count} ${name} the heap grows by ${slots} slots and ${chunks} bytes of chunks.`,
	);
	return [
		`An idle connection on ${moddable.engine}, in bytes of a device of 32 bits (16 a slot), beside its native socket and the bytes of its send queue; each has one listener. The XS engine from npm agrees: ${npm.shares.map(({ name, slots }) => `${name} ${Math.round(slots)} slots`).join(", ")}.`,
		markdownTable(["", "slots", "bytes of chunks", "bytes", "budget"], rows),
		`Garbage of a message, in slots beyond the floor's, which are those of the encoded buffer and the decoded value: ${garbageOf(garbage)}. ${growth.join(" ")}`,
		...(bytecode
			? [
					`The bytecode of all modules, ESP32, release build: ${bytecode.octets} bytes; the budget is ${bytecode.budget}.`,
				]
			: []),
	].join("\n\n");
}

/** The most that a message leaves, for each way that it can take. */
function garbageOf(garbage: Measurements["memory-moddable"]["garbage"]): string {
	const own = garbage.filter(({ subject }) => subject === "xs-web-socket");
	const ways = { sent: "send", received: "receive", "through the queue": "queue" };
	return Object.entries(ways)
		.map(([name, work]) => {
			const slots = own.filter((each) => each.work.startsWith(work)).map((each) => each.slotsBeyondFloor);
			return `${name} ${Math.max(...slots)}`;
		})
		.join(", ");
}

function scale({ scale: npm, "scale-moddable": moddable }: Measurements): string {
	const rows = npm.crowd.map((size, index) => [
		size.connections,
		(moddable.crowd[index]?.microseconds ?? Number.NaN).toFixed(2),
		size.microseconds.toFixed(2),
		size.computrons === undefined ? "" : Math.round(size.computrons),
		size.octets ?? "",
	]);
	const heads = [
		"connections",
		`µs (${moddable.engine})`,
		`µs (${npm.engine})`,
		"computrons",
		"bytes a connection",
	];
	return [
		"A message of 27 bytes comes in and goes out again, of one connection after the other, over sockets in memory; and what each connection takes on a device of 32 bits.",
		markdownTable(heads, rows),
	].join("\n\n");
}

function roundTrips({ scale: { roundTrips: own = [], tcpRoundTrips: bare = [] } }: Measurements): string {
	const rows = own.map((trips, index) => [
		trips.connections,
		trips.perSecond,
		trips.median,
		trips.slowest,
		bare[index]?.perSecond ?? "",
		bare[index]?.median ?? "",
	]);
	const heads = ["connections", "a second", "ms, median", "ms, 99 %", "TCP alone: a second", "ms, median"];
	return [
		"Our `Server` on the XS engine from npm, `ws` clients on the computer, each with one message of 27 bytes under way. A program that sends bytes back over bare TCP takes what the simulator takes: that is its share.",
		markdownTable(heads, rows),
	].join("\n\n");
}
