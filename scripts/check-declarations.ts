// Fails when a public declaration has an optional property that can't be undefined, which users
// meet under `exactOptionalPropertyTypes`. It reads the built packages, as a part of
// `npm run check`.
import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** An optional property of a declaration, with its type. */
export interface OptionalProperty {
	readonly name: string;
	readonly type: string;
}

/**
 * The optional properties that have a line each in a text of declarations. Parameters of methods
 * take undefined anyway, and values of constants are only read.
 */
export function optionalProperties(declarations: string): OptionalProperty[] {
	const text = declarations.replace(/^(?:export )?declare const \w+: .*\{$[\s\S]*?^\}[>)]*;$/gm, "");
	return [...text.matchAll(/^[ \t]*(?:readonly )?([\w$]+|"[^"]+")\?: /gm)].map((match) => {
		const begin = match.index + match[0].length;
		let [end, depth] = [begin, 0];
		for (; end < text.length && (depth > 0 || text[end] !== ";"); end++) {
			if ("{([<".includes(text[end]!)) depth++;
			else if ("})]".includes(text[end]!) || (text[end] === ">" && text[end - 1] !== "=")) depth--;
		}
		return { name: match[1]!, type: text.slice(begin, end) };
	});
}

/** @returns a line for each optional property that can't be undefined. */
export function faultsOfDeclarations(path: string, text: string): string[] {
	return optionalProperties(text)
		.filter(({ type }) => !/\bundefined$/.test(type))
		.map(({ name }) => `${path}: ${name} is optional, but its type leaves out undefined.`);
}

/** The declaration files that a package's entry points reach, with their texts. */
function declarationsOf(folder: string): Map<string, string> {
	const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
		exports: Record<string, { types?: string }>;
	};
	const reached = new Map<string, string>();
	const open = Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [join(folder, types)]));
	for (let file = open.pop(); file !== undefined; file = open.pop()) {
		if (reached.has(file)) continue;
		const text = readFileSync(file, "utf8");
		reached.set(file, text);
		for (const [, specifier] of text.matchAll(/(?:\bfrom |\bimport\()"(\.[^"]+)"/g))
			open.push(join(dirname(file), specifier!.replace(/\.[jt]s$/, ".d.ts")));
	}
	return reached;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const root = fileURLToPath(new URL("../", import.meta.url));
	const texts = ["", "packages/client", "packages/rerun"].flatMap((name) => [...declarationsOf(join(root, name))]);
	const properties = texts.flatMap(([, text]) => optionalProperties(text)).length;
	if (properties < 500)
		throw new Error(`Only ${properties} optional properties were found: the build is incomplete.`);
	const faults = texts.flatMap(([file, text]) =>
		faultsOfDeclarations(relative(root, file).split(sep).join("/"), text),
	);
	if (faults.length > 0) {
		console.error(`${faults.join("\n")}\n${faults.length} faults of declarations.`);
		process.exitCode = 1;
	} else console.log(`${properties} optional properties of ${texts.length} declaration files can be undefined.`);
}
