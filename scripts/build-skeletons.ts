// Turns the facts of skeletons.json into one typed table for each skeleton, and one of the parents
// of all:
//   node scripts/build-skeletons.ts
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const FOLDER = "src/skeleton/tables";

/** A table of skeletons.json. */
export interface SkeletonFacts {
	readonly file: string;
	readonly prefix: string;
	readonly what: string;
	readonly source: string;
	/** The table that its bones' `map` points into. */
	readonly mapsTo?: string;
	readonly aliases?: Readonly<Record<string, string>>;
	readonly bones: readonly {
		readonly id: number;
		readonly name: string;
		readonly parent: number | null;
		readonly label?: string;
		readonly map?: number;
	}[];
}

/** Every table of the committed facts, by name. */
export function readSkeletonFacts(): Readonly<Record<string, SkeletonFacts>> {
	return (
		JSON.parse(readFileSync(join(ROOT, "scripts/skeletons.json"), "utf8")) as {
			tables: Record<string, SkeletonFacts>;
		}
	).tables;
}

/** The text of every generated file, by absolute path. */
export function generateSkeletonSources(): Map<string, string> {
	const tables = readSkeletonFacts();
	return new Map([
		...Object.entries(tables).map(([name, table]): [string, string] => [
			join(ROOT, FOLDER, `${table.file}.generated.ts`),
			source(name, table, tables),
		]),
		[join(ROOT, FOLDER, "parents.generated.ts"), parentsSource(tables)],
	]);
}

const HEAD =
	"// Written by scripts/build-skeletons.ts from scripts/skeletons.json. " +
	"Not edited by hand; a test compares the two.";

/** Text of the file of parents, which has no names: a page that only sends poses needs none. */
function parentsSource(tables: Readonly<Record<string, SkeletonFacts>>): string {
	return [
		HEAD,
		"",
		...Object.entries(tables).flatMap(([name, { bones }]) => {
			const parents = bones.map(({ parent }) => parent ?? -1).join(", ");
			return [
				`/** Parents of the bones of ${name}, by id; -1 without one. */`,
				`export const ${constantName(name)}_PARENTS: readonly number[] = [${parents}];`,
				"",
			];
		}),
	].join("\n");
}

function constantName(name: string): string {
	return name.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=XR)(?=[A-Z])/g, "_").toUpperCase();
}

function source(name: string, table: SkeletonFacts, tables: Readonly<Record<string, SkeletonFacts>>): string {
	for (const [index, { id }] of table.bones.entries())
		if (id !== index) throw new Error(`${name}: the ids are not 0, 1, 2 and so on.`);
	const type = name.startsWith("WebXR") ? `${name}Joint` : `${name}Bone`;
	const constant = constantName(name);
	const labels = table.bones.map(
		(bone) =>
			bone.label ??
			(table.mapsTo === undefined ? words(bone.name) : tables[table.mapsTo]!.bones[bone.map!]!.label!),
	);
	const mapped = table.bones.map((bone) => bone.map ?? Number.NaN).join(", ");
	const mapName = `${constant}_TO_${table.mapsTo === "XRHand" ? "XR_HAND" : "FULL_BODY"}`;
	const aliases = JSON.stringify(table.aliases);
	return [
		HEAD,
		"",
		`/** ${table.what} Source: ${table.source}. */`,
		`export const ${type} = {`,
		...table.bones.map(({ name, id }) => `\t${/^\w+$/.test(name) ? name : JSON.stringify(name)}: ${id},`),
		"} as const;",
		`export type ${type} = (typeof ${type})[keyof typeof ${type}];`,
		"",
		"/** Names of the bones in words, by id. */",
		`export const ${constant}_LABELS: readonly string[] = [`,
		...labels.map((label) => `\t${JSON.stringify(label)},`),
		"];",
		...(table.aliases === undefined
			? []
			: [
					"",
					"/** Other spellings, and the name that each stands for. */",
					`export const ${constant}_ALIASES: Readonly<Record<string, string>> = ${aliases};`,
				]),
		...(table.mapsTo === undefined
			? []
			: [
					"",
					`/** The ${table.mapsTo} bone of each joint, by id. */`,
					`export const ${mapName}: readonly number[] = [${mapped}];`,
				]),
		"",
	].join("\n");
}

/** "LeftHip" is "Left hip", "Spine1" is "Spine 1". */
function words(name: string): string {
	const [first = "", ...rest] = name.split(/(?<=[a-z])(?=[A-Z0-9])/);
	return [first, ...rest.map((word) => word.toLowerCase())].join(" ");
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	for (const [file, text] of generateSkeletonSources()) writeFileSync(file, text);
