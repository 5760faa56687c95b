/** Compares failed cases with the known limits of the target. */
import type { Limit } from "../device/run/limit.js";
import { nativeCases } from "../device/run/nativelimits.js";
import type { Failure, Result } from "./suite.js";

/** The cases that the target cannot pass. */
const limits: readonly Limit[] = process.env["XS_WEB_SOCKET_ENGINE"] === "native" ? nativeCases : [];

/** Result of the cases of a role. */
export interface Weighed {
	/** Unexpected failures, and cases that passed although they are listed as not possible. */
	faults: Failure[];
	/** Number of cases that are not possible, with the reasons; undefined if there are none. */
	impossible: string | undefined;
}

export function weigh(
	{ played, failures }: Result,
	role: Failure["role"],
	windows: Failure["windows"],
): Weighed {
	const failed = new Map(failures.map((failure) => [`${failure.section} ${failure.title}`, failure]));
	const faults = failures.filter(({ section }) => section === "");
	const counts = new Map<string, number>();
	for (const name of played) {
		const failure = failed.get(name);
		const limit = limits.find(({ test }) => name.startsWith(test) || `${role} ${name}`.startsWith(test));
		if (failure && limit) counts.set(limit.reason, (counts.get(limit.reason) ?? 0) + 1);
		else if (failure) faults.push(failure);
		else if (limit && !limit.sometimes) {
			const reason = `it passes, but is listed as not possible: ${limit.reason}`;
			faults.push({ role, windows, section: "", title: name, reason });
		}
	}
	const sum = [...counts.values()].reduce((a, b) => a + b, 0);
	const reasons = [...counts].map(([reason, count]) => `${reason} (${count})`);
	const impossible = sum ? `${sum} of ${played.length} cases: ${reasons.join("; ")}` : undefined;
	return { faults, impossible };
}
