// npm run fuzz -- NAME ... [--seconds 60] [--seed 1] [--save]: feeds mutated inputs to parsers of
// data from outside, guided by coverage. An input that shows a fault is written into fuzz/failures,
// and the exit status is 1. --save keeps inputs that reached new code in fuzz/corpus.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { seededRandom } from "../src/skeleton/seeded-random.cases.ts";
import { BlockCoverage } from "./block-coverage.ts";
import { type FuzzTarget, fuzz } from "./fuzzer.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const here = join(root, "fuzz");
const NAMES = readdirSync(join(here, "targets"), "utf8").map((file) => file.replace(/\.ts$/, ""));
/** Longest input that is kept, and how many of a target's: the corpus is part of the repository. */
const MAX_SAVED_BYTES = 1024;
const MAX_SAVED = 40;

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		seconds: { type: "string", default: "60" },
		seed: { type: "string", default: "1" },
		save: { type: "boolean", default: false },
	},
});
const seconds = Number(values.seconds);
const wrong = positionals.filter((name) => name !== "all" && !NAMES.includes(name));
if (positionals.length === 0 || wrong.length > 0 || !(seconds > 0)) {
	if (wrong.length > 0) console.error(`There is no target ${wrong.join(", ")}.`);
	console.error(`npm run fuzz -- NAME ... [--seconds 60] [--seed 1] [--save]\nTargets: ${NAMES.join(", ")}, or all.`);
	process.exit(2);
}

const names = positionals.includes("all") ? NAMES : positionals;
const failed = names.length === 1 ? await fuzzTarget(names[0]!) : names.map(fuzzApart).includes(true);
// Some engines keep threads of their own alive.
process.exit(failed ? 1 : 0);

/**
 * Each of several in a process of its own, with modules and memory of its own.
 * @returns whether it failed.
 */
function fuzzApart(name: string): boolean {
	const own = [name, "--seconds", values.seconds, "--seed", values.seed, ...(values.save ? ["--save"] : [])];
	return (
		spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), ...own], { stdio: "inherit" })
			.status !== 0
	);
}

/** @returns whether a fault was found. */
async function fuzzTarget(name: string): Promise<boolean> {
	using coverage = new BlockCoverage();
	const { target } = (await import(`./targets/${name}.ts`)) as { target: FuzzTarget };
	const files = target.covers.map((file) => join(root, file));
	coverage.watch(files);
	const report = await fuzz(target, coverage, {
		seconds,
		random: seededRandom(Number(values.seed)),
		corpus: savedInputs(name),
	});
	const { executions, corpus, slowestMs, failure } = report;
	const shares = files.map(
		(file) =>
			`${Math.round(coverage.lineShare(file, readFileSync(file, "utf8")) * 100)} % of ${file.slice(root.length)}`,
	);
	console.log(
		`${name}: ${executions} executions in ${report.seconds.toFixed(1)} s, ${corpus.length} inputs, ` +
			`slowest ${slowestMs.toFixed(0)} ms; lines run: ${shares.join(", ")}`,
	);
	if (values.save) save(name, corpus);
	if (failure === undefined) return false;
	const path = join(here, "failures", `${name}-${nameOf(failure.input)}`);
	mkdirSync(join(here, "failures"), { recursive: true });
	writeFileSync(path, failure.input);
	console.error(`${name}: a fault, with the input in ${path.slice(root.length)}:`);
	console.error(failure.error);
	return true;
}

function savedInputs(name: string): Uint8Array[] {
	const folder = join(here, "corpus", name);
	if (!existsSync(folder)) return [];
	return readdirSync(folder).map((file) => readFileSync(join(folder, file)));
}

function save(name: string, corpus: readonly Uint8Array[]): void {
	const folder = join(here, "corpus", name);
	mkdirSync(folder, { recursive: true });
	const kept = corpus.filter(({ length }) => length <= MAX_SAVED_BYTES).slice(-MAX_SAVED);
	for (const input of kept) writeFileSync(join(folder, nameOf(input)), input);
}

function nameOf(input: Uint8Array): string {
	return createHash("sha256").update(input).digest("hex").slice(0, 16);
}
