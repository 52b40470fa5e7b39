// Builds the page into dist/web unless it is newer than everything it is made of. Called before
// `npm start` and `npm test`.
import { globSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../", import.meta.url));
const sources = globSync(["web/**/*", "src/{client,protocol,skeleton,media}/**/*.ts", "package-lock.json"], {
	cwd: root,
});
const newestMs = Math.max(...sources.map((file) => statSync(root + file).mtimeMs));
const builtMs = statSync(`${root}dist/web/index.html`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (builtMs < newestMs) await build({ configFile: `${root}web/vite.config.ts`, logLevel: "warn" });
