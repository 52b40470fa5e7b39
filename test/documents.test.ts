import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compareCommand } from "../src/cli/compare-command.ts";
import { exportCommand } from "../src/cli/export-command.ts";
import { playMotionCommand } from "../src/cli/play-motion-command.ts";
import { probeCommand } from "../src/cli/probe-command.ts";
import { recordMotionCommand } from "../src/cli/record-motion-command.ts";
import { recoverMotionCommand } from "../src/cli/recover-motion-command.ts";
import { renderCommand } from "../src/cli/render-command.ts";
import { replayCommand } from "../src/cli/replay-command.ts";
import { rerunCommand } from "../src/cli/rerun-command.ts";
import { serveCommand } from "../src/cli/serve-command.ts";
import { sessionsCommand } from "../src/cli/sessions-command.ts";
import { tagCommand } from "../src/cli/tag-command.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");

const documents = globSync(["*.md", "docs/**/*.md", "unity/*.md", "packages/*/*.md"], { cwd: root }).sort();
/** The changelog also names files that are gone. */
const presentDocuments = documents.filter((file) => !file.endsWith("CHANGELOG.md"));

const COMMANDS = [
	serveCommand(),
	replayCommand(),
	rerunCommand(),
	probeCommand(),
	renderCommand(),
	tagCommand(),
	compareCommand(),
	exportCommand(),
	recordMotionCommand(),
	playMotionCommand(),
	recoverMotionCommand(),
	sessionsCommand(),
];
/** Folders of a checkout that are made, not committed. */
const MADE = ["node_modules", "dist", ".cache"];
/** Flags of Rerun's scripts and of the benches, which the documents also name. */
const OTHER_FLAGS = ["--save", "--connect", "--serve", "--stdout", "--headless", "--links", "--peer", "--trace"];

function flagsOf(name: string): (string | undefined)[] {
	const options = COMMANDS.flatMap((command) => (name === "any" || command.name() === name ? command.options : []));
	return [...options.flatMap(({ short, long }) => [short, long]), "--help", "--version"];
}

/** The words behind `panogaze` in a line of a shell, or those of a code span that is a flag. */
function argumentsIn(code: string): readonly string[] {
	const text = code.startsWith("--") ? code : /(?:^|\s)(?:panogaze|npm start --) ([^#|]*)/.exec(code)?.[1];
	return text?.trim().split(/\s+/) ?? [];
}

/** Everything that a document prints as code: its blocks line by line, and its code spans. */
function codeOf(document: string): { readonly lines: readonly string[]; readonly spans: readonly string[] } {
	const text = read(document);
	const lines = [...text.matchAll(/^[ \t]*```[^\n]*\n([\s\S]*?)^[ \t]*```/gm)].flatMap((match) =>
		match[1]!.split("\n").map((line) => line.trim()),
	);
	const prose = text.replaceAll(/^[ \t]*```[\s\S]*?^[ \t]*```/gm, "");
	return { lines, spans: [...prose.matchAll(/`([^`]+)`/g)].map((match) => match[1]!.replaceAll("\n", " ")) };
}

const anchorsOfDocuments = new Map<string, ReadonlySet<string>>();

/** The anchors of a document's headings, as GitHub names them. */
function anchorsOf(document: string): ReadonlySet<string> {
	const known = anchorsOfDocuments.get(document) ?? readAnchors(read(document));
	anchorsOfDocuments.set(document, known);
	return known;
}

function readAnchors(text: string): ReadonlySet<string> {
	const headings = [...text.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.+)$/gm)].map((match) => match[1]!);
	return new Set(
		headings.map((heading) =>
			heading
				.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
				.toLowerCase()
				.replaceAll(/[^\p{L}\p{N} _-]/gu, "")
				.replaceAll(" ", "-"),
		),
	);
}

describe("the documents", () => {
	it("show the program that examples/ holds and a test runs", () => {
		const [, program] = /```ts\n([\s\S]*?)```/.exec(read("README.md"))!;
		expect(read("examples/headset.ts")).toContain(program!.trim());
		for (const name of ["fisheye", "cubemap-view", "overlay"])
			expect(read("docs/how-to/other-cameras.md")).toContain(read(`examples/${name}.ts`).trim());
	});

	it("link only to files and headings that are there", () => {
		expect(documents.length).toBeGreaterThan(15);
		const broken = documents.flatMap((file) =>
			[...read(file).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
				.map((match) => match[1]!)
				.filter((link) => {
					const [path = "", anchor] = link.split("#");
					const target = path === "" ? file : join(dirname(file), path);
					if (!existsSync(join(root, target))) return true;
					return anchor !== undefined && !anchorsOf(target).has(anchor);
				})
				.map((link) => `${file}: ${link}`),
		);
		expect(broken).toEqual([]);
	});

	it("that the README links to are in the npm package", () => {
		const { files } = JSON.parse(read("package.json")) as { files: string[] };
		const links = [...read("README.md").matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]!);
		expect(links.length).toBeGreaterThan(8);
		expect(links.filter((link) => !files.some((file) => link === file || link.startsWith(`${file}/`)))).toEqual([]);
	});

	it("name only files and folders that are there", () => {
		const homes = readdirSync(root, { withFileTypes: true })
			.filter((entry) => entry.isDirectory())
			.map(({ name }) => name);
		const rooms = readdirSync(join(root, "src"));
		let checked = 0;
		const missing = presentDocuments.flatMap((document) =>
			codeOf(document)
				.spans.filter((span) => /^[\w.-]+(\/[\w.*-]+)+\/?$/.test(span))
				.filter((path) => {
					const [first = ""] = path.split("/");
					const isOurs =
						(homes.includes(first) && !MADE.includes(first)) ||
						(document === "ARCHITECTURE.md" && rooms.includes(first));
					if (!isOurs) return false;
					checked++;
					const bases = [root, join(root, "src"), join(root, dirname(document))];
					return !bases.some((base) => globSync(path, { cwd: base }).length > 0);
				})
				.map((path) => `${document}: ${path}`),
		);
		expect(checked).toBeGreaterThan(20);
		expect(missing).toEqual([]);
	});

	it("give each folder of src and packages one row in the table of ARCHITECTURE.md", () => {
		const rows = [...read("ARCHITECTURE.md").matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!);
		const folders = ["src", "packages"].flatMap((home) =>
			readdirSync(join(root, home), { withFileTypes: true })
				.filter((entry) => entry.isDirectory())
				.map(({ name }) => `${home}/${name}`),
		);
		const others = ["src/*.ts", "web", "unity"];
		expect(rows.filter((row) => row.includes("/") || others.includes(row)).sort()).toEqual(
			[...folders, ...others].sort(),
		);
	});

	it("walk, in ARCHITECTURE.md, through functions that their files hold", () => {
		const steps = [...read("ARCHITECTURE.md").matchAll(/^\| [\w ]*\| `(src\/[^`]+\.ts)` \| ([^|]+) \|/gm)];
		expect(steps.length).toBeGreaterThan(20);
		const missing = steps.flatMap(([, file, functions]) =>
			[...functions!.matchAll(/`([^`]+)`/g)]
				.map((match) => match[1]!)
				.filter((name) => !new RegExp(`^(\\t|.*function )(async )?${name}\\(.*`, "m").test(read(file!)))
				.map((name) => `${file}: ${name}`),
		);
		expect(missing).toEqual([]);
	});

	it("name only flags that the command line has", () => {
		let checked = 0;
		const unknown = presentDocuments.flatMap((document) => {
			const { lines, spans } = codeOf(document);
			return [...lines, ...spans].flatMap((code) => {
				const words = argumentsIn(code).filter((word) => !OTHER_FLAGS.includes(word));
				const named = COMMANDS.find((command) => command.name() === words[0])?.name();
				const known = flagsOf(named ?? (code.startsWith("--") ? "any" : "serve"));
				const flags = words.filter((word) => /^--?[a-z]/.test(word));
				checked += flags.length;
				return flags
					.filter((flag) => !known.includes(flag.split("=")[0]!))
					.map((flag) => `${document}: ${flag} in ${code}`);
			});
		});
		expect(checked).toBeGreaterThan(100);
		expect(unknown).toEqual([]);
	});

	it("quote messages, in the symptoms of troubleshooting.md, that the programs print", () => {
		const sources = globSync(["src/**/*.ts", "web/*.ts"], { cwd: root }).map(read).join("\n");
		const rows = [...read("docs/troubleshooting.md").matchAll(/^\| (.*?) \| /gm)].map((match) => match[1]!);
		const quoted = rows.flatMap((row) => [...row.matchAll(/"([^"]+)"/g)].map((match) => match[1]!));
		expect(quoted.length).toBeGreaterThan(3);
		expect(quoted.filter((message) => !sources.includes(message))).toEqual([]);
	});
});
