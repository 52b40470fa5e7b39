import { defaultServerConditions } from "vite";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { makeWaitingThreads } from "./src/threads/waiting-threads.ts";

// The processes of the tests have read files before they load the library.
makeWaitingThreads();

/** Files that judge how soon something happens, or fill a small machine: each has it for itself. */
const TIMED = [
	"congestion",
	"few-descriptors",
	"firefox",
	"joins-and-leaves",
	"killed-browser",
	"live-picture",
	"loss-repair",
	"low-rates",
	"path-change",
	"playout-delay",
	"recorded-sound",
	"safety",
	"sound",
	"source-states",
	"time-shift",
	"tracking-loss",
	"whole-session",
].map((name) => `test/interop/${name}.test.ts`);

const common = {
	pool: "forks",
	testTimeout: 60_000,
	hookTimeout: 60_000,
	expect: { poll: { timeout: 20_000 } },
	globalSetup: ["scripts/ensure-page.ts", "test/interop/python-environment.ts"],
} satisfies ViteUserConfig["test"];

/** Foreign peers: needs Python 3 and its package index once, to set up `.cache/interop`. */
export default defineConfig({
	ssr: { resolve: { conditions: ["panogaze-source", ...defaultServerConditions] } },
	test: {
		projects: [
			{
				extends: true,
				test: {
					...common,
					name: "foreign",
					include: ["test/interop/**/*.test.ts"],
					exclude: TIMED,
					maxWorkers: 2,
					sequence: { groupOrder: 0 },
				},
			},
			{
				extends: true,
				test: {
					...common,
					name: "timed",
					include: TIMED,
					maxWorkers: 1,
					sequence: { groupOrder: 1 },
				},
			},
		],
	},
});
