import { join } from "node:path";
import { bytecodeOf } from "../../sim/moddable/bytecode.js";
import { linkForEsp32 } from "../../sim/moddable/esp32.js";
import { buildFolder, root, type Sdk } from "../../sim/moddable/sdk.js";

/** Size of our modules on an ESP32, release build. */
export interface Bytecode {
	/** Size of the bytecode of all modules. */
	bytes: number;
	budget: number;
	/** Size by the specifier of the module. */
	modules: Record<string, number>;
}

const manifest = join(root, "test/memory/device/manifest.json");

/** Compiles a program for an ESP32 with the SDK's own tools only, and measures our modules. */
export async function measureBytecode(sdk: Sdk): Promise<Bytecode> {
	const output = join(buildFolder, "esp32");
	const { folder } = await linkForEsp32(sdk, { manifest, name: "memory", output });
	// The program that measures is linked, too.
	const own = Object.entries(bytecodeOf(folder)).filter(([name]) => !name.startsWith("xs-web-socket/test/"));
	const modules = Object.fromEntries(own);
	const bytes = Object.values(modules).reduce((sum, size) => sum + size, 0);
	return { bytes, budget: 20480, modules };
}
