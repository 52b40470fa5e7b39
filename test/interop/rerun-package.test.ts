import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChunkStore } from "../../packages/rerun/src/index.ts";
import { runTsc } from "../support/packed-package.ts";
import { WorkspaceUser } from "../support/packed-workspace.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;

/** The first program of a document. */
function programOf(document: string): string {
	const program = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, document), "utf8"))?.[1];
	if (program === undefined) throw new Error(`${document} shows no program.`);
	return program;
}

/** Reads a recording with the package itself, and prints its newest points. */
const READER = `
import { readFileSync } from "node:fs";
import { ChunkStore } from "panogaze-rerun";

const stores = ChunkStore.read(readFileSync("session.rrd"));
const recording = stores.find(({ storeId }) => storeId.kind === "recording");
console.log(JSON.stringify(recording?.latestAt("arm/tip", "Points3D:positions", "step")?.values));
`;

describe("the tarball of panogaze-rerun, in a project without any other package", () => {
	let user: WorkspaceUser;

	beforeAll(() => {
		user = new WorkspaceUser("rerun");
		user.write("log.ts", programOf("packages/rerun/README.md"));
		user.write("read.ts", READER);
	}, 60_000);
	afterAll(() => user[Symbol.dispose]());

	it("runs the program of its README, and reads the recording", () => {
		const run = (file: string) => execFileSync(process.execPath, [file], { cwd: user.folder, encoding: "utf8" });
		expect(run("log.ts")).toBe("");
		expect(JSON.parse(run("read.ts"))).toEqual([[0, expect.closeTo(0.2), 1]]);
		const stores = ChunkStore.read(readFileSync(join(user.folder, "session.rrd")));
		expect(stores.map(({ storeId }) => storeId.applicationId)).toEqual(["my_robot"]);
	});

	it("imports nothing but itself and, for Node, Node's own modules", () => {
		const files = globSync("dist/**/*.{js,d.ts}", { cwd: user.installed });
		expect(files.length).toBeGreaterThan(150);
		const foreign = files.flatMap((file) => {
			const text = readFileSync(join(user.installed, file), "utf8").replaceAll(/^ \* .*$/gm, "");
			const place = /dist\/(sinks\/)?node\//.test(file) ? "node" : "browser";
			return [...text.matchAll(/\b(?:from |import ?\(?)"([^."][^"]*)"/g)].map(([, name]) => `${place}: ${name}`);
		});
		expect(foreign.filter((line) => !line.startsWith("node: node:"))).toEqual([]);
		const { dependencies } = readJson(join(user.installed, "package.json"));
		expect(dependencies).toBeUndefined();
	});

	it("declares the types of both entry points completely", { timeout: 30_000 }, () => {
		// Types of Node are a peer that only panogaze-rerun/node needs.
		user.write("browser.ts", 'export * from "panogaze-rerun";\n');
		const strict = ["--strict", "--skipLibCheck", "false", "--exactOptionalPropertyTypes", "--noEmit"];
		const modules = ["--module", "nodenext", "--target", "es2023"];
		expect(runTsc(["browser.ts", ...strict, ...modules, "--types", ""], user.folder)).toBe("");
		const types = ["--typeRoots", join(root, "node_modules/@types"), "--types", "node"];
		expect(runTsc(["log.ts", "read.ts", ...strict, ...modules, ...types], user.folder)).toBe("");
	});

	it("has the version of panogaze, which bundles it", () => {
		const { version, dependencies, bundleDependencies } = readJson(join(root, "package.json"));
		expect(readJson(join(user.installed, "package.json"))["version"]).toBe(version);
		expect(dependencies).toMatchObject({ "panogaze-rerun": version });
		expect(bundleDependencies).toContain("panogaze-rerun");
	});
});
