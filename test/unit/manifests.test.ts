import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "ava";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What these tests look at in a manifest of the Moddable SDK. */
interface Manifest {
	modules: Record<string, string>;
	preload: string[];
}

// What a manifest leaves out is no error of any build: the device aborts when it comes to import it.
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
			// A module in C has its twin in TypeScript for engines without it.
			const native = existsSync(`${root}${folder}/native/${name}.c`) ? "native/" : "";
			t.is(modules[specifier], `./${native}${name}`, specifier);
			// By its whole name: the SDK takes a pattern for modules in JavaScript alone.
			t.true(preload.includes(specifier), `${specifier} is not preloaded`);
		}
	});
}
