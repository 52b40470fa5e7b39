import type { BlockCoverage } from "./block-coverage.ts";
import { Mutator } from "./mutator.ts";

/** Code that reads bytes from outside. */
export interface FuzzTarget {
	/** Source files whose coverage guides the search, relative to the repository. */
	readonly covers: readonly string[];
	/** Pieces that the format is made of. */
	readonly dictionary?: readonly string[];
	/** Longest input, bytes. @default 4096 */
	readonly maxBytes?: number;
	/** Valid inputs to begin with. */
	seeds(): Iterable<Uint8Array> | Promise<Iterable<Uint8Array>>;
	/** Reads one input. Whatever it throws is a fault: what the code may throw is caught here. */
	run(input: Uint8Array): void | Promise<void>;
}

export interface FuzzOptions {
	readonly seconds: number;
	/** Stops earlier after so many executions. @default none */
	readonly maxExecutions?: number;
	readonly random: () => number;
	/** Inputs found earlier, besides the seeds. */
	readonly corpus?: readonly Uint8Array[];
}

export interface FuzzReport {
	readonly executions: number;
	readonly seconds: number;
	readonly slowestMs: number;
	/** Inputs that reached blocks which no input before them had reached, seeds included. */
	readonly corpus: readonly Uint8Array[];
	/** The input that showed a fault, if one did: the search ends there. */
	readonly failure: { readonly input: Uint8Array; readonly error: unknown } | undefined;
}

/**
 * Mutants that run between two looks at the coverage, since a look costs as much as many short
 * runs.
 */
const BATCH = 32;
/** A run that takes this much processor time is a fault. */
const MAX_CPU_MS = 5000;

class Failure extends Error {
	readonly input: Uint8Array;
	constructor(input: Uint8Array, cause: unknown) {
		super("A fault was found.", { cause });
		this.input = input;
	}
}

/** Looks for inputs that a target does not bear, guided by the blocks of code that they reach. */
export async function fuzz(target: FuzzTarget, coverage: BlockCoverage, options: FuzzOptions): Promise<FuzzReport> {
	const { random, seconds, maxExecutions = Number.POSITIVE_INFINITY } = options;
	const mutator = new Mutator({
		maxBytes: target.maxBytes ?? 4096,
		random,
		...(target.dictionary && { dictionary: target.dictionary }),
	});
	const corpus: Uint8Array[] = [];
	const began = performance.now();
	const untilMs = began + seconds * 1000;
	let executions = 0;
	let slowestMs = 0;
	let failure: FuzzReport["failure"];

	const run = async (input: Uint8Array) => {
		const startMs = performance.now();
		const cpu = process.cpuUsage();
		executions++;
		try {
			await target.run(input);
		} catch (error) {
			throw new Failure(input, error);
		}
		const ms = performance.now() - startMs;
		slowestMs = Math.max(slowestMs, ms);
		// The clock also counts what other programs took of the processor.
		if (ms < MAX_CPU_MS) return;
		const { user, system } = process.cpuUsage(cpu);
		if ((user + system) / 1000 >= MAX_CPU_MS)
			throw new Failure(input, new Error(`The input takes ${Math.round(ms)} ms.`));
	};
	/** Runs inputs one by one, and keeps those that reach something new. */
	const keepNew = async (inputs: Iterable<Uint8Array>) => {
		for (const input of inputs) {
			await run(input);
			if (coverage.take()) corpus.push(input);
		}
	};

	try {
		await keepNew([...(await target.seeds()), ...(options.corpus ?? [])]);
		if (corpus.length === 0) corpus.push(new Uint8Array());
		coverage.take();
		while (performance.now() < untilMs && executions < maxExecutions) {
			const batch = Array.from({ length: BATCH }, () =>
				mutator.mutate(pick(corpus, random), pick(corpus, random)),
			);
			for (const input of batch) await run(input);
			if (coverage.peek()) await keepNew(batch);
		}
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		failure = { input: error.input, error: error.cause };
	}
	return { executions, seconds: (performance.now() - began) / 1000, slowestMs, corpus, failure };
}

/** One item of a list, the later half more often: inputs that were found last reach deepest. */
function pick<T>(list: readonly T[], random: () => number): T {
	const share = random() < 0.5 ? 0.5 + random() / 2 : random();
	return list[Math.min(list.length - 1, Math.floor(share * list.length))]!;
}
