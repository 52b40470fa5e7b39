// Builds the workspaces, and dist: the library and the command line with tsc, the page with Vite.
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../", import.meta.url));
for (const folder of ["dist", "packages/rerun/dist", "packages/client/dist"])
	rmSync(root + folder, { recursive: true, force: true });
for (const project of [
	"packages/rerun/tsconfig.build.json",
	"packages/client/tsconfig.build.json",
	"tsconfig.build.json",
])
	execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-p", project], {
		cwd: root,
		stdio: "inherit",
	});
chmodSync(`${root}dist/cli/main.js`, 0o755);
await build({ configFile: `${root}web/vite.config.ts`, logLevel: "warn" });
