import { describeValue } from "./describe-value.ts";

/*
 * Options are checked where they come in, so that a mistyped name is an error and not a default.
 */

/** A table of every name of `Options`. TypeScript reports a name that is missing. */
export type OptionNames<Options> = { readonly [Name in keyof Options]-?: true };

/**
 * Checks the names of options.
 *
 * @param owner the function or class that takes the options, as errors name it: `saveFile()`.
 * @param prefix of the names in the error, for options inside of an option: `batching.`.
 * @throws {TypeError} when `options` is no object, or has a name that is not in `names`: the error
 * suggests the nearest known name.
 */
export function checkOptions(
	options: unknown,
	names: Readonly<Record<string, true>>,
	owner: string,
	prefix = "",
): void {
	const error = optionsError(options, names, owner, prefix);
	if (error !== null) throw error;
}

/** The error that `checkOptions` would throw; `null` when all names are known. */
export function optionsError(
	options: unknown,
	names: Readonly<Record<string, true>>,
	owner: string,
	prefix = "",
): TypeError | null {
	if (typeof options !== "object" || options === null || Array.isArray(options) || ArrayBuffer.isView(options))
		return new TypeError(`${owner} takes an object of options, not ${describeValue(options)}.`);
	const unknown = Object.keys(options).find((key) => !Object.hasOwn(names, key));
	if (unknown === undefined) return null;
	const known = Object.keys(names);
	const nearest = nearestName(unknown, known);
	const help =
		nearest === undefined ? `. Its options are ${known.join(", ")}.` : `; did you mean ${prefix}${nearest}?`;
	return new TypeError(`${prefix}${unknown} is not an option of ${owner}${help}`);
}

/** The `options` whose names are in `names`, for a callee that refuses other names. */
export function onlyOptions<Options extends object>(options: Options, names: OptionNames<Options>): Options {
	return Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(names, key))) as Options;
}

/** Edits to a name, as a share of its length, up to which it counts as mistyped. */
const MOST_EDITS = 0.4;
/** Shortest part of a name that counts as the name: shorter parts are in names by chance. */
const LEAST_PIECE = 3;

/**
 * The known name that `name` was probably meant to be: it differs in case, in a few letters, or by
 * a missing part. The first of equals wins.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
	const wanted = bare(name);
	let nearest: string | undefined;
	let least = Number.POSITIVE_INFINITY;
	for (const candidate of known) {
		const distance = distanceOf(wanted, bare(candidate));
		if (distance >= least) continue;
		nearest = candidate;
		least = distance;
	}
	return nearest;
}

/** Edits as a share of the longer name; infinite: it is another name. */
function distanceOf(wanted: string, candidate: string): number {
	const share = edits(wanted, candidate) / Math.max(wanted.length, candidate.length);
	const isPiece =
		Math.min(wanted.length, candidate.length) >= LEAST_PIECE &&
		(candidate.includes(wanted) || wanted.includes(candidate));
	if (isPiece) return Math.min(share, MOST_EDITS);
	return share <= MOST_EDITS ? share : Number.POSITIVE_INFINITY;
}

/** A name without its case, hyphens and underscores. */
function bare(name: string): string {
	return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** The number of letters inserted, removed, replaced or swapped: optimal string alignment. */
function edits(from: string, to: string): number {
	const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
	for (let row = 1; row <= from.length; row++) {
		const [above, current] = [rows[row - 1]!, [row]];
		for (let column = 1; column <= to.length; column++) {
			const replaced = above[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
			const isSwapped =
				row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
			const swapped = isSwapped ? rows[row - 2]![column - 2]! + 1 : replaced;
			current.push(Math.min(above[column]! + 1, current[column - 1]! + 1, replaced, swapped));
		}
		rows.push(current);
	}
	return rows[from.length]![to.length]!;
}
