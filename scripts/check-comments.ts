// Fails when comments are missing or out of shape, as a part of `npm run check`:
// `node scripts/check-comments.ts` prints each fault.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type * as ESTree from "oxc-parser";
import { type Comment, parseSync } from "oxc-parser";

/** The files of one project, by their paths from its root. */
export interface Project {
	/** @throws if there is no such file. */
	readonly read: (path: string) => string;
	/** The entry file of a package of this name, if its sources belong to the project. */
	readonly entryOf: (packageName: string) => string | undefined;
}

const COLUMNS_OF_COMMENT = 100;
const COLUMNS = 120;
const TAB_WIDTH = 4;

/** Beginnings that make a fragment of a summary. */
const FRAGMENT = /^(Of|By|As|Whose|Asked|Told|Heard|With which|From which|To which|In which|At which)\b/;

/** @returns a line for each line that is too wide, and each summary that begins as a fragment. */
export function faultsOfLayout(path: string, text: string): string[] {
	const faults: string[] = [];
	const { comments } = parsed(path, text);
	const lines = text.split("\n");
	const starts = lineStarts(lines);
	const commentLines = new Set<number>();
	for (const { start, end, value, type } of comments) {
		const first = lineAt(starts, start);
		for (let line = first; line <= lineAt(starts, end - 1); line++) {
			// A comment behind code belongs to a line of code.
			if (line > first || lines[line]?.slice(0, start - (starts[line] ?? 0)).trim() === "")
				commentLines.add(line);
		}
		if (type !== "Block" || !value.startsWith("*")) continue;
		const summary = summaryOf(value);
		if (FRAGMENT.test(summary)) faults.push(`${path}:${first + 1}: "${summary.slice(0, 50)}" is no sentence.`);
	}
	for (const [line, content] of lines.entries()) {
		const limit = commentLines.has(line) ? COLUMNS_OF_COMMENT : COLUMNS;
		const width = content.replaceAll("\t", " ".repeat(TAB_WIDTH)).length;
		if (width > limit) faults.push(`${path}:${line + 1}: ${width} columns; at most ${limit}.`);
	}
	return faults;
}

/**
 * @returns a line for each symbol that the entry file exports without a summary sentence, and for
 * each exported function or public method whose exceptions are not documented
 */
export function faultsOfExports(
	project: Project,
	entry: string,
): { readonly symbols: number; readonly faults: string[] } {
	const modules = new Modules(project);
	const faults = new Set<string>();
	const exported = modules.exportsOf(entry);
	for (const [name, declaration] of exported) {
		const { path, node, docblock } = declaration;
		if (docblock.includes("@internal")) continue;
		const place = `${path}:${declaration.line}: ${name}`;
		if (!/[.:)`]$/.test(summaryOf(docblock))) faults.add(`${place} has no summary sentence.`);
		for (const fault of undocumentedThrows(node, docblock, modules.docblocksOf(path), modules.throwersOf(path)))
			faults.add(`${place}${fault}`);
	}
	return { symbols: exported.size, faults: [...faults] };
}

interface Declaration {
	readonly path: string;
	/** From 1. */
	readonly line: number;
	readonly node: ESTree.Node;
	/** Without `/**`; empty if there is none. */
	readonly docblock: string;
}

/** The docblock that ends right before a position; empty if there is none. */
type Docblocks = (start: number) => string;

class Modules {
	readonly #project: Project;
	readonly #programs = new Map<string, { text: string; program: ESTree.Program; docblocks: Docblocks }>();

	constructor(project: Project) {
		this.#project = project;
	}

	docblocksOf(path: string): Docblocks {
		return this.#program(path).docblocks;
	}

	/** The names of a file's own functions that throw, by themselves or by calling each other. */
	throwersOf(path: string): ReadonlySet<string> {
		const functions = new Map<string, ESTree.Node>();
		for (const statement of this.#program(path).program.body) {
			const node =
				statement.type === "ExportNamedDeclaration" && statement.declaration !== null
					? statement.declaration
					: statement;
			if (node.type === "FunctionDeclaration" && node.id !== null) functions.set(node.id.name, node);
		}
		const throwers = new Set<string>();
		for (let before = -1; before < throwers.size; ) {
			before = throwers.size;
			for (const [name, node] of functions) if (throws(node, throwers)) throwers.add(name);
		}
		return throwers;
	}

	/** The exported names of a file, each with its declaration, wherever that stands. */
	exportsOf(path: string): Map<string, Declaration> {
		const found = new Map<string, Declaration>();
		for (const statement of this.#program(path).program.body) {
			if (statement.type === "ExportAllDeclaration") {
				for (const [name, declaration] of this.exportsOf(this.#target(path, statement.source.value)))
					found.set(
						statement.exported === null ? name : `${nameOf(statement.exported)}.${name}`,
						declaration,
					);
			} else if (statement.type === "ExportNamedDeclaration") {
				if (statement.declaration !== null)
					for (const [name, declaration] of this.#declared(path, statement.declaration, statement.start))
						if (!found.has(name) || declaration.docblock !== "") found.set(name, declaration);
				for (const { local, exported } of statement.specifiers) {
					const declaration =
						statement.source === null
							? this.#local(path, nameOf(local))
							: this.exportsOf(this.#target(path, statement.source.value)).get(nameOf(local));
					if (declaration !== undefined) found.set(nameOf(exported), declaration);
				}
			}
		}
		return found;
	}

	#local(path: string, name: string): Declaration | undefined {
		for (const statement of this.#program(path).program.body) {
			if (statement.type === "ImportDeclaration") {
				for (const specifier of statement.specifiers)
					if (specifier.type === "ImportSpecifier" && specifier.local.name === name)
						return this.exportsOf(this.#target(path, statement.source.value)).get(
							nameOf(specifier.imported),
						);
			} else {
				const declaration = this.#declared(path, statement, statement.start).get(name);
				if (declaration !== undefined) return declaration;
			}
		}
		return undefined;
	}

	#declared(path: string, node: ESTree.Node, start: number): Map<string, Declaration> {
		const { text, docblocks } = this.#program(path);
		const line = text.slice(0, start).split("\n").length;
		const docblock = docblocks(start);
		const names =
			node.type === "VariableDeclaration"
				? node.declarations.flatMap(({ id, init }) =>
						id.type === "Identifier" ? [[id.name, init ?? node] as const] : [],
					)
				: "id" in node && node.id?.type === "Identifier"
					? [[node.id.name, node] as const]
					: [];
		return new Map(names.map(([name, declared]) => [name, { path, line, node: declared, docblock }]));
	}

	#target(path: string, specifier: string): string {
		if (specifier.startsWith(".")) return join(dirname(path), specifier).split(sep).join("/");
		const entry = this.#project.entryOf(specifier);
		if (entry === undefined)
			throw new Error(`${path} exports names of ${specifier}, which is not a part of the project.`);
		return entry;
	}

	#program(path: string) {
		let program = this.#programs.get(path);
		if (program === undefined) {
			const text = this.#project.read(path);
			const { program: body, comments } = parsed(path, text);
			program = { text, program: body, docblocks: docblocksOf(text, comments) };
			this.#programs.set(path, program);
		}
		return program;
	}
}

function docblocksOf(text: string, comments: readonly Comment[]): Docblocks {
	const blocks = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));
	return (start) => {
		const block = blocks.findLast(({ end }) => end <= start);
		return block !== undefined && text.slice(block.end, start).trim() === "" ? block.value : "";
	};
}

/** Clauses for the functions of a declaration that throw without `@throws`. */
function undocumentedThrows(
	node: ESTree.Node,
	docblock: string,
	docblocks: Docblocks,
	ofFile: ReadonlySet<string>,
): string[] {
	if (node.type === "ClassDeclaration" || node.type === "ClassExpression") {
		const throwers = withPrivateMethods(node, ofFile);
		return node.body.body.flatMap((member) => {
			if (member.type !== "MethodDefinition" || member.key.type === "PrivateIdentifier") return [];
			if (member.accessibility === "private" || member.accessibility === "protected") return [];
			// What a constructor throws may be said of the class.
			const said = docblocks(member.start) + (member.kind === "constructor" ? docblock : "");
			if (!throws(member.value, throwers) || /@(throws|internal)/.test(said)) return [];
			return [`${member.key.type === "Identifier" ? `.${member.key.name}` : ""} throws without @throws.`];
		});
	}
	return isFunction(node) && throws(node, ofFile) && !docblock.includes("@throws")
		? [" throws without @throws."]
		: [];
}

/** The functions of a file that throw, and this class's private methods that do. */
function withPrivateMethods(node: ESTree.Class, ofFile: ReadonlySet<string>): ReadonlySet<string> {
	const throwers = new Set(ofFile);
	for (let before = -1; before < throwers.size; ) {
		before = throwers.size;
		for (const member of node.body.body) {
			if (member.type !== "MethodDefinition" || member.key.type !== "PrivateIdentifier") continue;
			if (throws(member.value, throwers)) throwers.add(`#${member.key.name}`);
		}
	}
	return throwers;
}

/** True for a function that lets an exception out, its own or one of `throwers`. */
function throws(node: unknown, throwers: ReadonlySet<string>, inside = false): boolean {
	if (Array.isArray(node)) return node.some((each) => throws(each, throwers, inside));
	if (!isNode(node)) return false;
	if (inside && (isFunction(node) || node.type === "ClassDeclaration" || node.type === "ClassExpression"))
		return false;
	if (node.type === "ThrowStatement" || (node.type === "CallExpression" && throwers.has(calledName(node))))
		return true;
	if (node.type === "TryStatement" && node.handler !== null)
		return throws(node.handler, throwers, true) || throws(node.finalizer, throwers, true);
	return Object.values(node).some((child) => throws(child, throwers, true));
}

/** The name of the called function, or of the object's own private method with its `#`. */
function calledName({ callee }: ESTree.CallExpression): string {
	if (callee.type === "Identifier") return callee.name;
	if (callee.type !== "MemberExpression" || callee.object.type !== "ThisExpression") return "";
	return callee.property.type === "PrivateIdentifier" ? `#${callee.property.name}` : "";
}

const isNode = (value: unknown): value is ESTree.Node =>
	typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

const isFunction = ({ type }: ESTree.Node) =>
	type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression";

const nameOf = (name: ESTree.ModuleExportName) => (name.type === "Literal" ? name.value : name.name);

/** The first paragraph of a docblock, in one line; empty if it begins with a tag. */
function summaryOf(docblock: string): string {
	const lines = docblock.split("\n").map((line) => line.replace(/^\s*\*+ ?/, "").trim());
	const first = lines.findIndex((line) => line !== "");
	const paragraph: string[] = [];
	for (const line of first < 0 ? [] : lines.slice(first)) {
		if (line === "" || line.startsWith("@")) break;
		paragraph.push(line);
	}
	return paragraph.join(" ").replace(/ @(param|returns|throws|default)\b.*$/, "");
}

function lineStarts(lines: readonly string[]): number[] {
	let at = 0;
	return lines.map((line) => {
		const start = at;
		at += line.length + 1;
		return start;
	});
}

/** The number of the line that holds a position, from 0. */
function lineAt(starts: readonly number[], position: number): number {
	return starts.findLastIndex((start) => start <= position);
}

/** @throws {SyntaxError} if the text is no TypeScript. */
function parsed(path: string, text: string) {
	const { program, comments, errors } = parseSync(path, text);
	if (errors[0] !== undefined) throw new SyntaxError(`${path}: ${errors[0].message}`);
	return { program, comments };
}

/** Where packages of this repository export from, when they are run as their sources. */
function entriesOf(root: string): Map<string, string> {
	const entries = new Map<string, string>();
	for (const manifest of ["package.json", ...globSync("packages/*/package.json", { cwd: root })]) {
		const { name, exports } = JSON.parse(readFileSync(join(root, manifest), "utf8")) as {
			name: string;
			exports?: Record<string, string | { readonly "panogaze-source"?: string }>;
		};
		for (const [door, target] of Object.entries(exports ?? {})) {
			if (typeof target === "string" || target["panogaze-source"] === undefined) continue;
			const file = join(dirname(manifest), target["panogaze-source"]).split(sep).join("/");
			entries.set(join(name, door).split(sep).join("/"), file);
		}
	}
	return entries;
}

/** Checks this repository. @returns every fault */
function checkRepository(root: string): { readonly symbols: number; readonly faults: string[] } {
	const entries = entriesOf(root);
	const project: Project = {
		read: (path) => readFileSync(join(root, path), "utf8"),
		entryOf: (name) => entries.get(name),
	};
	const files = globSync("{src,packages,web,bench,fuzz,test,examples,scripts}/**/*.ts", {
		cwd: root,
		exclude: (name) => ["node_modules", "dist", "assembly"].includes(name),
	}).filter((path) => !path.endsWith(".d.ts"));
	const faults = files
		.filter((path) => !path.endsWith(".generated.ts"))
		.sort()
		.flatMap((path) => faultsOfLayout(relative(root, join(root, path)).split(sep).join("/"), project.read(path)));
	let symbols = 0;
	for (const entry of entries.values()) {
		const found = faultsOfExports(project, entry);
		symbols += found.symbols;
		faults.push(...found.faults.filter((fault) => !faults.includes(fault)));
	}
	return { symbols, faults };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { symbols, faults } = checkRepository(fileURLToPath(new URL("../", import.meta.url)));
	if (symbols === 0)
		throw new Error("No exported symbol was found: the entry points are looked for in the wrong place.");
	if (faults.length > 0) {
		console.error(`${faults.join("\n")}\n${faults.length} faults of comments.`);
		process.exitCode = 1;
	} else console.log(`${symbols} exported symbols say what they are.`);
}
