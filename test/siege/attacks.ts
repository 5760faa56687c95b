/** All attacks. Message attacks apply to both roles; head attacks are requests or responses. */

import type { Attack } from "./attack.js";
import { chunkAttacks } from "./attacks/chunks.js";
import { connectionAttacks } from "./attacks/connections.js";
import { framingAttacks } from "./attacks/framing.js";
import { headAttacks } from "./attacks/heads.js";
import { messageAttacks } from "./attacks/messages.js";
import { pageAttacks } from "./attacks/pages.js";

export const attacks: readonly Attack[] = [
	...messageAttacks(),
	...framingAttacks(),
	...headAttacks(),
	...connectionAttacks(),
	...pageAttacks(),
	...chunkAttacks(),
];

/** Returns the title of an attack, for tables and for `--only`. */
export function titleOf({ name, role, peers }: Attack): string {
	return `${role}, ${peers}: ${name}`;
}

/** Returns the kind of an attack: the beginning of its name. */
export function kindOf({ name }: Attack): string {
	return name.slice(0, name.indexOf(": "));
}
