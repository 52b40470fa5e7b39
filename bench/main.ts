// npm run bench [-- NAME ...] [--json FILE]: prints a table of measured against target; the file
// gets the same rows as an array.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { BenchRow } from "./bench-row.ts";

const BENCHES = [
	"projector",
	"pipeline",
	"realtime",
	"viewers",
	"latency",
	"low-rates",
	"sending",
	"rerun",
	"tracking",
] as const;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "string" } } });
const unknown = positionals.filter((name) => !(BENCHES as readonly string[]).includes(name));
if (unknown.length > 0) {
	console.error(`There is no bench ${unknown.join(", ")}. There are: ${BENCHES.join(", ")}.`);
	process.exit(2);
}

const names = positionals.length > 0 ? positionals : BENCHES;
const rows: BenchRow[] = [];
for (const name of names) rows.push(...(names.length === 1 ? await run(name) : runApart(name)));
print(rows);
if (values.json !== undefined)
	writeFileSync(values.json, `${JSON.stringify([...rowsOf(values.json), ...rows], null, "\t")}\n`);
// Some engines keep threads of their own alive.
process.exit(0);

async function run(name: string): Promise<BenchRow[]> {
	console.error(`${name} ...`);
	const bench = (await import(`./${name}.ts`)) as { run: () => Promise<BenchRow[]> };
	return bench.run();
}

/**
 * Each of several in a process of its own: what one leaves behind (threads, memory) is not measured
 * with the next.
 */
function runApart(name: string): BenchRow[] {
	const file = join(mkdtempSync(join(tmpdir(), "panogaze-bench-")), "rows.json");
	execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, "--json", file], {
		stdio: ["ignore", "ignore", "inherit"],
	});
	return JSON.parse(readFileSync(file, "utf8")) as BenchRow[];
}

/** Rows of other benches that an earlier run left in the file. */
function rowsOf(file: string): BenchRow[] {
	if (!existsSync(file)) return [];
	const measured = new Set(rows.map(({ bench }) => bench));
	return (JSON.parse(readFileSync(file, "utf8")) as BenchRow[]).filter(({ bench }) => !measured.has(bench));
}

function print(measured: readonly BenchRow[]): void {
	const cells = measured.map((row) => [
		`${row.bench} ${row.name}`,
		`${rounded(row.value)} ${row.unit}`,
		row.peer === null ? "" : `${row.peer} ${row.peerValue === null ? "" : `${rounded(row.peerValue)} ${row.unit}`}`,
		row.ratio === null ? "" : `${rounded(row.ratio)}x`,
		row.target,
		row.met ? "met" : "MISSED",
	]);
	const table = [["bench", "measured", "peer", "ratio", "target", ""], ...cells];
	const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
	for (const line of table)
		console.log(
			line
				.map((cell, column) => cell.padEnd(widths[column]!))
				.join("  ")
				.trimEnd(),
		);
}

function rounded(value: number): string {
	return Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
