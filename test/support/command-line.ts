import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { until } from "./werift-viewer.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The longest wait for anything, however busy the machine is. */
export const PATIENCE_MS = 60_000;

/** Exit code and output of a program that has ended. */
interface CommandResult {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Ends a command in place of the process. */
class Exit extends Error {
	readonly code: number;

	constructor(code: number) {
		super(`Exit with ${code}`);
		this.code = code;
	}
}

/**
 * Runs `panogaze` with `args` to its exit inside this process: as the program does, without the
 * second that it takes to load. One at a time, as it replaces the process's arguments and output.
 */
export async function runInProcess(args: readonly string[]): Promise<CommandResult> {
	const { runProgram } = await import("../../src/cli/program.ts");
	const printed = { stdout: "", stderr: "" };
	const print = (name: keyof typeof printed) => (chunk: unknown) => {
		printed[name] += String(chunk);
		return true;
	};
	const printLine = (name: keyof typeof printed) => (line: unknown) => void print(name)(`${line}\n`);
	const { argv, exit, stdout, stderr } = process;
	const { error, log } = console;
	const writes = { stdout: stdout.write, stderr: stderr.write };
	Object.assign(stdout, { write: print("stdout") });
	Object.assign(stderr, { write: print("stderr") });
	Object.assign(console, { log: printLine("stdout"), error: printLine("stderr") });
	process.argv = [process.execPath, "panogaze", ...args];
	process.exit = ((code: number) => {
		throw new Exit(code);
	}) as typeof exit;
	try {
		await runProgram();
		return { code: 0, ...printed };
	} catch (reason) {
		if (!(reason instanceof Exit)) throw reason;
		return { code: reason.code, ...printed };
	} finally {
		Object.assign(process, { argv, exit });
		Object.assign(console, { error, log });
		Object.assign(stdout, { write: writes.stdout });
		Object.assign(stderr, { write: writes.stderr });
	}
}

/** A program that runs, or has ended. */
export interface StartedProgram {
	readonly child: ChildProcessByStdio<null, Readable, Readable>;
	/** Resolves with exit code and signal when all output has been read. */
	readonly ended: Promise<[code: number | null, signal: string | null]>;
	/** All that it has printed so far, to stdout and stderr. */
	output(): string;
	stdout(): string;
	stderr(): string;
}

/** Runs the command line in a folder of its own. The caller disposes of it. */
export class CommandLine implements Disposable {
	/** Folder in which the programs run, removed at the end. */
	readonly folder = mkdtempSync(join(tmpdir(), "panogaze-command-"));
	readonly #children: StartedProgram["child"][] = [];

	/** Starts `panogaze` with `args`. */
	start(args: readonly string[], nodeFlags: readonly string[] = []): StartedProgram {
		return this.startNode([...nodeFlags, join(root, "src/cli/main.ts"), ...args]);
	}

	/** Runs `panogaze` with `args` to its end. */
	async run(args: readonly string[], nodeFlags: readonly string[] = []): Promise<CommandResult> {
		const { ended, stdout, stderr } = this.start(args, nodeFlags);
		const [code] = await ended;
		return { code, stdout: stdout(), stderr: stderr() };
	}

	/**
	 * Starts Node on the sources.
	 * @param env variables beside the environment of the test
	 */
	startNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): StartedProgram {
		const child = spawn(process.execPath, ["--conditions=panogaze-source", ...args], {
			cwd: this.folder,
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...process.env, ...env },
		});
		this.#children.push(child);
		const printed = { all: "", stdout: "", stderr: "" };
		for (const name of ["stdout", "stderr"] as const) {
			child[name].setEncoding("utf8").on("data", (chunk: string) => {
				printed.all += chunk;
				printed[name] += chunk;
			});
		}
		const ended = once(child, "close") as Promise<[code: number | null, signal: string | null]>;
		return { child, ended, output: () => printed.all, stdout: () => printed.stdout, stderr: () => printed.stderr };
	}

	/** Writes a file into the folder in which the programs run. */
	write(name: string, content: string): void {
		writeFileSync(join(this.folder, name), content);
	}

	/** Makes a pipe in the file system, without a writer. */
	makePipe(name: string): string {
		const path = join(this.folder, name);
		execFileSync("mkfifo", [path]);
		return path;
	}

	[Symbol.dispose](): void {
		for (const child of this.#children) child.kill("SIGKILL");
		rmSync(this.folder, { recursive: true });
	}
}

/**
 * Waits until a program has opened the pipe for reading.
 * @returns descriptor of the writing end, which keeps the reader waiting for bytes
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
