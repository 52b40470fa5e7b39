// npm run check: the checks of the code run beside those of types and build, because one after the
// other they would leave a core idle; then come the checks of the built packages. The output of
// each follows its end.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

/** Runs a script of package.json, and ends this process with 1 if it fails. */
function runScript(name: string): Promise<void> {
	const options = { cwd: ROOT, shell: process.platform === "win32", maxBuffer: MAX_OUTPUT_BYTES };
	return new Promise((resolve) => {
		execFile("npm", ["run", "-s", name], options, (error, stdout, stderr) => {
			process.stdout.write(stdout + stderr);
			if (error !== null) {
				console.error(`npm run ${name} failed, with exit code ${error.code}.`);
				process.exitCode = 1;
			}
			resolve();
		});
	});
}

await Promise.all(["check:code", "check:types"].map(runScript));
if (process.exitCode === undefined) await runScript("check:packages");
