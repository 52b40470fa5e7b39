// The page is built again when it changes, the server starts again when its sources change.
// Arguments go to `panogaze serve`.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const children = [
	[
		`${root}node_modules/vite/bin/vite.js`,
		"build",
		"--config",
		"web/vite.config.ts",
		"--watch",
		"--logLevel",
		"warn",
	],
	["--watch", `${root}src/cli/main.ts`, ...process.argv.slice(2)],
].map((args) => spawn(process.execPath, args, { cwd: root, stdio: "inherit" }));
for (const child of children) child.on("exit", () => children.forEach((other) => void other.kill()));
process.on("SIGINT", () => children.forEach((child) => void child.kill("SIGINT")));
