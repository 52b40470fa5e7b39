import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTsc, UserProject } from "../support/packed-package.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Languages of code blocks that other tests check, or no test can: shell lines, output of programs,
 * a page's HTML, and the Unity package's C#.
 */
const OTHER_LANGUAGES = ["", "sh", "html", "csharp"];

interface Program {
	/** In the user's project; a block of a document is named after the line that it begins at. */
	readonly file: string;
	readonly text: string;
}

/**
 * The TypeScript and the Python of a document, each block a program, with its lines at the numbers
 * that they have in the document.
 */
function programsOf(document: string): Program[] {
	const lines = readFileSync(join(root, document), "utf8").split("\n");
	const programs: Program[] = [];
	let begin: { readonly line: number; readonly language: string } | undefined;
	lines.forEach((line, index) => {
		const fence = /^\s*```\s*(\S*)/.exec(line);
		if (fence === null) return;
		if (begin === undefined) {
			begin = { line: index + 1, language: fence[1]! };
			return;
		}
		const text = "\n".repeat(begin.line) + lines.slice(begin.line, index).join("\n");
		const name = `${document}.${begin.line + 1}`;
		if (begin.language === "ts") programs.push({ file: `${name}.ts`, text: `${text}\nexport {};\n` });
		else if (begin.language === "python") programs.push({ file: `${name}.py`, text });
		else if (!OTHER_LANGUAGES.includes(begin.language))
			throw new Error(`${document}:${begin.line} is code in ${begin.language}, which no test checks.`);
		begin = undefined;
	});
	return programs;
}

const documents = [...globSync(["*.md", "docs/**/*.md", "unity/*.md", "packages/*/*.md"], { cwd: root })].sort();
const isPython = ({ file }: Program) => file.endsWith(".py");
const documented = documents.flatMap(programsOf);
const programs: Program[] = [
	...documented.filter((program) => !isPython(program)),
	...globSync("examples/*.ts", { cwd: root }).map((file) => ({ file, text: readFileSync(join(root, file), "utf8") })),
];
/** Programs that need the types of `dom`: those of pages, and those that use WebAssembly. */
const isForBrowsers = ({ text }: Program) =>
	/from "(panogaze[/-]client|@rerun-io\/web-viewer)"|\bWebAssembly\./.test(text);

it("documents Python that Python parses", () => {
	const texts = documented.filter(isPython).map(({ text }) => text);
	expect(texts.length).toBeGreaterThan(0);
	for (const input of texts)
		execFileSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input });
});

/** Stand-in for the package that the documents install beside panogaze: the real one has 170 MB. */
const RERUN_VIEWER = `export class WebViewer {
	start(
		url: string | null,
		parent: HTMLElement | null,
		options: { hide_welcome_screen?: boolean } | null,
	): Promise<void>;
	open_channel(name: string): { send_rrd(bytes: Uint8Array): void; ready: boolean; close(): void };
}
`;

/**
 * `tsc --init` of TypeScript 7, and harder: the declarations are checked too, and the language is
 * no newer than ES2022.
 */
const HARDER = ["--skipLibCheck", "false", "--lib", "es2022"];

describe("the packed package", () => {
	let project: UserProject;

	beforeAll(() => {
		project = new UserProject();
		for (const { file, text } of programs) project.write(file, text);
		// panogaze-client and panogaze-rerun have the same modules; test/*-package.test.ts builds
		// with their own tarballs.
		for (const [name, door] of [
			["panogaze-client", "panogaze/client"],
			["panogaze-rerun", "panogaze/rerun"],
			["panogaze-rerun/node", "panogaze/rerun/node"],
		])
			project.write(`node_modules/${name}/index.d.ts`, `export * from "${door}";\n`);
		for (const name of ["panogaze-client", "panogaze-rerun"])
			project.write(
				`node_modules/${name}/package.json`,
				'{ "type": "module", "exports": { ".": "./index.d.ts", "./node": "./node/index.d.ts" } }',
			);
		project.write("node_modules/@rerun-io/web-viewer/index.d.ts", RERUN_VIEWER);
		project.write(
			"node_modules/@rerun-io/web-viewer/package.json",
			'{ "version": "0.0.0", "types": "index.d.ts" }',
		);
		project.write("package.json", JSON.stringify({ type: "module", private: true }));
		runTsc(["--init"], project.folder);
	});
	afterAll(() => project[Symbol.dispose]());

	/** A configuration of the user's that `tsc --init` wrote, for some programs. */
	function complaints(of: readonly Program[], flags: readonly string[]): string {
		project.write(
			"tsconfig.these.json",
			JSON.stringify({ extends: "./tsconfig.json", files: of.map(({ file }) => file) }),
		);
		return runTsc(["-p", "tsconfig.these.json", "--noEmit", ...flags], project.folder);
	}

	it("compiles every program of documents and examples for Node with the options of `tsc --init`", () => {
		const forNode = programs.filter((program) => !isForBrowsers(program));
		expect(forNode.length).toBeGreaterThan(20);
		expect(complaints(forNode, HARDER)).toBe("");
	});

	it("compiles every program of the documents for browsers as `tsc --init` asks, declarations included", () => {
		const forBrowsers = programs.filter(isForBrowsers);
		expect(forBrowsers.length).toBeGreaterThan(2);
		expect(complaints(forBrowsers, HARDER)).toBe("");
	});
});
