import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (file: string) => readFileSync(join(root, file), "utf8");

describe("the documents", () => {
	it("show the program that examples/ holds and a test runs", () => {
		const [, program] = /```ts\n([\s\S]*?)```/.exec(read("README.md"))!;
		expect(read("examples/headset.ts")).toContain(program!.trim());
	});

	it("link only to files that are there", () => {
		const documents = [
			"README.md",
			"ARCHITECTURE.md",
			"CONTRIBUTING.md",
			"CHANGELOG.md",
			...globSync("docs/*.md", { cwd: root }),
		];
		expect(documents.length).toBeGreaterThan(5);
		const broken = documents.flatMap((file) =>
			[...read(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
				.map((match) => match[1]!)
				.filter((link) => !existsSync(join(root, dirname(file), link)))
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
});
