/** Plays all cases in both roles and with every window size, and counts the results. */
import type { Windows } from "../device/target/target.js";
import type { Case } from "./case.js";
import { cases } from "./cases/index.js";
import { Device } from "./device.js";
import { play } from "./play.js";
import type { Role } from "./strictpeer.js";

export const roles: readonly Role[] = ["client", "server"];

/** Window sizes in bytes that every case is played with; undefined: those of the target. */
export const windowSizes: readonly (number | undefined)[] = [1, 2, 7, 1436, undefined];

/** Cases that run on one device at the same time. */
const concurrency = 24;

/** A failed case. */
export interface Failure {
	role: Role;
	/** Window size in bytes; undefined for that of the target. */
	windows: number | undefined;
	section: string;
	title: string;
	reason: string;
}

export interface Result {
	/** Titles of the cases that were played. */
	played: string[];
	failures: Failure[];
}

/** Returns the cases for a role whose section and title match `only`. */
export function casesFor(role: Role, only = /^/): Case[] {
	const chosen = cases.filter(
		(it) => (it.roles ?? roles).includes(role) && only.test(`${it.section} ${it.title}`),
	);
	const titles = new Set(chosen.map(({ section, title }) => `${section} ${title}`));
	if (titles.size !== chosen.length) throw new Error("two cases have the same title");
	return chosen;
}

/** Plays the cases of a role on one device. */
export async function playAll(role: Role, windows: number | undefined, only?: RegExp): Promise<Result> {
	const size: Windows | undefined =
		windows === undefined ? undefined : { readWindow: windows, writeWindow: windows };
	const chosen = casesFor(role, only);
	const failures: Failure[] = [];
	const note = (section: string, title: string, error: unknown) => {
		failures.push({ role, windows, section, title, reason: (error as Error).message });
	};
	const device = await Device.start(size);
	// Longest first, so that none runs alone at the end.
	const waiting = [...chosen].sort((a, b) => weight(b) - weight(a));
	const worker = async () => {
		for (let it = waiting.shift(); it; it = waiting.shift()) {
			try {
				await play(device, role, it);
			} catch (error) {
				note(it.section, it.title, error);
			}
		}
	};
	await Promise.all(Array.from({ length: concurrency }, worker));
	try {
		await device.stop();
	} catch (error) {
		note("", "the device lives to the end and keeps the rules that always hold", error);
	}
	return { played: chosen.map(({ section, title }) => `${section} ${title}`), failures };
}

/** Approximate size of a case in bytes. */
function weight(it: Case): number {
	const known = it.options as { maxMessageSize?: number; sendQueueSize?: number } | undefined;
	return Math.max(known?.maxMessageSize ?? 0, known?.sendQueueSize ?? 0);
}

/** Runs `tasks`, at most `most` of them in parallel. */
export async function inTurn<T>(most: number, tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
	const results: T[] = [];
	let next = 0;
	const worker = async () => {
		while (next < tasks.length) {
			const index = next++;
			results[index] = await (tasks[index] as () => Promise<T>)();
		}
	};
	await Promise.all(Array.from({ length: most }, worker));
	return results;
}
