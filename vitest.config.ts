import { fileURLToPath } from "node:url";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

// node-datachannel aborts the process when two threads load it (and a worker that dies takes only
// its own file with it).
const common = { pool: "forks", testTimeout: 30_000, hookTimeout: 60_000 } as const;

// Every thread and child process of the tests loads the same sources. With Node's cache of compiled
// code they strip and compile each once, not every time.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/node-compile", import.meta.url));

export default defineConfig({
	// Workspaces are tested as their sources.
	ssr: { resolve: { conditions: ["panogaze-source", ...defaultServerConditions] } },
	test: {
		projects: [
			{
				extends: true,
				test: {
					...common,
					name: "unit",
					include: [
						"src/**/*.test.ts",
						"packages/*/src/**/*.test.ts",
						"web/**/*.test.ts",
						"bench/**/*.test.ts",
					],
					maxWorkers: 2,
					sequence: { groupOrder: 0 },
				},
			},
			{
				extends: true,
				// Whole servers, browsers and links: one after the other, or they would measure
				// each other.
				test: {
					...common,
					name: "whole",
					include: ["test/*.test.ts"],
					maxWorkers: 1,
					sequence: { groupOrder: 1 },
				},
			},
		],
	},
});
