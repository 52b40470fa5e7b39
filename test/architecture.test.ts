import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

const RERUN = "packages/rerun/src";
/** The shared files and the named rooms of the SDK for Rerun. */
const rerun = (...rooms: readonly string[]) => [RERUN, ...rooms.map((room) => `${RERUN}/${room}`)];

/**
 * The folders below src/, packages/ and web/, and the folders that each may import beside itself.
 * No other folder may exist.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
	// The SDK for Rerun imports nothing else of ours. The files beside its rooms serve several.
	"packages/rerun/src": [],
	"packages/rerun/src/arrow": [RERUN],
	"packages/rerun/src/lz4": [],
	"packages/rerun/src/chunk": rerun("arrow"),
	"packages/rerun/src/archetypes": rerun("arrow", "chunk"),
	"packages/rerun/src/rrd": rerun("arrow", "chunk", "lz4"),
	"packages/rerun/src/replay": rerun("arrow", "chunk", "rrd"),
	"packages/rerun/src/blueprint": rerun("arrow", "chunk", "archetypes", "rrd"),
	"packages/rerun/src/sinks": rerun("rrd", "replay"),
	"packages/rerun/src/stream": rerun("arrow", "chunk", "archetypes", "rrd", "blueprint", "sinks"),
	"packages/rerun/src/video": rerun("archetypes", "stream"),
	"packages/rerun/src/serving": rerun("rrd", "replay", "sinks"),
	"packages/rerun/src/sinks/node": rerun("rrd", "replay", "sinks", "serving"),
	"packages/rerun/src/node": rerun("rrd", "replay", "blueprint", "sinks", "stream", "serving", "sinks/node"),
	"packages/rerun/src/index.ts": rerun(
		"arrow",
		"chunk",
		"archetypes",
		"rrd",
		"replay",
		"blueprint",
		"sinks",
		"stream",
		"video",
		"serving",
	),
	"src/media": [],
	"src/skeleton": ["src/media"],
	"src/protocol": ["src/media", "src/skeleton"],
	"src/projection": ["src/media"],
	"src/threads": [],
	"src/metadata": ["src/media", "src/projection"],
	"src/source": ["src/media", "src/threads", "src/projection", "src/metadata"],
	"src/encoder": ["src/media", "src/threads"],
	"src/sound": ["src/client-media", "src/media", "src/threads"],
	"src/session": ["src/media", "src/threads"],
	"src/client-media": ["src/media", "src/threads"],
	"src/overlay": ["src/media", "src/skeleton", "src/protocol"],
	"src/stream": [
		"src/client-media",
		"src/media",
		"src/overlay",
		"src/threads",
		"src/projection",
		"src/skeleton",
		"src/protocol",
		"src/source",
		"src/encoder",
		"src/sound",
		"src/session",
	],
	"src/server": [
		"src/client-media",
		"src/recording",
		"src/sound",
		"src/render",
		"src/stream",
		"src/overlay",
		"src/threads",
		"src/media",
		"src/projection",
		"src/skeleton",
		"src/protocol",
		"src/source",
		"src/encoder",
		"src/session",
	],
	"src/render": [
		"src/media",
		"src/threads",
		"src/projection",
		"src/metadata",
		"src/source",
		"src/motion",
		"src/recording",
	],
	"src/export": [
		"src/projection",
		"src/recording",
		"src/render",
		"src/motion",
		"src/source",
		"src/threads",
		"src/skeleton",
		"src/media",
	],
	"src/recording": [
		"src/overlay",
		"src/stream",
		"src/source",
		"src/motion",
		"src/threads",
		"src/skeleton",
		"src/media",
	],
	"src/cli": [
		"src/client-media",
		"src/export",
		"src/recording",
		"src/render",
		"src/server",
		"src/threads",
		"src/stream",
		"src/media",
		"src/source",
		"src/encoder",
		"src/projection",
		"src/metadata",
		"src/motion",
		"src/motion-player",
	],
	"src/client": ["src/client/reprojection", "src/client/overlay", "src/media", "src/skeleton", "src/protocol"],
	"src/client/reprojection": ["src/media", "src/skeleton", "src/protocol"],
	"src/client/overlay": ["src/client/reprojection", "src/media", "src/skeleton", "src/protocol"],
	"src/motion": ["src/media", "src/threads", "src/skeleton", "src/protocol"],
	"src/motion-player": ["src/motion", "src/media", "src/skeleton", "src/protocol"],
	// The doors of the package: what each entry point exports.
	"src/index.ts": [
		"src/client-media",
		"src/render",
		"src/overlay",
		"src/protocol",
		"src/server",
		"src/stream",
		"src/media",
		"src/projection",
		"src/source",
		"src/session",
	],
	"src/tracking.ts": ["src/skeleton", "src/protocol"],
	"src/rerun.ts": [],
	"src/rerun-node.ts": [],
	web: ["src/client", "src/media", "src/skeleton", "src/protocol"],
};

/** Folders that also run in a browser: no Node modules, and no clock but the one named. */
const BROWSER_SAFE = [
	"src/media",
	"src/projection",
	"src/skeleton",
	"src/protocol",
	"src/client",
	"packages/rerun/src",
	"web",
];
/** Folders and files inside of those that are for Node alone. */
const FOR_NODE = ["packages/rerun/src/node/", "packages/rerun/src/sinks/node/"];
const NO_CLOCK = ["src/media", "src/projection", "src/skeleton", "src/protocol"];
const CLOCK_FILE = "src/media/clock.ts";

const files = globSync(["src/**/*.ts", "packages/*/src/**/*.ts", "web/**/*.ts"], {
	cwd: root,
	exclude: (name) => name.endsWith("assembly"),
})
	.map((file) => file.split(sep).join("/"))
	.filter((file) => !/\.(test|cases|config)\.ts$/.test(file) && !file.includes("/assembly/"));

const importsOf = (file: string) =>
	[
		...readFileSync(join(root, file), "utf8").matchAll(
			/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)["']([^"']+)["']/gm,
		),
	].map((match) => match[1]!);

/** The innermost entry of the table that a file belongs to. */
const folderOf = (file: string) =>
	Object.keys(MAY_IMPORT)
		.filter((folder) => file === folder || file.startsWith(`${folder}/`))
		.sort((a, b) => b.length - a.length)[0];

describe("architecture", () => {
	it("sees the whole tree", () => {
		expect(files.length).toBeGreaterThan(40);
		for (const folder of Object.keys(MAY_IMPORT)) {
			expect(
				files.some((file) => file === folder || file.startsWith(`${folder}/`)),
				`${folder} is in the table and has no files`,
			).toBe(true);
		}
	});

	it("has no file outside the table", () => {
		expect(files.filter((file) => folderOf(file) === undefined)).toEqual([]);
	});

	it("imports only what the table allows", () => {
		const violations: string[] = [];
		let checked = 0;
		for (const file of files) {
			for (const specifier of importsOf(file)) {
				if (!specifier.startsWith(".")) continue;
				checked++;
				const target = relative(root, join(root, dirname(file), specifier))
					.split(sep)
					.join("/");
				const from = folderOf(file)!;
				const to = folderOf(target);
				const isPackageJson = target === "package.json";
				if (to !== from && !isPackageJson && !(to !== undefined && MAY_IMPORT[from]!.includes(to)))
					violations.push(`${file} imports ${target}`);
			}
		}
		expect(checked).toBeGreaterThan(100);
		expect(violations).toEqual([]);
	});

	it("keeps Node out of what runs in a browser", () => {
		const violations = files
			.filter((file) => BROWSER_SAFE.some((folder) => file.startsWith(`${folder}/`)))
			.filter((file) => !FOR_NODE.some((place) => file.startsWith(place)))
			.flatMap((file) =>
				importsOf(file)
					.filter((specifier) => specifier.startsWith("node:") || specifier.startsWith("node-"))
					.map((specifier) => `${file} imports ${specifier}`),
			);
		expect(violations).toEqual([]);
	});

	it("keeps clocks out of what is pure", () => {
		const violations = files
			.filter((file) => file !== CLOCK_FILE && NO_CLOCK.some((folder) => file.startsWith(`${folder}/`)))
			.filter((file) =>
				/\b(Date\.now|new Date|performance\.now|hrtime)\s*\(|monotonicSec\(/.test(
					readFileSync(join(root, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, ""),
				),
			);
		expect(violations).toEqual([]);
	});

	it("mocks no module in a test, as files of a process share the modules that are loaded", () => {
		const tests = globSync(["{src,web,test,bench}/**/*.test.ts", "packages/*/src/**/*.test.ts"], { cwd: root });
		expect(tests.length).toBeGreaterThan(100);
		const mocking = tests.filter((file) => /\bvi\.mock\(["'`]/.test(readFileSync(join(root, file), "utf8")));
		expect(mocking).toEqual([]);
	});
});
