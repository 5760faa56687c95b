import test from "ava";
import { commandsOf, wrongCommand, wrongIncludes } from "./commands.js";
import { readPages } from "./pages.js";

for (const { path, samples, codeSpans } of readPages()) {
	test(`commands of ${path} name scripts, programs and manifests that exist`, (t) => {
		const commands = [
			...samples.filter(({ language }) => language === "sh").flatMap(({ text }) => commandsOf(text)),
			...codeSpans.filter((code) => /^(npm (run|start|test)|mcconfig .*json)\b/.test(code)),
		];
		for (const command of commands) t.is(wrongCommand(command), undefined, command);
		t.pass();
	});

	for (const { title, text } of samples.filter(({ language }) => language === "json"))
		test(`${title} is JSON, and includes what exists`, (t) => {
			const value = JSON.parse(text);
			t.deepEqual(wrongIncludes(value.include ?? []), []);
		});
}

test("the check of commands finds what is wrong", (t) => {
	t.is(wrongCommand("npm run -s nothing -- --json"), "there is no script nothing");
	t.is(wrongCommand("node --import tsx sim/xs/nothing.ts"), "there is no sim/xs/nothing.ts");
	t.is(wrongCommand("mcconfig -m -p esp32"), "it names no manifest");
	t.is(wrongCommand("make"), "the check does not know it");
	t.is(wrongCommand("npm run -s memory"), undefined);
	t.deepEqual(wrongIncludes(["/path/to/xs-web-socket/nothing.json"]), [
		"/path/to/xs-web-socket/nothing.json: there is no nothing.json",
	]);
});
