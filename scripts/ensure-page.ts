// Builds the page into dist/web unless it is newer than all its sources: before `npm start` and
// `npm run bench`, and as a global setup of the tests that open it.
import { globSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../", import.meta.url));
const SOURCES = ["web/**/*", "src/{client,protocol,skeleton,media}/**/*.ts", "package-lock.json"];

/** Builds the page if a source of it is newer. */
export default async function ensurePage(): Promise<void> {
	const newestMs = Math.max(...globSync(SOURCES, { cwd: root }).map((file) => statSync(root + file).mtimeMs));
	const builtMs = statSync(`${root}dist/web/index.html`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
	if (builtMs < newestMs) await build({ configFile: `${root}web/vite.config.ts`, logLevel: "warn" });
}

if (import.meta.main) await ensurePage();
