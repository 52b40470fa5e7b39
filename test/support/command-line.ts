import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./werift-viewer.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Nothing is waited for longer, however busy the machine is. */
export const PATIENCE_MS = 60_000;

/** Runs the command line in a folder of its own. The caller disposes of it. */
export class CommandLine implements Disposable {
	readonly #folder = mkdtempSync(join(tmpdir(), "panogaze-command-"));
	readonly #children: ChildProcess[] = [];

	/** Starts `panogaze` with `args`. */
	start(args: readonly string[], nodeFlags: readonly string[] = []) {
		return this.startNode([...nodeFlags, join(root, "src/cli/main.ts"), ...args]);
	}

	/** Starts Node on the sources. `ended` has exit code and signal, `output` what it has printed so far. */
	startNode(args: readonly string[]) {
		const child = spawn(process.execPath, ["--conditions=panogaze-source", ...args], {
			cwd: this.#folder,
			stdio: ["ignore", "pipe", "pipe"],
			// Several programs at a time compile the same files.
			env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "panogaze-compile-cache") },
		});
		this.#children.push(child);
		let output = "";
		for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
		const ended = once(child, "close") as Promise<[code: number | null, signal: string | null]>;
		return { child, ended, output: () => output };
	}

	/** Makes a pipe in the file system, into which nobody writes. */
	makePipe(name: string): string {
		const path = join(this.#folder, name);
		execFileSync("mkfifo", [path]);
		return path;
	}

	[Symbol.dispose](): void {
		for (const child of this.#children) child.kill("SIGKILL");
		rmSync(this.#folder, { recursive: true });
	}
}

/**
 * Waits until somebody has opened the pipe for reading.
 * @returns the writing end, which keeps the reader waiting for bytes
 */
export async function untilRead(pipe: string): Promise<number> {
	let descriptor = -1;
	const open = () => {
		try {
			descriptor = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
		}
		return descriptor >= 0;
	};
	await until(open, "a reader", PATIENCE_MS);
	return descriptor;
}
