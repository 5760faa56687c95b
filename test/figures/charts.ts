/** The charts, as Vega-Lite has them. */

import type { TopLevelSpec } from "vega-lite";
import type { Measured } from "../bench/report.js";
import type { Measurements } from "./data.js";
import { colourScale, colours, config } from "./style.js";

const implementations = ["floor", "xs-web-socket", "SDK WebSocket", "SDK classic websocket"] as const;

/** All charts by the names of their files. */
export function charts(measurements: Measurements): Record<string, TopLevelSpec> {
	return {
		messages: messages(measurements["bench-moddable"].cases),
		queue: queue(measurements["bench-moddable"].cases),
		memory: memory(measurements),
		scale: scale(measurements),
		roundtrips: roundTrips(measurements),
	};
}

const isClient = ({ role }: Measured) => role === "client" || role === "";

/** Time of one message, by implementation. */
function messages(cases: readonly Measured[]): TopLevelSpec {
	const values = cases
		.filter((each) => isClient(each) && implementations.some((name) => name === each.subject))
		.filter(({ work }) => work === "send" || work === "receive")
		.map(({ subject, work, octets, microseconds, ratio }) => ({
			subject,
			microseconds,
			label: `${microseconds.toFixed(1)} (${ratio.toFixed(2)} ×)`,
			panel: `${work} ${octets} bytes`,
		}));
	const y = { field: "subject", type: "nominal" as const, sort: [...implementations], title: null };
	return {
		config,
		title: "Time of one message, client, and as a multiple of the floor's",
		data: { values },
		columns: 2,
		facet: {
			field: "panel",
			type: "nominal",
			title: null,
			sort: ["send 27 bytes", "send 275 bytes", "receive 27 bytes", "receive 275 bytes"],
		},
		resolve: { scale: { x: "independent" } },
		spacing: { row: 20, column: 90 },
		spec: {
			// With room for the labels at the right.
			width: 230,
			height: { step: 24 },
			layer: [
				{
					mark: { type: "bar", cornerRadiusEnd: 2 },
					encoding: {
						y,
						x: {
							field: "microseconds",
							type: "quantitative",
							title: "µs",
							scale: { nice: true, domainMin: 0 },
							axis: { tickCount: 5 },
						},
						color: {
							field: "subject",
							type: "nominal",
							legend: null,
							scale: colourScale(implementations),
						},
					},
				},
				{
					mark: { type: "text", align: "left", dx: 5 },
					encoding: { y, x: { field: "microseconds", type: "quantitative" }, text: { field: "label" } },
				},
			],
		},
	};
}

/** Time of one message through the queue beside that of one sent directly. */
function queue(cases: readonly Measured[]): TopLevelSpec {
	const own = cases.filter(({ subject, role }) => subject === "xs-web-socket" && role === "client");
	const direct = own.filter(({ work }) => work === "send");
	const values = own
		.filter(({ work }) => work === "send" || work.startsWith("queue"))
		.map(({ work, octets, microseconds }) => ({
			panel: `${octets} bytes`,
			way: work === "send" ? "directly" : `${work.slice("queue ".length)} waiting`,
			microseconds,
			target: 1.3 * (direct.find((each) => each.octets === octets)?.microseconds ?? 0),
			label: microseconds.toFixed(1),
		}));
	const x = {
		field: "way",
		type: "nominal",
		sort: ["directly", "1 waiting", "10 waiting", "100 waiting"],
		title: null,
		axis: { labelAngle: 0 },
	} as const;
	return {
		config,
		title: "Time of one message sent through the queue, client, and 1.3 × the direct way",
		data: { values },
		facet: { column: { field: "panel", type: "nominal", title: null } },
		spec: {
			width: 300,
			height: 180,
			layer: [
				{
					mark: { type: "bar", cornerRadiusEnd: 2, color: colours["xs-web-socket"] },
					encoding: { x, y: { field: "microseconds", type: "quantitative", title: "µs" } },
				},
				{
					mark: { type: "rule", color: colours.budget, strokeDash: [4, 3], strokeWidth: 2 },
					encoding: { y: { field: "target", type: "quantitative", aggregate: "max" } },
				},
				{
					mark: { type: "text", dy: -8 },
					encoding: { x, y: { field: "microseconds", type: "quantitative" }, text: { field: "label" } },
				},
			],
		},
	};
}

/** Memory of an idle connection. */
function memory({ "memory-moddable": { shares } }: Measurements): TopLevelSpec {
	const names: Record<string, string> = {
		client: "Client",
		socket: "Socket",
		server: "Server, listening",
		sendqueue: "send queue of either",
	};
	const values = shares.flatMap(({ name, slots, octets, budget }) => {
		const subject = names[name] ?? name;
		const of = { subject, budget, label: `${Math.round(octets)}` };
		return [
			{ ...of, part: "slots", octets: 16 * slots },
			{ ...of, part: "chunks", octets: Math.max(octets - 16 * slots, 0) },
		];
	});
	const y = { field: "subject", type: "nominal", sort: null, title: null } as const;
	return {
		config,
		title: "Memory on a device of 32 bits, idle and connected, beside the native socket; budgets",
		data: { values },
		width: 420,
		height: { step: 30 },
		layer: [
			{
				mark: { type: "bar", cornerRadiusEnd: 2 },
				encoding: {
					y,
					x: { field: "octets", type: "quantitative", title: "bytes", stack: "zero" },
					order: { field: "part", sort: "descending" },
					color: {
						field: "part",
						type: "nominal",
						scale: { domain: ["slots", "chunks"], range: [colours["xs-web-socket"], colours.second] },
					},
				},
			},
			{
				mark: { type: "tick", color: colours.budget, thickness: 3, size: 26 },
				transform: [{ filter: "isValid(datum.budget)" }],
				encoding: { y, x: { field: "budget", type: "quantitative" } },
			},
			{
				mark: { type: "text", align: "left", dx: 6, color: "#ffffff" },
				transform: [{ filter: "datum.part === 'slots'" }],
				encoding: { y, x: { datum: 0, type: "quantitative" }, text: { field: "label" } },
			},
		],
	};
}

const connections = {
	field: "connections",
	type: "ordinal",
	title: "connections",
	axis: { labelAngle: 0 },
} as const;

/** Cost of a message and of a connection on a server with many. */
function scale({ scale: npm, "scale-moddable": moddable }: Measurements): TopLevelSpec {
	const costs = [npm, moddable].flatMap(({ engine, crowd }) => crowd.map((size) => ({ ...size, engine })));
	const engines = {
		domain: [npm.engine, moddable.engine],
		range: [colours["SDK WebSocket"], colours["xs-web-socket"]],
	};
	const line = { type: "line", point: { size: 50 }, strokeWidth: 2 } as const;
	return {
		config,
		title: "A server with many connections: a message in and out again; memory of each",
		hconcat: [
			{
				width: 300,
				height: 180,
				data: { values: costs },
				mark: line,
				encoding: {
					x: connections,
					y: { field: "microseconds", type: "quantitative", title: "µs a message", scale: { zero: true } },
					color: {
						field: "engine",
						type: "nominal",
						scale: engines as { domain: string[]; range: string[] },
					},
				},
			},
			{
				width: 300,
				height: 180,
				data: { values: npm.crowd },
				mark: {
					...line,
					color: colours["xs-web-socket"],
					point: { size: 50, color: colours["xs-web-socket"] },
				},
				encoding: {
					x: connections,
					y: { field: "octets", type: "quantitative", title: "bytes a connection", scale: { zero: true } },
				},
			},
		],
	};
}

/** Round trips over real sockets, and what of them is the simulator's. */
function roundTrips({ scale: { roundTrips = [], tcpRoundTrips = [] } }: Measurements): TopLevelSpec {
	const values = [
		...roundTrips.map((each) => ({ ...each, way: "xs-web-socket" })),
		...tcpRoundTrips.map((each) => ({ ...each, way: "TCP alone" })),
	];
	const panel = (field: string, title: string) => ({
		width: 300,
		height: 180,
		mark: { type: "line", point: { size: 50 }, strokeWidth: 2 } as const,
		encoding: {
			x: connections,
			y: { field, type: "quantitative", title, scale: { zero: true } } as const,
			color: {
				field: "way",
				type: "nominal",
				scale: colourScale(["xs-web-socket", "TCP alone"]),
			} as const,
		},
	});
	return {
		config,
		title: "Round trips of all connections with ws peers; TCP alone is the simulator's share",
		data: { values },
		hconcat: [panel("perSecond", "round trips a second"), panel("median", "ms, median")],
	};
}
