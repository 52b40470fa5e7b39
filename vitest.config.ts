import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["src/**/*.test.ts", "web/**/*.test.ts", "test/**/*.test.ts"],
		exclude: ["test/interop/**", "node_modules/**", "dist/**"],
		// node-datachannel aborts the process when two threads load it (and a worker that dies takes only its own file with it).
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 30_000,
		hookTimeout: 60_000,
	},
});
