import { fileURLToPath } from "node:url";
import { defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";

// Every thread and child process of the tests loads the same sources. With Node's cache of compiled
// code they strip and compile each once, not every time.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/node-compile", import.meta.url));

/** Files that leave nothing behind in their process. */
const CALCULATING = [
	"src/{media,skeleton,protocol,projection,encoder,client,motion,motion-player,cli}/**/*.test.ts",
	"packages/*/src/**/*.test.ts",
	"web/**/*.test.ts",
	"bench/**/*.test.ts",
];

/** Files that judge times of a path with Chromium at its end: they run alone, one by one. */
const TIMING = ["test/{congestion,tracking-loss}.test.ts"];

/** Test files that run at the same time: one for each core of a small machine. */
const WORKERS = 2;

const common = {
	// node-datachannel aborts the process when two threads load it, and a process that dies takes
	// only its own files with it.
	pool: "forks",
	testTimeout: 30_000,
	hookTimeout: 60_000,
} as const;

export default defineConfig({
	// Workspaces are tested as their sources.
	ssr: { resolve: { conditions: ["panogaze-source", ...defaultServerConditions] } },
	test: {
		projects: [
			{
				extends: true,
				// One process after the other would load the same modules for each file.
				test: { ...common, name: "unit", include: CALCULATING, isolate: false, maxWorkers: WORKERS },
			},
			{
				extends: true,
				// Threads, servers and links, each file in a process of its own.
				test: {
					...common,
					name: "system",
					include: ["src/**/*.test.ts", "test/*.test.ts"],
					exclude: [...configDefaults.exclude, ...CALCULATING, ...TIMING],
					globalSetup: ["scripts/ensure-page.ts"],
					maxWorkers: WORKERS,
				},
			},
			{
				extends: true,
				test: {
					...common,
					name: "timing",
					include: TIMING,
					globalSetup: ["scripts/ensure-page.ts"],
					maxWorkers: 1,
					sequence: { groupOrder: 1 },
				},
			},
		],
	},
});
