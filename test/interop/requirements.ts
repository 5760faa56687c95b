/** Requirements of these tests that npm cannot install. */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";

/** Paths of Debian's packages. Other installations on the PATH may have any version. */
export const chromium = "/usr/bin/chromium";
export const python = "/usr/bin/python3";

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** Returns the Debian packages that are not installed. */
export function missingPackages(): string[] {
	const missing: string[] = [];
	if (!isExecutable(chromium)) missing.push("chromium");
	if (spawnSync(python, ["-c", "import websockets"]).status !== 0) missing.push("python3-websockets");
	return missing;
}
