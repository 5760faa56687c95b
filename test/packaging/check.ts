/**
 * Tests every way to include this project in an app, and the examples, on the Moddable SDK: builds each for the
 * simulator, runs and checks it. `npm run check:packaging`; with `-- WORD...` only those whose title contains one
 * of the words.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import colors from "picocolors";
import { runCommand } from "../../sim/commandline.js";
import { startDisplay } from "../../sim/moddable/display.js";
import { Sdk } from "../../sim/moddable/sdk.js";
import { dashboard } from "./dashboard.js";
import { discovery } from "./discovery.js";
import { ecma419 } from "./ecma419.js";
import { lamp } from "./lamp.js";
import { secureClient } from "./secureclient.js";
import { sensor } from "./sensor.js";
import { specification } from "./specification.js";
import { type Check, Stage } from "./stage.js";
import { upload } from "./upload.js";
import { ways } from "./ways.js";
import { Workshop } from "./workshop.js";

const usage = `Usage: npm run check:packaging [-- WORD...]

Builds and runs an app for each way to include this project, and the examples, on the Moddable SDK (MODDABLE).
With WORDs, only those whose title has one of them.
`;

async function passes({ title, perform }: Check, stage: Stage): Promise<boolean> {
	try {
		const checked = await perform(stage);
		console.log(`${colors.green("✔")} ${title}: ${checked} ${colors.dim(`(linked: ${stage.summary})`)}`);
		return true;
	} catch (error) {
		console.log(`${colors.red("✖")} ${title}: ${(error as Error).message.replaceAll("\n", "\n    ")}`);
		return false;
	} finally {
		await stage.tidy();
	}
}

async function checkPackaging(words: readonly string[]): Promise<number> {
	const checks = [
		...ways,
		...sensor,
		...secureClient,
		lamp,
		dashboard,
		upload,
		discovery,
		specification,
		ecma419,
	].filter(({ title }) => words.length === 0 || words.some((word) => title.includes(word)));
	if (checks.length === 0) throw new Error(`No title contains ${words.join(" or ")}.`);
	const sdk = new Sdk();
	const display = await startDisplay();
	const folder = mkdtempSync(join(tmpdir(), "xs-web-socket-packaging-"));
	try {
		const workshop = new Workshop(sdk, folder);
		let passed = 0;
		for (const check of checks) if (await passes(check, new Stage(workshop, display.name))) passed++;
		console.log(`\nModdable SDK ${sdk.version}: ${passed} of ${checks.length} checks passed.`);
		return passed === checks.length ? 0 : 1;
	} finally {
		rmSync(folder, { recursive: true, force: true });
		await display.stop();
	}
}

await runCommand(usage, {}, (_, words) => checkPackaging(words), true);
