// npm run bench [-- NAME ...] [--json FILE] [--against REVISION [--rounds N]]
// npm run bench -- network [--links NAME,...] [--peer none] [--trace FOLDER] [--json FILE]
//
// Prints a table of measured values and their targets; FILE receives the same rows as JSON. With
// --against the benches run on this tree and on another revision in turn, and the table has both:
// exit code 1 when a row has become slower.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MIN_ROUNDS, runAgainst } from "./against.ts";
import type { BenchRow, NamedBenchRow } from "./bench-row.ts";
import { rounded, textTable } from "./text-table.ts";

const BENCHES = [
	"projector",
	"writer",
	"quality",
	"pipeline",
	"render",
	"realtime",
	"viewers",
	"latency",
	"display",
	"sound",
	"low-rates",
	"codecs",
	"foveated",
	"sending",
	"rerun",
	"recording",
	"live-view",
	"cameras",
	"relayed",
	"tracking",
] as const;
/** Benches that run only when they are named: they take minutes. */
const LONG_BENCHES = ["network", "recording-hour", "recording-kills", "recording-table"] as const;
const USAGE_ERROR = 2;

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		json: { type: "string" },
		against: { type: "string" },
		rounds: { type: "string", default: String(MIN_ROUNDS) },
		links: { type: "string" },
		peer: { type: "string" },
		trace: { type: "string" },
	},
});
const known: readonly string[] = [...BENCHES, ...LONG_BENCHES];
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) refuse(`There is no bench ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
const { links, peer, trace } = values;
const ofNetwork = links ?? peer ?? trace;
if (ofNetwork !== undefined && (values.against !== undefined || positionals.join() !== "network"))
	refuse("--links, --peer and --trace belong to the bench network alone, without --against.");
const rounds = Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds >= MIN_ROUNDS))
	refuse(`--rounds is a whole number from ${MIN_ROUNDS} on; got ${values.rounds}.`);
if (values.against !== undefined && values.json !== undefined)
	refuse("--json holds the rows of one tree: it can't be combined with --against.");

const names = positionals.length > 0 ? positionals : BENCHES;
if (values.against !== undefined) {
	await compare(values.against);
} else {
	const rows: NamedBenchRow[] = [];
	try {
		for (const name of names) rows.push(...(names.length === 1 ? await run(name) : runApart(name)));
	} catch (error) {
		if (!(error instanceof RangeError && ofNetwork !== undefined)) throw error;
		refuse(error.message);
	}
	console.log(resultsTable(rows));
	if (values.json !== undefined) writeRows(values.json, rows);
	// Some engines keep threads of their own alive.
	process.exit(0);
}

function refuse(message: string): never {
	console.error(message);
	process.exit(USAGE_ERROR);
}

async function compare(revision: string): Promise<void> {
	const stop = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
		process.once(signal, () => stop.abort(new Error(`Stopped by ${signal}.`)));
	try {
		if (!(await runAgainst(revision, names, rounds, stop.signal))) process.exitCode = 1;
	} catch (error) {
		if (!(error instanceof RangeError || stop.signal.aborted)) throw error;
		console.error(error instanceof RangeError ? error.message : String(stop.signal.reason.message));
		process.exitCode = USAGE_ERROR;
	}
}

async function run(name: string): Promise<NamedBenchRow[]> {
	console.error(`${name} ...`);
	const bench = (await import(`./${name}.ts`)) as { run: (options: object) => Promise<BenchRow[]> };
	return (await bench.run({ links, peer, trace })).map((row) => ({ bench: name, ...row }));
}

/** Runs a bench in a process of its own: threads and memory of one bench don't slow the next. */
function runApart(name: string): NamedBenchRow[] {
	const folder = mkdtempSync(join(tmpdir(), "panogaze-bench-"));
	try {
		const file = join(folder, "rows.json");
		execFileSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), name, "--json", file], {
			stdio: ["ignore", "ignore", "inherit"],
		});
		return readRows(file);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

function readRows(file: string): NamedBenchRow[] {
	const rows = JSON.parse(readFileSync(file, "utf8")) as NamedBenchRow[];
	// JSON has null for a value that could not be measured.
	return rows.map((row) => ({ ...row, value: row.value ?? Number.NaN }));
}

/** Writes rows into a file that may hold those of other benches, which stay. */
function writeRows(file: string, rows: readonly NamedBenchRow[]): void {
	const measured = new Set(rows.map(({ bench }) => bench));
	const others = existsSync(file) ? readRows(file).filter(({ bench }) => !measured.has(bench)) : [];
	writeFileSync(file, `${JSON.stringify([...others, ...rows], null, "\t")}\n`);
}

function resultsTable(rows: readonly NamedBenchRow[]): string {
	return textTable([
		["bench", "measured", "peer", "ratio", "target", ""],
		...rows.map((row) => [
			`${row.bench} ${row.name}`,
			`${rounded(row.value)} ${row.unit}`,
			row.peer === null ? "" : `${row.peer} ${row.peerValue === null ? "" : rounded(row.peerValue)}`,
			row.ratio === null ? "" : `${rounded(row.ratio)}x`,
			row.target,
			[row.met ? "met" : "MISSED", row.note ?? ""].join("  ").trimEnd(),
		]),
	]);
}
