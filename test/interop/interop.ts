/** `npm run interop`: tests the device with headless Chromium and Python's `websockets` as peers. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runCommand } from "../../sim/commandline.js";
import { missingPackages } from "./requirements.js";

const usage = `Usage: npm run interop -- [options]

  --missing   only print the missing Debian packages, on one line
  --help      show this text
`;

await runCommand(usage, { missing: "boolean" }, async (values) => {
	const missing = missingPackages();
	const packages = missing.join(" ");
	if (values["missing"]) {
		console.log(packages);
		return 0;
	}
	if (missing.length > 0)
		throw new Error(
			`npm run interop needs packages that are not installed. Install them: sudo apt-get install ${packages}`,
		);
	const root = fileURLToPath(new URL("../..", import.meta.url));
	const ava = ["--config", "test/interop/ava.config.js", "--concurrency", "2"];
	const { status } = spawnSync("node_modules/.bin/ava", ava, { cwd: root, stdio: "inherit" });
	return status ?? 1;
});
