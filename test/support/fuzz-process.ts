// Fuzzes a parser with a fault that only its blocks lead to: node test/support/fuzz-process.ts SEED
// Prints the report as JSON, the failing input as hexadecimal.
import { fileURLToPath } from "node:url";
import { BlockCoverage } from "../../fuzz/block-coverage.ts";
import { fuzz } from "../../fuzz/fuzzer.ts";
import { seededRandom } from "../../src/skeleton/seeded-random.cases.ts";

const file = new URL("./fragile-parser.ts", import.meta.url);
using coverage = new BlockCoverage();
const { parse } = (await import(file.href)) as typeof import("./fragile-parser.ts");
coverage.watch([fileURLToPath(file)]);
const { executions, failure, corpus } = await fuzz(
	{ covers: [], maxBytes: 16, seeds: () => [Buffer.from("........")], run: (input) => parse(input) },
	coverage,
	{ seconds: 60, maxExecutions: 200_000, random: seededRandom(Number(process.argv[2])) },
);
console.log(
	JSON.stringify({
		executions,
		corpus: corpus.length,
		failing: failure && Buffer.from(failure.input).toString("hex"),
	}),
);
