import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

/** Foreign peers: needs Python 3 and its package index once, to set up `.cache/interop`. */
export default defineConfig({
	ssr: { resolve: { conditions: ["panogaze-source", ...defaultServerConditions] } },
	test: {
		include: ["test/interop/**/*.test.ts"],
		globalSetup: ["scripts/ensure-page.ts", "test/interop/python-environment.ts"],
		pool: "forks",
		maxWorkers: 1,
		testTimeout: 60_000,
		hookTimeout: 60_000,
	},
});
