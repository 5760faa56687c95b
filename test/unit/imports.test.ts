/** Tests the import rules on small projects that follow or violate them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Checks a project of files that only import. Returns the exit status and each violation as `RULE: FROM > TO`. */
async function check(
	t: ExecutionContext,
	files: Readonly<Record<string, readonly string[]>>,
): Promise<{ passed: boolean; violations: string[] }> {
	const folder = await mkdtemp(join(tmpdir(), "imports-"));
	t.teardown(() => rm(folder, { recursive: true }));
	for (const [name, imports] of Object.entries(files)) {
		await mkdir(join(folder, dirname(name)), { recursive: true });
		await writeFile(join(folder, name), imports.map((specifier) => `import "${specifier}";\n`).join(""));
	}
	const program = join(root, "node_modules/.bin/depcruise");
	const options = ["--config", join(root, "lint/imports.mjs"), "--output-type", "json"];
	const folders = [...new Set(Object.keys(files).map((name) => name.split("/", 1)[0] as string))];
	const child = spawn(program, [...options, ...folders], {
		cwd: folder,
		stdio: ["ignore", "pipe", "inherit"],
	});
	const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
	const { summary } = JSON.parse(output) as {
		summary: { error: number; violations: { rule: { name: string }; from: string; to: string }[] };
	};
	const violations = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} > ${to}`);
	return { passed: summary.error === 0, violations: violations.sort() };
}

test("imports down the layers pass", async (t) => {
	const result = await check(t, {
		"examples/lamp/main.ts": ["xs-web-socket", "timer"],
		"examples/dashboard/dashboard.ts": ["xs-web-socket"],
		"hosts/demo/main.ts": ["../../examples/dashboard/dashboard.js"],
		"hosts/echo/node/server.ts": ["../../../sim/run.js", "node:net"],
		"modules/channel/channel.ts": ["../rfc6455/frame.js"],
		"modules/ecma419/websocketclient.ts": ["../channel/channel.js", "../network/network.js"],
		"modules/json/limits.ts": [],
		"modules/network/network.ts": ["net"],
		"modules/rfc6455/frame.ts": ["logical"],
		"modules/websocket/websocket.ts": ["../channel/channel.js", "../json/limits.js"],
		"sim/run.ts": ["node:fs"],
		"test/device/driver/driver.ts": ["../target/target.js", "../protocol.js"],
		"test/device/protocol.ts": [],
		"test/device/target/target.ts": ["../../../sim/run.js"],
	});
	t.deepEqual(result, { passed: true, violations: [] });
});

test("a cycle of files fails", async (t) => {
	const { passed, violations } = await check(t, {
		"modules/rfc6455/first.ts": ["./second.js"],
		"modules/rfc6455/second.ts": ["./first.js"],
	});
	t.false(passed);
	t.deepEqual(violations, ["file-cycle: modules/rfc6455/first.ts > modules/rfc6455/second.ts"]);
});

test("a cycle of folders fails where no files form one", async (t) => {
	const { passed, violations } = await check(t, {
		"sim/moddable/build.ts": ["../xs/engine.js"],
		"sim/moddable/sdk.ts": [],
		"sim/xs/engine.ts": [],
		"sim/xs/run.ts": ["../moddable/sdk.js"],
	});
	t.false(passed);
	t.deepEqual(violations, ["folder-cycle: sim/moddable > sim/xs", "folder-cycle: sim/xs > sim/moddable"]);
});

test("an import up the layers fails", async (t) => {
	const { passed, violations } = await check(t, {
		"examples/lamp/main.ts": ["../../sim/run.js"],
		"hosts/demo/main.ts": ["../../sim/run.js"],
		"hosts/echo/server.ts": ["../../examples/lamp/main.js"],
		"modules/channel/channel.ts": [],
		"modules/ecma419/websocketclient.ts": [],
		"modules/json/limits.ts": ["node:fs"],
		"modules/native/channel.ts": ["xs-web-socket"],
		"modules/network/network.ts": ["../channel/channel.js"],
		"modules/rfc6455/frame.ts": ["xs-web-socket/modules/channel/channel.js"],
		"modules/websocket/websocket.ts": ["../ecma419/websocketclient.js"],
		"sim/run.ts": ["../test/device/target/target.js"],
		"sim/xs/run.ts": ["../../hosts/demo/main.js"],
		"test/device/agent/main.ts": ["../driver/driver.js"],
		"test/device/driver/driver.ts": [],
		"test/device/target/target.ts": ["../driver/driver.js"],
		"test/support/frames.ts": ["../device/driver/driver.js"],
	});
	t.false(passed);
	t.deepEqual(
		violations.filter((violation) => !/^(?:file|folder)-cycle/.test(violation)),
		[
			"examples-only-modules: examples/lamp/main.ts > sim/run.ts",
			"hosts-simulators: hosts/demo/main.ts > sim/run.ts",
			"hosts-without-tests: hosts/echo/server.ts > examples/lamp/main.ts",
			"layer-agent: test/device/agent/main.ts > test/device/driver/driver.ts",
			"layer-native: modules/native/channel.ts > modules/websocket/websocket.ts",
			"layer-network: modules/network/network.ts > modules/channel/channel.ts",
			"layer-rfc6455: modules/rfc6455/frame.ts > modules/channel/channel.ts",
			"layer-target: test/device/target/target.ts > test/device/driver/driver.ts",
			"layer-websocket: modules/websocket/websocket.ts > modules/ecma419/websocketclient.ts",
			"modules-without-node: modules/json/limits.ts > fs",
			"simulators-alone: sim/run.ts > test/device/target/target.ts",
			"simulators-alone: sim/xs/run.ts > hosts/demo/main.ts",
			"support-alone: test/support/frames.ts > test/device/driver/driver.ts",
		],
	);
});

test("a file that does not exist and a folder without a layer fail", async (t) => {
	const { passed, violations } = await check(t, {
		"modules/json/limits.ts": ["./missing.js"],
		"modules/other/other.ts": ["../json/limits.js"],
	});
	t.false(passed);
	t.deepEqual(violations, [
		"modules-new-folder: modules/other/other.ts > modules/json/limits.ts",
		"unresolved: modules/json/limits.ts > ./missing.js",
	]);
});
