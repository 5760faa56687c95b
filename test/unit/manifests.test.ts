import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "ava";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The parts of a manifest that these tests check. */
interface Manifest {
	modules: Record<string, string>;
	preload: string[];
}

// A module that is missing in a manifest is not a build error: the device aborts when it imports the module.
for (const folder of [
	...readdirSync(`${root}modules`).map((name) => `modules/${name}`),
	"hosts/network",
	"hosts/native",
]) {
	test(`the manifest of ${folder} names every module by its path, and preloads it`, (t) => {
		const manifest = JSON.parse(readFileSync(`${root}${folder}/manifest.json`, "utf8")) as Manifest;
		const { modules, preload } = manifest;
		for (const file of readdirSync(root + folder)) {
			const name = /^(\w+)(?<!\.d)\.ts$/.exec(file)?.[1];
			if (name === undefined) continue;
			const specifier = name === "specifier" ? "xs-web-socket" : `xs-web-socket/${folder}/${name}`;
			// A module in C has an equivalent in TypeScript for other engines.
			const native = existsSync(`${root}${folder}/native/${name}.c`) ? "native/" : "";
			t.is(modules[specifier], `./${native}${name}`, specifier);
			// By its full name: the SDK applies patterns to JavaScript modules only.
			t.true(preload.includes(specifier), `${specifier} is not preloaded`);
		}
	});
}
