/** The direction in which a value improves; `null` for a property that has none. */
export type Better = "less" | "more" | null;

/** A measured value beside its peer and its target. */
export interface BenchRow {
	/** Name of the row, the same in every run. */
	readonly name: string;
	readonly value: number;
	readonly unit: string;
	readonly better: Better;
	/** Name of the competitor that the same run measured, if there was one. */
	readonly peer: string | null;
	readonly peerValue: number | null;
	/** Factor by which the value is better than the peer, whatever the unit. */
	readonly ratio: number | null;
	/** The target in words, "-" without one. */
	readonly target: string;
	readonly met: boolean;
	/** Findings of this run beside the value. */
	readonly note?: string | undefined;
}

/** A row of a results file, which holds rows of several benches. */
export interface NamedBenchRow extends BenchRow {
	/** The bench's name on the command line. */
	readonly bench: string;
}

/** A row without the fields that {@link benchRow} works out. */
export interface RowInit {
	readonly name: string;
	readonly value: number;
	readonly unit: string;
	/** @default "less" */
	readonly better?: Better;
	readonly peer?: { readonly name: string; readonly value: number } | undefined;
	/** Largest value that meets the target. */
	readonly atMost?: number | undefined;
	/** Smallest value that meets the target. */
	readonly atLeast?: number | undefined;
	/** A target that is no plain bound, in words. */
	readonly target?: { readonly words: string; readonly met: boolean } | undefined;
	readonly note?: string | undefined;
}

/** Makes a row: compares the value with its peer and its target. */
export function benchRow(init: RowInit): BenchRow {
	const { name, value, unit, better = "less", peer, atMost, atLeast, target, note } = init;
	const bounds = [
		...(target === undefined ? [] : [target]),
		...(atMost === undefined ? [] : [{ words: `<= ${atMost}`, met: value <= atMost }]),
		...(atLeast === undefined ? [] : [{ words: `>= ${atLeast}`, met: value >= atLeast }]),
	];
	return {
		name,
		value,
		unit,
		better,
		peer: peer?.name ?? null,
		peerValue: peer?.value ?? null,
		ratio: peer === undefined ? null : ratio(better === "more" ? value / peer.value : peer.value / value),
		target: bounds.length === 0 ? "-" : bounds.map(({ words }) => words).join(", "),
		met: bounds.every(({ met }) => met),
		...(note === undefined ? {} : { note }),
	};
}

/** Two zeros have no ratio. */
const ratio = (value: number) => (Number.isFinite(value) ? value : null);
