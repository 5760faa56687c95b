/** The charts as Vega-Lite specifications. */

import type { TopLevelSpec } from "vega-lite";
import type { Measured } from "../bench/report.js";
import type { Measurements } from "./data.js";
import { colourScale, colours, config } from "./style.js";

const implementations = ["floor", "xs-web-socket", "SDK WebSocket", "SDK classic websocket"] as const;

/** All charts by file name. */
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

/** Time per message, by implementation. */
function messages(cases: readonly Measured[]): TopLevelSpec {
	const values = cases
		.filter((each) => isClient(each) && implementations.some((name) => name === each.subject))
		.filter(({ work }) => work === "send" || work === "receive")
		.map(({ subject, work, bytes, microseconds, ratio }) => ({
			subject,
			microseconds,
			label: `${microseconds.toFixed(1)} (${ratio.toFixed(2)} ×)`,
			panel: `${work} ${bytes} bytes`,
		}));
	const y = { field: "subject", type: "nominal" as const, sort: [...implementations], title: null };
	return {
		config,
		title: "Time per message, client, and ratio to the floor",
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
			// Leaves room for the labels on the right.
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

/** Time per queued message, compared with one sent directly. */
function queue(cases: readonly Measured[]): TopLevelSpec {
	const own = cases.filter(({ subject, role }) => subject === "xs-web-socket" && role === "client");
	const direct = own.filter(({ work }) => work === "send");
	const values = own
		.filter(({ work }) => work === "send" || work.startsWith("queue"))
		.map(({ work, bytes, microseconds }) => ({
			panel: `${bytes} bytes`,
			way: work === "send" ? "directly" : `${work.slice("queue ".length)} waiting`,
			microseconds,
			target: 1.3 * (direct.find((each) => each.bytes === bytes)?.microseconds ?? 0),
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
		title: "Time per queued message, client, and 1.3 × the time of a direct one",
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

/** Memory per idle connection. */
function memory({ "memory-moddable": { shares } }: Measurements): TopLevelSpec {
	const names: Record<string, string> = {
		client: "Client",
		socket: "Socket",
		server: "Server, listening",
		sendqueue: "send queue",
	};
	const values = shares.flatMap(({ name, slots, bytes, budget }) => {
		const subject = names[name] ?? name;
		const of = { subject, budget, label: `${Math.round(bytes)}` };
		return [
			{ ...of, part: "slots", bytes: 16 * slots },
			{ ...of, part: "chunks", bytes: Math.max(bytes - 16 * slots, 0) },
		];
	});
	const y = { field: "subject", type: "nominal", sort: null, title: null } as const;
	return {
		config,
		title: "Memory on a 32-bit device, idle and connected, without the native socket; budgets",
		data: { values },
		width: 420,
		height: { step: 30 },
		layer: [
			{
				mark: { type: "bar", cornerRadiusEnd: 2 },
				encoding: {
					y,
					x: { field: "bytes", type: "quantitative", title: "bytes", stack: "zero" },
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

/** Cost of a message and of a connection, by number of connections. */
function scale({ scale: npm, "scale-moddable": moddable }: Measurements): TopLevelSpec {
	const costs = [npm, moddable].flatMap(({ engine, crowd }) => crowd.map((size) => ({ ...size, engine })));
	const engines = {
		domain: [npm.engine, moddable.engine],
		range: [colours["SDK WebSocket"], colours["xs-web-socket"]],
	};
	const line = { type: "line", point: { size: 50 }, strokeWidth: 2 } as const;
	return {
		config,
		title: "A server with many connections: time per echo, and memory per connection",
		hconcat: [
			{
				width: 300,
				height: 180,
				data: { values: costs },
				mark: line,
				encoding: {
					x: connections,
					y: { field: "microseconds", type: "quantitative", title: "µs per message", scale: { zero: true } },
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
					y: { field: "bytes", type: "quantitative", title: "bytes per connection", scale: { zero: true } },
				},
			},
		],
	};
}

/** Round trips over real sockets, compared with TCP alone. */
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
		title: "Round trips with ws peers on all connections; TCP alone shows the simulator's overhead",
		data: { values },
		hconcat: [panel("perSecond", "round trips per second"), panel("median", "ms, median")],
	};
}
