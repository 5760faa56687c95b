/** The parts of a program in flash, and how two programs differ. */

import type { ImageParts } from "./image.js";
import type { Section } from "./linkmap.js";
import { sizeOf } from "./linkmap.js";

/** Everything that was measured of one program. */
export interface Program {
	name: string;
	image: ImageParts;
	/** Bytecode by specifier of the module. */
	bytecode: Readonly<Record<string, number>>;
	/** Names of the C sources of this project's modules, without ".c". */
	own: readonly string[];
	/** Linked sections; undefined without a compiler. */
	sections?: readonly Section[] | undefined;
}

/** A part and its size in bytes. */
export interface Part {
	name: string;
	bytes: number;
	/** Further figures, such as the number of slots. */
	detail?: string;
}

const imageObject = "mc.xs.o";

/** Returns what a program takes in addition to another one, in parts. */
export function partsBeyond(base: Program, program: Program): Part[] {
	const { image, sections = [] } = program;
	const slots = image.slots - base.image.slots;
	const names = image.names - base.image.names;
	const parts: Part[] = [
		{
			name: "preloaded slots",
			bytes: image.slotBytes - base.image.slotBytes,
			detail: `${slots} of 16 bytes`,
		},
		{ name: "bytecode", bytes: image.bytecode - base.image.bytecode },
		{ name: "names", bytes: image.nameBytes - base.image.nameBytes, detail: `${names} names` },
	];
	if (!program.sections) return parts;
	const counted = parts.reduce((sum, { bytes }) => sum + bytes, 0);
	const beyond = beyondBy(base, program, (section) => packageOf(section, program.own));
	parts.push({
		name: "strings, tables and padding of the image",
		bytes: sizeOf(of(imageObject, sections)) - sizeOf(of(imageObject, base.sections ?? [])) - counted,
	});
	for (const name of ["XS", "SDK", "xs-web-socket", "C library"])
		parts.push({ name: `machine code: ${name}`, bytes: beyond.get(name) ?? 0 });
	return parts;
}

/** Returns the size of XS's own code by source file, in addition to another program, largest first. */
export function nativesBeyond(base: Program, program: Program): Part[] {
	const files = beyondBy(base, program, ({ object }) =>
		isXs(object) ? object.replace(/\.o$/, ".c") : undefined,
	);
	return [...files]
		.map(([name, bytes]) => ({ name, bytes }))
		.filter(({ bytes }) => bytes > 0)
		.sort((one, other) => other.bytes - one.bytes);
}

/** Returns the functions of XS's library that a program keeps and another one does not, with their sizes, largest first. */
export function functionsBeyond(base: Program, program: Program): Part[] {
	const before = new Set(base.image.natives);
	return program.image.natives
		.filter((name) => !before.has(name))
		.map((name) => ({
			name,
			bytes: sizeOf((program.sections ?? []).filter((section) => section.name === `.text.${name}`)),
		}))
		.sort((one, other) => other.bytes - one.bytes);
}

/** Returns the bytecode of each module that another program does not have, largest first. */
export function modulesBeyond(base: Program, program: Program): Part[] {
	return Object.entries(program.bytecode)
		.filter(([name]) => !(name in base.bytecode) || name === "main")
		.map(([name, bytes]) => ({ name, bytes: name === "main" ? bytes - (base.bytecode[name] ?? 0) : bytes }))
		.sort((one, other) => other.bytes - one.bytes);
}

/** Returns the size of everything that a program takes in addition to another one. */
export function totalOf(parts: readonly Part[]): number {
	return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Sums the sizes by key, minus those of another program. */
function beyondBy(
	base: Program,
	program: Program,
	keyOf: (section: Section) => string | undefined,
): Map<string, number> {
	const sizes = new Map<string, number>();
	const add = (sections: readonly Section[], sign: number): void => {
		for (const section of sections) {
			const key = keyOf(section);
			if (key !== undefined) sizes.set(key, (sizes.get(key) ?? 0) + sign * section.size);
		}
	};
	add(program.sections ?? [], 1);
	add(base.sections ?? [], -1);
	return sizes;
}

function of(object: string, sections: readonly Section[]): Section[] {
	return sections.filter((section) => section.object === object);
}

function isXs(object: string): boolean {
	return /^xs\w+\.o$/.test(object);
}

function packageOf({ object }: Section, own: readonly string[]): string | undefined {
	if (object === imageObject) return undefined;
	if (object.includes("(")) return "C library";
	if (isXs(object)) return "XS";
	return own.includes(object.replace(/\.o$/, "")) ? "xs-web-socket" : "SDK";
}
