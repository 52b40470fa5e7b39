import { describe, expect, it } from "vitest";
import { faultsOfExports, faultsOfLayout, type Project } from "../scripts/check-comments.ts";

/** A project of a few files, in memory. */
function project(files: Readonly<Record<string, string>>): Project {
	return {
		read: (path) => {
			const text = files[path];
			if (text === undefined) throw new Error(`There is no ${path}.`);
			return text;
		},
		entryOf: (name) => (name === "other" ? "other.ts" : undefined),
	};
}

const faultsOf = (files: Readonly<Record<string, string>>) => faultsOfExports(project(files), "index.ts").faults;

describe("the check of exported symbols", () => {
	it("finds a symbol without a summary, wherever it is declared", () => {
		const files = {
			"index.ts":
				'export { a as b } from "./room/a.ts";\nexport * from "other";\n' +
				"export type { Shape };\ninterface Shape {}\n",
			"room/a.ts": "const a = 1;\nexport { a };\n",
			"other.ts":
				"/** @param x no sentence about the function */\nexport function f(x: number): number { return x; }\n",
		};
		expect(faultsOf(files)).toEqual([
			"room/a.ts:1: b has no summary sentence.",
			"other.ts:2: f has no summary sentence.",
			"index.ts:4: Shape has no summary sentence.",
		]);
	});

	it("takes a sentence, and one for all overloads", () => {
		const text = `/** Does it. @returns nothing */
export function f(x: string): void;
export function f(x: number): void;
export function f(): void {}
/** The kinds: @internal */
export const hidden = 1;
/** Not the comment of the next. */

const gap = 1;
export { gap };
/** Words */
export const words = 1;
`;
		expect(faultsOf({ "index.ts": text })).toEqual(["index.ts:12: words has no summary sentence."]);
	});

	it.each([
		["by itself", "export function f() { throw new Error(); }", ["f"]],
		[
			"in a function that it calls",
			"export function f() { g(); }\nfunction g() { if (1) throw new Error(); }",
			["f"],
		],
		["in a private method", "export class C { run() { this.#go(); } #go() { throw new Error(); } }", ["C.run"]],
		["in its own catch clause", "export function f() { try { g(); } catch { throw new Error(); } }", ["f"]],
		["but catches it", "export function f() { try { throw new Error(); } catch {} }", []],
		["in a callback for later", "export function f() { return () => { throw new Error(); }; }", []],
		["but is private", "export class C { #go() { throw new Error(); } private run() { throw new Error(); } }", []],
	])("finds what throws without saying so: %s", (_, code, names) => {
		const faults = faultsOf({ "index.ts": `/** Does it. */\n${code}\n` });
		expect(faults).toEqual(names.map((name) => `index.ts:2: ${name} throws without @throws.`));
	});

	it("is content where @throws is there", () => {
		const text = `/** Does it. @throws {Error} always */
export function f() { throw new Error(); }
/** A thing. @throws {Error} from the constructor */
export class C {
	constructor() { throw new Error(); }
	/** Runs. @throws {Error} always */
	run() { throw new Error(); }
}
`;
		expect(faultsOf({ "index.ts": text })).toEqual([]);
	});
});

describe("the check of layout", () => {
	it("bounds comments at 100 columns and code at 120, a tab being four", () => {
		const word = (columns: number) => "x".repeat(columns);
		const code = `const a = "${word(108)}";\nconst b = "${word(107)}"; // ${word(30)}\n`;
		const text = `// ${word(97)}\n\t// ${word(94)}\n${code}`;
		expect(faultsOfLayout("a.ts", text)).toEqual([
			"a.ts:2: 101 columns; at most 100.",
			"a.ts:3: 121 columns; at most 120.",
			"a.ts:4: 154 columns; at most 120.",
		]);
	});

	it("finds a summary that is a fragment", () => {
		expect(
			faultsOfLayout("a.ts", "/** Of lists. */\nconst a = 1;\n/**\n * As before.\n */\nconst b = 2;\n"),
		).toEqual(['a.ts:1: "Of lists." is no sentence.', 'a.ts:3: "As before." is no sentence.']);
	});
});
