/** A section of figures: title, the commands that measure it, and a chart if there is one. */
export function section(title: string, commands: readonly string[], body: string, chart?: string): string {
	const image = chart ? [`![${title}](../figures/${chart}.svg)`] : [];
	const run = commands.map((script) => `\`npm run -s ${script}\``).join(", ");
	return [`### ${title}`, `Measured by ${run}.`, ...image, body].join("\n\n");
}
