import type { Better, NamedBenchRow } from "./bench-row.ts";
import { median, standardDeviation } from "./statistics.ts";
import { rounded, textTable } from "./text-table.ts";

/** Share by which a row may become slower before the comparison fails. */
export const ALLOWED_SLOWDOWN = 0.03;

/** Rows of one round: the same benches, once on each tree, right after each other. */
export interface Round {
	readonly ours: readonly NamedBenchRow[];
	readonly theirs: readonly NamedBenchRow[];
}

/** A row of both trees. */
export interface Comparison {
	readonly bench: string;
	readonly name: string;
	readonly unit: string;
	readonly better: Better;
	/** Median of all rounds on this tree. */
	readonly ours: number;
	/** Median of all rounds on the other tree; NaN if it has no such row. */
	readonly theirs: number;
	/** Standard deviation of the rounds' differences. */
	readonly spread: number;
	/** Worse than the other tree by more than {@link ALLOWED_SLOWDOWN} and the spread together. */
	readonly slower: boolean;
}

/**
 * Compares the rows of two trees over several rounds.
 *
 * The two values of a round are measured right after each other, so that a machine that changes
 * its pace changes both. The spread is the one of their differences.
 */
export function compareRounds(rounds: readonly Round[]): Comparison[] {
	return (rounds[0]?.ours ?? []).map((row) => {
		const pairs = rounds.flatMap(({ ours, theirs }) => {
			const our = counterpart(ours, row);
			const their = counterpart(theirs, row);
			return our === undefined || their === undefined ? [] : [[our.value, their.value] as const];
		});
		const { bench, name, unit, better } = row;
		if (pairs.length === 0) {
			const values = rounds.map(({ ours }) => counterpart(ours, row)?.value ?? Number.NaN);
			return { bench, name, unit, better, ours: median(values), theirs: Number.NaN, spread: 0, slower: false };
		}
		const ours = median(pairs.map(([our]) => our));
		const theirs = median(pairs.map(([, their]) => their));
		const spread = standardDeviation(pairs.map(([our, their]) => our - their));
		const worse = better === "more" ? theirs - ours : ours - theirs;
		const slower = better !== null && worse > ALLOWED_SLOWDOWN * Math.abs(theirs) + spread;
		return { bench, name, unit, better, ours, theirs, spread, slower };
	});
}

/** A row of the same name. Older revisions wrote their findings after the name and a colon. */
function counterpart(rows: readonly NamedBenchRow[], { bench, name }: NamedBenchRow): NamedBenchRow | undefined {
	const sameBench = rows.filter((row) => row.bench === bench);
	return (
		sameBench.find((row) => row.name === name) ?? sameBench.find((row) => row.name.startsWith(`${name}: drawn `))
	);
}

/** The comparison as text: both medians, their ratio, the spread of the rounds and a verdict. */
export function comparisonTable(comparisons: readonly Comparison[], ref: string): string {
	return textTable([
		["bench", "this tree", ref, "ratio", "spread", ""],
		...comparisons.map((comparison) => {
			const { bench, name, unit, ours, theirs, spread } = comparison;
			return [
				`${bench} ${name}`,
				`${rounded(ours)} ${unit}`.trimEnd(),
				Number.isNaN(theirs) ? "-" : rounded(theirs),
				Number.isNaN(theirs) || theirs === 0 ? "-" : (ours / theirs).toFixed(3),
				Number.isNaN(theirs) || theirs === 0 ? "-" : `${((100 * spread) / Math.abs(theirs)).toFixed(1)} %`,
				verdict(comparison),
			];
		}),
	]);
}

function verdict({ better, theirs, slower }: Comparison): string {
	if (Number.isNaN(theirs)) return "new";
	if (better === null) return "";
	return slower ? "SLOWER" : "ok";
}
