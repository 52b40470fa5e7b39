import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTsc } from "../support/packed-package.ts";
import { WorkspaceUser } from "../support/packed-workspace.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;

/** The first program of a document. */
function programOf(document: string): string {
	const program = /```ts\n([\s\S]*?)```/.exec(readFileSync(document, "utf8"))?.[1];
	if (program === undefined) throw new Error(`${document} shows no program.`);
	return program;
}

/** A program that uses what is public of the headset's view, and poses of other devices. */
const HEADSET_PROGRAM = `
import { connect, GAMEPAD_STREAM, ImmersiveView, type ImmersiveMode, XR_STREAMS } from "panogaze-client";

const connection = connect({ url: new URL("https://robot.example/whep"), streams: [...XR_STREAMS, GAMEPAD_STREAM] });
const mode: ImmersiveMode = "immersive-vr";
if (await navigator.xr?.isSessionSupported(mode)) {
	const view = await ImmersiveView.enter(mode, { connection, video: document.createElement("video") });
	view.session.addEventListener("select", ({ inputSource }) => console.log(inputSource.handedness));
	view.on("end", (words: string | undefined) => console.log(words));
}
`;

describe("the tarball of panogaze-client, in an empty project", () => {
	let user: WorkspaceUser;

	beforeAll(() => {
		user = new WorkspaceUser("client");
		user.write("page.ts", programOf(join(root, "packages/client/README.md")));
		user.write("headset.ts", `${HEADSET_PROGRAM}export {};\n`);
		user.write("index.html", '<!doctype html><video></video><script type="module" src="./page.ts"></script>');
	}, 60_000);
	afterAll(() => user[Symbol.dispose]());

	async function buildPage(): Promise<Rolldown.OutputChunk[]> {
		const { output } = (await build({
			root: user.folder,
			configFile: false,
			logLevel: "warn",
			build: { write: false, modulePreload: { polyfill: false } },
		})) as Rolldown.RolldownOutput;
		return output.filter((file) => file.type === "chunk");
	}

	/** The chunks that a page loads at once, with these chunks. */
	function withImports(chunks: readonly Rolldown.OutputChunk[], all: readonly Rolldown.OutputChunk[]) {
		const files = new Set(chunks.map(({ fileName }) => fileName));
		for (const file of files)
			for (const name of all.find(({ fileName }) => fileName === file)?.imports ?? []) files.add(name);
		return all.filter(({ fileName }) => files.has(fileName));
	}

	const gzipped = (chunks: readonly Rolldown.OutputChunk[]) =>
		chunks.reduce((sum, { code }) => sum + gzipSync(code).length, 0);

	it("makes a page for the flat view of less than 30 kB gzipped, built by Vite", { timeout: 30_000 }, async () => {
		const chunks = await buildPage();
		const first = withImports(
			chunks.filter(({ isEntry }) => isEntry),
			chunks,
		);
		// A page without the program would be far smaller.
		expect(gzipped(first)).toBeGreaterThan(10_000);
		expect(gzipped(first)).toBeLessThan(30_000);
		const code = first.map((chunk) => chunk.code).join("\n");
		expect(code).toContain("/whep");
		expect(code, "shaders are in a page that draws nothing yet").not.toContain("#version 300 es");
		const later = chunks.filter((chunk) => !first.includes(chunk));
		// Code that a page needs only sometimes, and the most that it may take. The overlay's two
		// parts come with the first object, words or pulse of an application.
		const lazy = {
			"camera-desk": 2_000,
			"control-message": 12_000,
			"display-meter": 3_000,
			"lip-sync": 2_000,
			"media-desk": 2_000,
			reprojector: 8_000,
			"picture-stamps": 3_000,
			"tracking-encoder": 5_000,
		};
		const overlay = { "overlay-reader": 4_000, "window-overlay": 9_000 };
		const entries = later.filter(({ isDynamicEntry }) => isDynamicEntry);
		const bounds = Object.entries({ ...lazy, ...overlay });
		expect(entries.map(({ name }) => name).sort()).toEqual(bounds.map(([name]) => name).sort());
		for (const [name, bytes] of bounds)
			expect(gzipped(entries.filter((chunk) => chunk.name === name)), name).toBeLessThan(bytes);
		expect(gzipped(later)).toBeLessThan(42_000);
		const all = chunks.map((chunk) => chunk.code).join("\n");
		expect(all, "the headset's code is in a page that shows no headset").not.toContain("XRWebGLLayer");
		const modules = chunks.flatMap((chunk) => Object.keys(chunk.modules));
		const packages = modules.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]);
		expect(new Set(packages)).toEqual(new Set([undefined, "panogaze-client", "zod"]));
	});

	it("names nothing of Node, and depends on no native code", () => {
		const files = globSync("dist/**/*.js", { cwd: user.installed });
		expect(files.length).toBeGreaterThan(30);
		const imports = files.flatMap((file) =>
			[
				...readFileSync(join(user.installed, file), "utf8").matchAll(
					/(?<!")\b(?:from|import) ?\(?"([^."][^"]*)"/g,
				),
			].map(([, specifier]) => specifier),
		);
		expect(new Set(imports)).toEqual(new Set(["zod/mini"]));
		const { dependencies } = readJson(join(user.installed, "package.json"));
		expect(Object.keys(dependencies as object)).toEqual(["@types/webxr", "zod"]);
	});

	it("compiles the program of its README and one for a headset as `tsc --init` asks", { timeout: 30_000 }, () => {
		runTsc(["--init"], user.folder);
		user.write("tsconfig.these.json", '{ "extends": "./tsconfig.json", "files": ["page.ts", "headset.ts"] }');
		const flags = ["-p", "tsconfig.these.json", "--noEmit", "--skipLibCheck", "false"];
		expect(runTsc(flags, user.folder)).toBe("");
	});

	it("has the version of panogaze, and asks for the same releases of what both depend on", () => {
		const { version, dependencies } = readJson(join(root, "package.json"));
		const client = readJson(join(user.installed, "package.json"));
		expect(client["version"]).toBe(version);
		expect(dependencies).toMatchObject(client["dependencies"] as object);
	});
});
