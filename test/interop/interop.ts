/** `npm run interop`: headless Chromium and Python's `websockets` as peers of the device. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { missingPackages } from "./requirements.js";

const usage = `Usage: npm run interop -- [options]

  --missing   only print the Debian packages that must be installed before, on one line
  --help      show this text
`;

const { values } = parseArgs({ options: { missing: { type: "boolean" }, help: { type: "boolean" } } });
const missing = missingPackages();
if (values.help) console.log(usage);
else if (values.missing) console.log(missing.join(" "));
else if (missing.length > 0) {
	const packages = missing.join(" ");
	console.error(
		`npm run interop needs what is not installed here: sudo apt-get install ${packages} installs it.`,
	);
	process.exitCode = 1;
} else {
	const root = fileURLToPath(new URL("../..", import.meta.url));
	const ava = ["--config", "test/interop/ava.config.js", "--concurrency", "2"];
	const { status } = spawnSync("node_modules/.bin/ava", ava, { cwd: root, stdio: "inherit" });
	process.exitCode = status ?? 1;
}
