/** Runs one attack against a new device and judges the result. */

import { RawServer } from "../support/rawserver.js";
import { type Attack, Field } from "./attack.js";
import { titleOf } from "./attacks.js";
import { echoTimeout, Honest, HonestServer } from "./honest.js";
import type { Besieged, Target } from "./target/target.js";

export interface Result {
	attack: string;
	survived: boolean;
	/** Outcomes for the attacker: close codes, HTTP statuses, "string" instead of a value. */
	outcome: string;
	peakSlots: number;
	peakChunks: number;
	peakBytes: number;
	/** Echoes that an honest peer received during the attack. */
	honestEchoes: number;
	/** Longest time for one of them. */
	longestBlockMs: number;
	/** Why the device did not survive. */
	failure?: string;
}

/** Timeout of an attack in milliseconds; not a performance limit. */
const attackTimeout = 120_000;

export async function besiege(target: Target, attack: Attack): Promise<Result> {
	const hostile = attack.role === "client" ? await RawServer.listen("127.0.0.1") : undefined;
	const honestServer = attack.role === "client" ? await HonestServer.listen(setting(attack)) : undefined;
	const ports = hostile && honestServer ? [hostile.port, honestServer.port] : [];
	const device = await target.start({ ...setting(attack), ports });
	const siege = new Siege(attack, device, hostile, honestServer);
	let failure: string | undefined;
	try {
		const ended = device.exited.then((reason): never => {
			throw new Error(`the device ended: ${reason.split("\n")[0]}`);
		});
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<never>((_, reject) => {
			timer = setTimeout(() => reject(new Error("the attack did not end")), attackTimeout);
		});
		await Promise.race([siege.play(), ended, late]).finally(() => clearTimeout(timer));
		ended.catch(() => {});
	} catch (error) {
		failure = (error as Error).message;
		// If the device ended, the end of its connections may have been noticed first.
		const end = await Promise.race([
			device.exited,
			new Promise<undefined>((resolve) => setTimeout(resolve, 500)),
		]);
		if (end !== undefined) failure = `the device ended: ${end.split("\n")[0]}`;
		if (siege.stage) failure += ` (${siege.stage})`;
	}
	const peak = await device.peak();
	await device.stop();
	siege.stop();
	await hostile?.close();
	honestServer?.close();
	return {
		attack: titleOf(attack),
		survived: failure === undefined,
		outcome: siege.outcome,
		peakSlots: peak.slots,
		peakChunks: peak.chunks,
		peakBytes: peak.bytes,
		honestEchoes: siege.echoes,
		longestBlockMs: Math.round(siege.longest),
		...(failure !== undefined && { failure }),
	};
}

function setting({ role, setting }: Attack) {
	return { ...setting, program: role === "client" ? ("client" as const) : setting.program, ports: [] };
}

class Siege {
	readonly #attack: Attack;
	readonly #device: Besieged;
	readonly #fields: Field[];
	readonly #honestServer: HonestServer | undefined;
	#honest: Honest | undefined;

	constructor(
		attack: Attack,
		device: Besieged,
		hostile: RawServer | undefined,
		honestServer: HonestServer | undefined,
	) {
		this.#attack = attack;
		this.#device = device;
		this.#honestServer = honestServer;
		this.#fields = Array.from({ length: attack.peers }, () => new Field(attack.role, device, hostile));
	}

	get stage(): string {
		return this.#fields.find(({ stage }) => stage !== "")?.stage ?? "";
	}

	get outcome(): string {
		const all = new Set(this.#fields.flatMap(({ outcomes }) => [...outcomes]));
		return [...all].sort().join(", ");
	}

	get echoes(): number {
		return this.#honest?.echoes ?? 0;
	}

	get longest(): number {
		return this.#honest?.longest ?? 0;
	}

	/** @throws Error that describes the failure */
	async play(): Promise<void> {
		const { honest, role } = this.#attack;
		if (role === "server") await this.#device.port;
		if (honest === "before") await this.#enter();
		await this.#device.rest();
		this.#honest?.start();
		const played = Promise.all(this.#fields.map((field) => this.#attack.play(field)));
		if (honest === "during") {
			played.catch(() => {});
			// By now the hostile peers have connected; they stay connected for longer.
			await Promise.race([played, new Promise((resolve) => setTimeout(resolve, 200))]);
			await this.#enter();
			this.#honest?.start();
		}
		await played;
		await this.#honest?.stop();
		// At least one echo while the attackers are still connected.
		await this.#honest?.echo();
		for (const field of this.#fields) field.finish();
		await this.#afterwards();
	}

	stop(): void {
		for (const field of this.#fields) {
			field.finish();
			field.destroy();
		}
		this.#honest?.leave();
	}

	async #enter(): Promise<void> {
		this.#honest = this.#honestServer
			? await this.#honestServer.connection
			: await Honest.enter(this.#device, setting(this.#attack));
		await this.#honest.echo();
		this.#honest.echoes = 0;
		this.#honest.longest = 0;
	}

	/** Checks that the honest peer is still served, and that a new peer is served too. */
	async #afterwards(): Promise<void> {
		await this.#honest?.echo();
		if (this.#attack.role === "client") return;
		// The device may still have to read data that the attackers sent.
		const another = await Honest.enter(this.#device, setting(this.#attack), echoTimeout);
		await another.echo();
		another.leave();
	}
}
