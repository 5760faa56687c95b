/** Every case, in the order of the sections. */
import type { Case } from "../case.js";
import { clientOpening } from "./clientopening.js";
import { closing } from "./closing.js";
import { control } from "./control.js";
import { fragmentation } from "./fragmentation.js";
import { framing } from "./framing.js";
import { masking } from "./masking.js";
import { serverOpening } from "./serveropening.js";
import { textCases } from "./text.js";

const frameCases = [framing, masking, fragmentation, control, textCases, closing].flat();

export const cases: readonly Case[] = [
	...clientOpening.map((it): Case => ({ about: "response", ...it, roles: ["client"] })),
	...serverOpening.map((it): Case => ({ about: "request", ...it, roles: ["server"] })),
	...frameCases.map((it): Case => ({ about: "frames", ...it })),
];
