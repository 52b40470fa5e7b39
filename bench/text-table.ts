const GAP = "  ";

/** Lines of text with aligned columns. @param lines cells, the heading first */
export function textTable(lines: readonly (readonly string[])[]): string {
	const columns = Math.max(0, ...lines.map((line) => line.length));
	const widths = Array.from({ length: columns }, (_, column) =>
		Math.max(...lines.map((line) => line[column]?.length ?? 0)),
	);
	return lines
		.map((line) =>
			line
				.map((cell, column) => cell.padEnd(widths[column] ?? 0))
				.join(GAP)
				.trimEnd(),
		)
		.join("\n");
}

/** Three significant digits of a number, whole numbers from a hundred on. */
export function rounded(value: number): string {
	const size = Math.abs(value);
	return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
