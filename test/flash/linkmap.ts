/** Reads the map of GNU ld: which sections of which object files a program has. */

/** A section of an object file, as far as it is linked. */
export interface Section {
	/** Name of the object file, without its folder: `xsJSON.o`, or `libm.a(lib_a-s_ceil.o)`. */
	object: string;
	/** Name of the section: `.text.fx_JSON_parse`. */
	name: string;
	size: number;
}

/** Sections that are in flash: code, constants, and the first values of variables. */
const inFlash = /^\.(?:text|rodata|data)(?:\.|$)/;

/** Returns the linked sections that are in flash. @throws Error when the text is not a map of ld. */
export function linkedSections(map: string): Section[] {
	const start = map.indexOf("\nLinker script and memory map");
	if (start < 0) throw new Error("The linker's map has no memory map.");
	// A long name of a section stands on a line of its own. Sections that were dropped are listed before `start`.
	const pattern = /^ (\.\S+)(?:\n\s+| +)0x[0-9a-f]+ +0x([0-9a-f]+) (\S.*)$/gm;
	return [...map.slice(start).matchAll(pattern)].flatMap(([, name, size, file]) => {
		const section = { object: objectName(file as string), name: name as string, size: Number(`0x${size}`) };
		return section.size && inFlash.test(section.name) ? [section] : [];
	});
}

function objectName(file: string): string {
	return file.slice(file.lastIndexOf("/") + 1);
}

/** Returns the total size of sections. */
export function sizeOf(sections: readonly Section[]): number {
	return sections.reduce((sum, { size }) => sum + size, 0);
}
