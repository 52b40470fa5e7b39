/**
 * Edits to a name, as a share of its length, up to which it counts as mistyped: 0.4 finds `bitrate`
 * for `bitrateBps`.
 */
const MOST_EDITS = 0.4;
/** A shorter piece is part of a name by chance. */
const LEAST_PIECE = 3;

/**
 * The known name that `name` was probably meant to be: the same but for its case, a few letters, or
 * a missing part. Of names with dots (`view.width`) the last part is compared. Among equals the
 * first wins.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
	const wanted = bare(name);
	const ranked = known
		.map((candidate) => ({
			candidate,
			rank: rankOf(wanted, bare(candidate.slice(candidate.lastIndexOf(".") + 1))) ?? Number.POSITIVE_INFINITY,
		}))
		.filter(({ rank }) => Number.isFinite(rank));
	return ranked.sort((a, b) => a.rank - b.rank)[0]?.candidate;
}

/** A smaller rank is nearer; `undefined` is another name. */
function rankOf(wanted: string, candidate: string): number | undefined {
	const edits = editDistance(wanted, candidate);
	const longer = Math.max(wanted.length, candidate.length);
	const holdsIt =
		Math.min(wanted.length, candidate.length) >= LEAST_PIECE &&
		(candidate.includes(wanted) || wanted.includes(candidate));
	// The length of the rest does not matter: among several names that hold the word, the first of
	// the table is the likeliest.
	if (holdsIt) return Math.min(edits / longer, MOST_EDITS);
	return edits <= Math.max(1, longer * MOST_EDITS) ? edits / longer : undefined;
}

/** The name without differences of spelling: case, hyphens and underscores. */
function bare(name: string): string {
	return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/**
 * Letters inserted, removed, replaced or swapped with their neighbour: optimal string alignment.
 */
function editDistance(from: string, to: string): number {
	let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, column) => column)];
	for (let row = 1; row <= from.length; row++) {
		const current = [row];
		for (let column = 1; column <= to.length; column++) {
			const same = from[row - 1] === to[column - 1];
			const swapped =
				row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
			const replaced = last[column - 1]! + (same ? 0 : 1);
			const least = Math.min(last[column]! + 1, current[column - 1]! + 1, replaced);
			current.push(swapped ? Math.min(least, beforeLast[column - 2]! + 1) : least);
		}
		[beforeLast, last] = [last, current];
	}
	return last[to.length]!;
}
