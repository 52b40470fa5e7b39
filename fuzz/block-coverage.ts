import { Session } from "node:inspector";
import { fileURLToPath } from "node:url";

interface CoveredRange {
	readonly startOffset: number;
	readonly endOffset: number;
	readonly count: number;
}
interface ScriptCoverage {
	readonly url: string;
	readonly functions: readonly { readonly ranges: readonly CoveredRange[] }[];
}

/**
 * Which code of some source files has run, to the block, as V8 counts it
 * (`Profiler.takePreciseCoverage`). Everything else that runs is left out: a target's own code is
 * what its inputs should reach.
 */
export class BlockCoverage implements Disposable {
	readonly #session = new Session();
	#files: ReadonlySet<string> = new Set();
	/** Each file's characters: 1 where the code has run. */
	readonly #executed = new Map<string, Uint8Array>();

	/**
	 * Counting begins now: V8 counts blocks of functions that it compiles from now on, so import
	 * the code afterwards.
	 */
	constructor() {
		this.#session.connect();
		this.#session.post("Profiler.enable");
		this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
	}

	/** @param files absolute paths of the source files that count. */
	watch(files: Iterable<string>): void {
		this.#files = new Set(files);
	}

	/**
	 * @returns whether code has run for the first time since the last call. It counts as seen from
	 * now on.
	 */
	take(): boolean {
		let isNew = false;
		for (const [file, painted] of this.#painted()) {
			if (!hasNews(painted, this.#executed.get(file))) continue;
			isNew = true;
			const former = this.#executed.get(file);
			if (former !== undefined)
				for (let index = 0; index < former.length; index++) painted[index]! |= former[index]!;
			this.#executed.set(file, painted);
		}
		return isNew;
	}

	/** The same answer as `take` gives, without marking the code as seen. */
	peek(): boolean {
		for (const [file, painted] of this.#painted()) if (hasNews(painted, this.#executed.get(file))) return true;
		return false;
	}

	/**
	 * The share of a file's lines of code of which the first character has run, 0 to 1.
	 * @param source its text.
	 */
	lineShare(file: string, source: string): number {
		const executed = this.#executed.get(file);
		let [lines, run] = [0, 0];
		let at = 0;
		let inComment = false;
		for (const line of source.split("\n")) {
			const text = line.trimStart();
			if (text.startsWith("/*")) inComment = true;
			if (text !== "" && !inComment && !text.startsWith("//")) {
				lines++;
				run += executed?.[at + line.length - text.length] ?? 0;
			}
			if (text.includes("*/")) inComment = false;
			at += line.length + 1;
		}
		return lines === 0 ? 0 : run / lines;
	}

	[Symbol.dispose](): void {
		this.#session.post("Profiler.stopPreciseCoverage");
		this.#session.disconnect();
	}

	/**
	 * Code that has run since the last call, a number for each character. V8 reports nested ranges,
	 * run and not run, so inner ranges are painted over outer ones.
	 */
	*#painted(): Generator<[file: string, painted: Uint8Array]> {
		let result: readonly ScriptCoverage[] = [];
		// A session in its own thread answers before `post` returns.
		this.#session.post(
			"Profiler.takePreciseCoverage",
			(error: Error | null, taken: { result: ScriptCoverage[] }) => {
				if (error !== null) throw error;
				result = taken.result;
			},
		);
		for (const { url, functions } of result) {
			if (!url.startsWith("file:")) continue;
			const file = fileURLToPath(url);
			if (!this.#files.has(file)) continue;
			// Ranges are nested: the innermost one counts.
			const ranges = functions.flatMap((entry) => entry.ranges).toSorted((a, b) => lengthOf(b) - lengthOf(a));
			const painted = new Uint8Array(
				Math.max(...ranges.map(({ endOffset }) => endOffset), this.#executed.get(file)?.length ?? 0),
			);
			for (const { startOffset, endOffset, count } of ranges)
				painted.fill(count > 0 ? 1 : 0, startOffset, endOffset);
			yield [file, painted];
		}
	}
}

function lengthOf({ startOffset, endOffset }: CoveredRange): number {
	return endOffset - startOffset;
}

function hasNews(painted: Uint8Array, executed: Uint8Array | undefined): boolean {
	for (let index = 0; index < painted.length; index++)
		if (painted[index] === 1 && executed?.[index] !== 1) return true;
	return false;
}
