/** Returns a Markdown table. The first `texts` columns are text, the others are numbers. */
export function markdownTable(
	heads: readonly string[],
	rows: readonly (readonly (string | number)[])[],
	texts = 1,
): string {
	const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
	return [
		line(heads),
		line(heads.map((_, column) => (column < texts ? "---" : "---:"))),
		...rows.map(line),
	].join("\n");
}
