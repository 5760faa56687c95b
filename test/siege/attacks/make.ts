/** Makes attacks with their defaults. */

import type { Attack, Field } from "../attack.js";

export const json = { program: "echo", type: "" } as const;
export const text = { program: "echo", type: "text/plain" } as const;
export const binary = { program: "echo", type: "application/octet-stream" } as const;
export const chat = { program: "chat", type: "" } as const;

export type Play = (field: Field) => Promise<void>;

export function server(name: string, play: Play, changes: Partial<Attack> = {}): Attack {
	return { name, role: "server", peers: 1, setting: json, honest: "before", play, ...changes };
}

export function client(name: string, play: Play, changes: Partial<Attack> = {}): Attack {
	return server(name, play, { role: "client", ...changes });
}

/** Makes an attack by one peer, by four peers, and by the server that the device's Client connects to. */
export function everywhere(name: string, play: Play, changes: Partial<Attack> = {}): Attack[] {
	return [
		server(name, play, changes),
		server(name, play, { peers: 4, ...changes }),
		client(name, play, changes),
	];
}
