import { fileURLToPath } from "node:url";
import { defaultServerConditions } from "vite";
import { configDefaults, defineConfig } from "vitest/config";
import { makeWaitingThreads } from "./src/threads/waiting-threads.ts";

// The processes of the tests have read files before they load the library.
makeWaitingThreads();

// Every thread and child process of the tests loads the same sources. With Node's cache of compiled
// code they strip and compile each once, not every time.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/node-compile", import.meta.url));

// The Chromium that the lock file names is the same on every machine, and takes half of the
// processor time of a desktop's: a minute of the run.
if (process.platform === "linux" && process.arch === "x64") process.env["PANOGAZE_CHROMIUM"] ??= "bundled";

/** Files of browsers, programs and native peers, which need the page and take long. */
const SYSTEM = [
	"test/*.test.ts",
	"src/session/{node-datachannel-transport,pending-offers,remote-candidates,rough-path,session-hub,whep}.test.ts",
	"src/server/{connection-bounds,http}.test.ts",
];

/** Test files that run at the same time: one more than a small machine has cores, as many files wait. */
const WORKERS = 3;

const common = {
	// node-datachannel aborts the process when two threads load it.
	pool: "forks",
	// A new process would load the same modules for each file: half a second.
	isolate: false,
	maxWorkers: WORKERS,
	testTimeout: 60_000,
	hookTimeout: 60_000,
	// A state that is waited for, however busy the machine is: by itself Vitest waits for a second.
	expect: { poll: { timeout: 20_000 } },
} as const;

export default defineConfig({
	// Workspaces are tested as their sources.
	ssr: { resolve: { conditions: ["panogaze-source", ...defaultServerConditions] } },
	test: {
		projects: [
			{
				extends: true,
				test: {
					...common,
					name: "system",
					include: SYSTEM,
					// Browsers and programs take long on a busy machine.
					testTimeout: 120_000,
					hookTimeout: 120_000,
					globalSetup: ["scripts/ensure-page.ts", "test/support/chromium-file.ts"],
				},
			},
			{
				extends: true,
				test: {
					...common,
					name: "unit",
					include: ["{src,web,bench,packages/*/src}/**/*.test.ts"],
					exclude: [...configDefaults.exclude, ...SYSTEM],
				},
			},
		],
	},
});
