import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { until } from "./werift-viewer.ts";

/** A program of examples/ as it runs. */
export interface RunningExample extends AsyncDisposable {
	readonly url: string;
	/** What it said: the server's log, and its own lines. */
	readonly log: () => string;
	/** Ends it as Ctrl+C does: the file is whole then. @throws {Error} if it ends otherwise. */
	stop(): Promise<void>;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Starts a program of examples/ in a process of its own, at a free port.
 *
 * @param name of the program's file.
 */
export async function startExample(name: string, ...args: readonly string[]): Promise<RunningExample> {
	const child = spawn(process.execPath, ["--conditions=panogaze-source", `${root}examples/${name}`, ...args], {
		cwd: tmpdir(),
		env: { ...process.env, PORT: "0" },
		stdio: ["ignore", "pipe", "pipe"],
	});
	let output = "";
	for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
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
