/**
 * `npm run conformance`: plays every case of RFC 6455 with the device, as a client and as a server, with windows
 * of 1, 2, 7 and 1436 bytes and with those of the target.
 */
import { availableParallelism } from "node:os";
import { runCommand } from "../../sim/commandline.js";
import { casesFor, type Failure, inTurn, playAll, roles, windowSizes } from "./suite.js";

const usage = `Usage: npm run conformance -- [options]

  --json         print the counts as JSON, as the last line
  --only REGEX   only cases whose section and title match
  --help         show this text

A case has passed when it has passed with every window. XS_WEB_SOCKET_TARGET chooses the device; where its windows
cannot be chosen, each case is played once.
`;

function describe({ role, windows, section, title, reason }: Failure): string {
	const where = `${role}, ${windows === undefined ? "the target's own windows" : `windows of ${windows}`}`;
	return `${where}: ${section} ${title}: ${reason}`;
}

/** @throws Error if the text is not a regular expression */
function pattern(text: string): RegExp {
	try {
		return new RegExp(text);
	} catch {
		throw new Error(`--only is ${text}: it must be a regular expression.`);
	}
}

await runCommand(usage, { json: "boolean", only: "string" }, async (values) => {
	const only = pattern((values["only"] as string | undefined) ?? "^");
	const json = values["json"] === true;
	const target = process.env["XS_WEB_SOCKET_TARGET"] ?? "xs";
	const sizes = target === "xs" ? windowSizes : [undefined];
	const runs = sizes.flatMap((size) => roles.map((role) => ({ role, size })));
	const results = await inTurn(
		target === "xs" ? availableParallelism() : 1,
		runs.map(
			({ role, size }) =>
				() =>
					playAll(role, size, only),
		),
	);
	const failures = results.flatMap((result) => result.failures);
	const counts = roles.map((role) => {
		const failed = new Set(
			failures.filter((it) => it.role === role).map((it) => `${it.section} ${it.title}`),
		);
		const chosen = casesFor(role, only);
		const passed = chosen.filter(({ section, title }) => !failed.has(`${section} ${title}`)).length;
		if (!json)
			for (const { section, title } of chosen)
				console.log(
					`${failed.has(`${section} ${title}`) ? "FAILED" : "passed"}  ${role}  ${section} ${title}`,
				);
		return [role, { passed, total: chosen.length }] as const;
	});
	if (!json) {
		for (const failure of failures) console.log(`\n${describe(failure)}`);
		for (const [role, { passed, total }] of counts)
			console.log(`\n${role}: ${passed} of ${total} cases passed`);
	}
	if (json) console.log(JSON.stringify({ ...Object.fromEntries(counts), failed: failures.map(describe) }));
	const nothing = counts.every(([, { total }]) => total === 0);
	if (nothing) throw new Error(`No case has a section and title that match ${only.source}.`);
	return failures.length > 0 || counts.some(([, { total }]) => total === 0) ? 1 : 0;
});
