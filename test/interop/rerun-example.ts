import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { until } from "../support/werift-viewer.ts";

/** examples/rerun.ts as it runs, saving what it records. */
export interface RunningExample extends AsyncDisposable {
	readonly url: string;
	/** What it said: the server's log, and its own lines. */
	readonly log: () => string;
	/** Ends it as Ctrl+C does: the file is whole then. @throws {Error} if it ends otherwise. */
	stop(): Promise<void>;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Starts examples/rerun.ts in a process of its own. @param path of the recording. */
export async function startExample(path: string): Promise<RunningExample> {
	const child = spawn(
		process.execPath,
		["--conditions=panogaze-source", `${root}examples/rerun.ts`, "--save", path],
		{
			cwd: tmpdir(),
			env: { ...process.env, PORT: "0" },
			stdio: ["ignore", "ignore", "pipe"],
		},
	);
	let output = "";
	child.stderr.on("data", (chunk) => (output += chunk));
	const exited = once(child, "close");
	await until(() => /Open http/.test(output) || child.exitCode !== null, "the example's address", 30_000);
	const url = /http:\/\/localhost:\d+\//.exec(output)?.[0];
	if (url === undefined) throw new Error(`The example did not start: ${output}`);
	return {
		url,
		log: () => output,
		stop: async () => {
			child.kill("SIGINT");
			const [code] = (await exited) as [number | null];
			if (code !== 0) throw new Error(`The example ended with ${code}: ${output}`);
		},
		[Symbol.asyncDispose]: async () => {
			child.kill("SIGKILL");
			await exited;
		},
	};
}
