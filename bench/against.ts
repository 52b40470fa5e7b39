import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NamedBenchRow } from "./bench-row.ts";
import { compareRounds, comparisonTable, type Round } from "./comparison.ts";
import { RevisionTree } from "./revision-tree.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Fewest rounds that have a median and a spread. */
export const MIN_ROUNDS = 3;

/**
 * Runs benches on this tree and on another revision in turn, and prints the comparison.
 *
 * Every run is the tree's own `npm run bench -- NAME --json FILE`, which is all that a revision
 * needs to have: its layout and its benches are its own.
 * @returns whether no row has become slower.
 * @throws {RangeError} when there is no such revision.
 * @throws {Error} when a bench fails.
 */
export async function runAgainst(
	revision: string,
	names: readonly string[],
	rounds: number,
	signal: AbortSignal,
): Promise<boolean> {
	using tree = new RevisionTree(revision);
	const measured: Round[] = [];
	for (let round = 1; round <= rounds; round++) {
		console.error(`Round ${round} of ${rounds}`);
		// One bench on both trees, then the next: the two values of a row are close in time.
		const ours: NamedBenchRow[] = [];
		const theirs: NamedBenchRow[] = [];
		for (const name of names) {
			ours.push(...(await runBench(root, name, signal)));
			theirs.push(...(await runBench(tree.folder, name, signal)));
		}
		measured.push({ ours, theirs });
	}
	const comparisons = compareRounds(measured);
	console.log(comparisonTable(comparisons, revision));
	return !comparisons.some(({ slower }) => slower);
}

async function runBench(folder: string, name: string, signal: AbortSignal): Promise<NamedBenchRow[]> {
	signal.throwIfAborted();
	const results = mkdtempSync(join(tmpdir(), "panogaze-bench-"));
	try {
		const file = join(results, "rows.json");
		const child = spawn("npm", ["run", "--silent", "bench", "--", name, "--json", file], {
			cwd: folder,
			env: environmentWithoutNpm(),
			stdio: ["ignore", "ignore", "inherit"],
			signal,
		});
		const [code] = (await once(child, "close")) as [number | null];
		signal.throwIfAborted();
		if (code !== 0) throw new Error(`The bench ${name} ended with exit code ${code} in ${folder}.`);
		return JSON.parse(readFileSync(file, "utf8")) as NamedBenchRow[];
	} finally {
		rmSync(results, { recursive: true, force: true });
	}
}

/** npm describes the package whose script it runs in variables, which another one must not see. */
function environmentWithoutNpm(): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
}
