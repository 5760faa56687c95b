/** Rules for imports, checked by dependency-cruiser in `npm run lint`: no cycles, and only down the layers. */

import { join } from "node:path";

/** Which other folders of `modules` each folder may import. */
const modules = {
	websocket: ["channel", "rfc6455", "json"],
	native: ["channel", "rfc6455", "network"],
	ecma419: ["channel", "rfc6455", "network"],
	network: [],
	pico: [],
	attach: ["network", "websocket", "channel", "rfc6455"],
	broadcast: ["network", "websocket", "rfc6455"],
	chunks: ["websocket", "channel", "rfc6455"],
	pages: ["network", "websocket", "channel", "rfc6455"],
	verify: ["network", "websocket", "channel", "rfc6455"],
	tls: ["network", "websocket", "channel", "rfc6455"],
	channel: ["rfc6455"],
	rfc6455: [],
	json: [],
};

/** Which other parts of the harness in `test/device` each part may import. */
const harness = {
	run: ["target"],
	driver: ["target", "protocol"],
	target: [],
	agent: ["protocol"],
	protocol: [],
};

const forbidden = [
	{
		name: "file-cycle",
		comment: "Files must not import each other in a cycle.",
		from: {},
		to: { circular: true },
	},
	{
		name: "folder-cycle",
		comment: "Folders must not import each other in a cycle. A folder and its subfolders count as one.",
		scope: "folder",
		from: {},
		to: { circular: true },
	},
	{
		name: "unresolved",
		comment: "A file of this project that an import names must exist.",
		from: {},
		to: { couldNotResolve: true, path: "^(?:\\.|xs-web-socket)" },
	},
	{
		name: "modules-only",
		comment: "Device modules must not depend on programs, simulators, tests or tools.",
		from: { path: "^modules/" },
		to: { path: "^(?:hosts|examples|sim|test|packaging)/" },
	},
	{
		name: "modules-without-node",
		comment: "Device modules run without Node.js and without npm packages. The SDK has a module `net`, too.",
		from: { path: "^modules/" },
		to: {
			pathNot: "^net$",
			dependencyTypes: ["core", "npm", "npm-dev", "npm-no-pkg", "npm-optional", "npm-peer"],
		},
	},
	...layers("modules", modules),
	{
		name: "modules-new-folder",
		comment: "Every folder of modules must have its layer in lint/imports.mjs.",
		from: { path: "^modules/", pathNot: `^modules/(?:${Object.keys(modules).join("|")})/` },
		to: {},
	},
	{
		name: "examples-only-modules",
		comment: "An example shows an app, which has the modules only.",
		from: { path: "^examples/" },
		to: { path: "^(?:hosts|sim|test|packaging)/" },
	},
	{
		name: "hosts-without-tests",
		comment:
			"Programs to run must not depend on tests, nor on examples, except for the dashboard that they share.",
		from: { path: "^hosts/" },
		to: { path: "^(?:test|examples|packaging)/", pathNot: "^examples/dashboard/dashboard[.]ts$" },
	},
	{
		name: "hosts-simulators",
		comment: "Only the Node.js side of a program starts a simulator.",
		from: { path: "^hosts/", pathNot: "^hosts/[^/]+/node/" },
		to: { path: "^sim/" },
	},
	{
		name: "simulators-alone",
		comment: "A simulator runs any device program, so it must not depend on one or on tests.",
		from: { path: "^sim/" },
		to: { path: "^(?:test|hosts|examples|packaging)/" },
	},
	{
		name: "support-alone",
		comment: "test/support is shared by all tests and by the harness.",
		from: { path: "^test/support/" },
		to: { path: "^test/(?!support/)" },
	},
	{
		name: "harness-without-tests",
		comment: "The harness must not depend on the tests that use it.",
		from: { path: "^test/device/" },
		to: { path: "^test/(?!device/|support/)" },
	},
	...layers("test/device", harness),
];

/** A rule for each part of a folder: it may import itself and the parts listed. */
function layers(folder, parts) {
	return Object.entries(parts).map(([part, below]) => ({
		name: `layer-${part}`,
		comment: `${folder}/${part} may import of ${folder} only: ${below.join(", ") || "nothing"}.`,
		from: { path: `^${folder}/${part}[/.]` },
		to: { path: `^${folder}/`, pathNot: `^${folder}/(?:${[part, ...below].join("|")})[/.]` },
	}));
}

export default {
	forbidden: forbidden.map((rule) => ({ severity: "error", ...rule })),
	options: {
		parser: "swc",
		// Imports of types count, too.
		tsPreCompilationDeps: true,
		doNotFollow: { path: "node_modules" },
		enhancedResolveOptions: { exportsFields: ["exports"] },
		webpackConfig: { fileName: join(import.meta.dirname, "aliases.mjs") },
	},
};
