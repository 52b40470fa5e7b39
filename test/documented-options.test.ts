import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { compareCommand } from "../src/cli/compare-command.ts";
import { exportCommand } from "../src/cli/export-command.ts";
import { playMotionCommand } from "../src/cli/play-motion-command.ts";
import { recordMotionCommand } from "../src/cli/record-motion-command.ts";
import { rerunCommand } from "../src/cli/rerun-command.ts";
import { serveCommand } from "../src/cli/serve-command.ts";
import { tagCommand } from "../src/cli/tag-command.ts";
import { completeConnectOptions } from "../src/client/connect-options.ts";
import { completeServeOptions } from "../src/server/options.ts";
import { SAFETY_OPTIONS } from "../src/server/safety-options.ts";
import { SOURCE_OPTIONS } from "../src/source/source-options.ts";

interface Row {
	readonly names: readonly string[];
	readonly stated: string;
}

/** The rows of the first table of options below a heading. */
function tableOf(file: string, heading: string): Row[] {
	const text = readFileSync(new URL(`../docs/${file}`, import.meta.url), "utf8");
	const section = text.slice(text.indexOf(`\n${heading}\n`));
	const [table] = /\| option \| meaning \| default \|\n[\s\S]*?\n\n/.exec(section)!;
	return table
		.split("\n")
		.slice(2)
		.filter((line) => line !== "")
		.map((line) => {
			const cells = line.split(" | ");
			return {
				names: [...cells[0]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!),
				stated: cells.at(-1)!.replace(/\|$/, "").trim(),
			};
		});
}

/** Defaults that are a literal in the document. The others are words: "as many as cores". */
function checkDefault(name: string, value: unknown, stated: string): void {
	if (typeof value === "boolean") expect([name, stated]).toEqual([name, `\`${value}\``]);
	if (stated === "as many as cores") expect([name, value]).toEqual([name, availableParallelism()]);
	else if (typeof value === "number")
		expect([name, stated]).toEqual([name, String(value).replace(/(?<=^\d\d?)000000$/, "_000_000")]);
	if (typeof value === "string" && value !== "" && !/PATH/.test(stated))
		expect([name, stated]).toEqual([name, `\`${value}\``]);
}

function checkTable(rows: readonly Row[], options: Readonly<Record<string, unknown>>): void {
	expect(rows.flatMap(({ names }) => names).sort()).toEqual(Object.keys(options).sort());
	for (const { names, stated } of rows) {
		const defaults = names.length === 1 ? [stated] : stated.split(", ");
		for (const [index, name] of names.entries()) checkDefault(name, options[name], defaults[index] ?? stated);
	}
}

const flat = (prefix: string, options: object) =>
	Object.fromEntries(Object.entries(options).map(([name, value]) => [`${prefix}${name}`, value]));

/** Flags by their long names, with defaults. */
const flagsOf = (command: Command) =>
	new Map(command.options.map(({ long, defaultValue, negate }) => [long!, negate ? undefined : defaultValue]));

describe("the documents", () => {
	it("name every option of serve() with its default", () => {
		const { view, safety, sourceOptions, ...options } = completeServeOptions();
		const complete = { ...options, safety: undefined, sourceOptions, ...flat("view.", view) };
		checkTable(tableOf("server.md", "## Options"), complete);
		const safeties = Object.fromEntries(Object.keys(SAFETY_OPTIONS).map((name) => [name, undefined]));
		checkTable(tableOf("server.md", "## Safety"), { ...safeties, ...safety });
		// Options without a default are missing among the complete ones.
		const names = Object.fromEntries(Object.keys(SOURCE_OPTIONS).map((name) => [name, undefined]));
		checkTable(tableOf("server.md", "### Sources"), { ...names, ...sourceOptions });
	});

	it("name every option of a recording", () => {
		const { record } = completeServeOptions({ record: { directory: "a", name: "a" } });
		const rows = tableOf("recording.md", "## Options");
		expect(rows.map(({ names }) => names[0]).sort()).toEqual(Object.keys(record ?? {}).sort());
		for (const { names, stated } of rows) {
			const value = record?.[names[0] as keyof typeof record];
			if (typeof value === "string" && value !== "a") expect(stated).toBe(`\`${value}\``);
		}
	});

	it("name every option of connect() with its default", () => {
		const { url: _url, ...options } = completeConnectOptions({ url: "http://a" });
		checkTable(
			tableOf("client.md", "## connect").filter(({ names }) => names[0] !== "url"),
			options,
		);
	});

	it("name every flag of most commands with its default", () => {
		const serve = flagsOf(serveCommand());
		const own = [...flagsOf(recordMotionCommand())].filter(([name]) => !serve.has(name));
		for (const [rows, flags] of [
			[tableOf("cli.md", "## serve"), serve],
			[tableOf("cli.md", "## record-motion"), new Map(own)],
			[tableOf("cli.md", "## tag"), flagsOf(tagCommand())],
			[tableOf("cli.md", "## compare"), flagsOf(compareCommand())],
			[tableOf("cli.md", "## export"), flagsOf(exportCommand())],
			[tableOf("cli.md", "## play-motion"), flagsOf(playMotionCommand())],
			[tableOf("cli.md", "## rerun"), flagsOf(rerunCommand())],
		] as const) {
			const documented = new Map(
				rows.flatMap(({ names, stated }) => names.map((name) => [/--[\w-]+/.exec(name)?.[0], stated] as const)),
			);
			documented.delete(undefined);
			expect([...documented.keys()].sort()).toEqual([...flags.keys()].sort());
			for (const [flag, value] of flags) {
				if (typeof value !== "string" && typeof value !== "number") continue;
				const stated = documented.get(flag)!.replaceAll("`", "").replace(/M$/, "000000");
				expect([flag, stated]).toEqual([flag, String(value)]);
			}
		}
	});
});
