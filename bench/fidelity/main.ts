// npm run bench:fidelity [-- --write]
//
// Compares drawn pictures with the exact answer: ours, FFmpeg's v360 and, where Python has it,
// OpenCV. --write puts the tables into docs/fidelity.md.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { textTable } from "../text-table.ts";
import { OpenCv } from "./opencv.ts";
import { Ours } from "./ours.ts";
import { everyInput, type FidelityTable, minification, roundTrips, wholeSphere } from "./tables.ts";

const DOCUMENT = fileURLToPath(new URL("../../docs/fidelity.md", import.meta.url));
const [BEGIN, END] = ["<!-- tables: npm run bench:fidelity -- --write -->", "<!-- end of tables -->"];

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
using openCv = await OpenCv.start();
const ours = await Ours.open();
const programs = { ours, openCv };
console.error(openCv === undefined ? "OpenCV is not at hand." : `OpenCV ${openCv.version}`);
const tables: FidelityTable[] = [];
for (const make of [wholeSphere, minification, everyInput, roundTrips]) {
	const table = await make(programs);
	tables.push(table);
	console.log(`${table.title}\n\n${textTable(table.rows)}\n`);
}
if (values.write) {
	const text = readFileSync(DOCUMENT, "utf8");
	const [before, rest] = text.split(BEGIN);
	const after = rest?.split(END)[1];
	if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has no place for the tables.`);
	writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${tables.map(markdown).join("\n")}\n${END}${after}`);
}

function markdown({ title, rows: [head = [], ...rows] }: FidelityTable): string {
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [`### ${title}`, "", line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}
