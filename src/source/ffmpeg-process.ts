import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { assert } from "../media/assert.ts";
import { FfmpegError } from "./ffmpeg-error.ts";
import { withoutSecrets } from "./source-name.ts";
import { SourceError } from "./video-source.ts";

/** Most characters of stderr that are kept for the error's text. */
const KEPT_LINES = 6;
/** Time that a child has to end by itself before it is killed, milliseconds. */
const TERMINATE_MS = 1000;

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

/**
 * An ffmpeg or ffprobe child. Its last lines on stderr are kept, and it is always waited for: no
 * zombie remains.
 */
export class FfmpegProcess {
	readonly program: string;
	readonly #child: Child;
	readonly #exited: Promise<number | null>;
	readonly #lines: string[] = [];
	#failedToStart: NodeJS.ErrnoException | undefined;

	/** @param input true: its standard input is written to by `stdin`; false: it has none. */
	constructor(program: string, args: readonly string[], input = false) {
		this.program = program;
		this.#child = spawn(program, args, {
			stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
			windowsHide: true,
		}) as Child;
		this.#exited = new Promise((resolve) => {
			this.#child.once("error", (error: NodeJS.ErrnoException) => {
				this.#failedToStart = error;
				resolve(null);
			});
			// "close" comes after the last byte of both pipes.
			this.#child.once("close", (code) => resolve(code));
		});
		let rest = "";
		this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
			const lines = (rest + text).split(/[\r\n]+/);
			rest = (lines.pop() ?? "").slice(-2000);
			this.#keep(lines);
		});
		this.#child.stderr.once("end", () => this.#keep([rest]));
	}

	/** Process id; 0 when the program could not be started. */
	get pid(): number {
		return this.#child.pid ?? 0;
	}

	/** @throws {AssertionError} when the child was started without a standard input. */
	get stdin(): Writable {
		const { stdin } = this.#child;
		assert(stdin !== null, "A child that is written to was started with a standard input.");
		return stdin;
	}

	get stdout(): Readable {
		return this.#child.stdout;
	}

	/** The last lines on stderr, without credentials. */
	get lastLines(): string {
		return this.#lines.join("\n");
	}

	/**
	 * Waits for the end.
	 * @returns exit code, `null` after a signal.
	 * @throws {SourceError} `no-program` when it never ran.
	 */
	async exit(): Promise<number | null> {
		const code = await this.#exited;
		if (this.#failedToStart === undefined) return code;
		const missing = this.#failedToStart.code === "ENOENT";
		const reason = missing ? "it is not installed or not on the PATH" : this.#failedToStart.message;
		throw new SourceError("no-program", `The program "${this.program}" can't be run: ${reason}.`, {
			cause: this.#failedToStart,
		});
	}

	/**
	 * All of stdout as text.
	 * @throws {FfmpegError} when the program ends with an error.
	 * @throws {SourceError} `no-program` when it never ran.
	 */
	async text(): Promise<{ text: string; error: FfmpegError | undefined }> {
		const chunks: Buffer[] = [];
		this.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
		const code = await this.exit();
		return { text: Buffer.concat(chunks).toString("utf8"), error: code === 0 ? undefined : this.error(code) };
	}

	/** The error for an end with `exitCode`. */
	error(exitCode: number | null): FfmpegError {
		const how = exitCode === null ? "was ended by a signal" : `ended with exit code ${exitCode}`;
		return new FfmpegError(`${this.program} ${how}: ${this.lastLines || "it printed nothing"}`, exitCode);
	}

	/** Asks the child to end, later kills it, and waits for it. */
	async stop(): Promise<void> {
		if (this.#child.exitCode === null && this.#child.signalCode === null) {
			this.#child.stdout.destroy();
			this.#child.kill("SIGTERM");
			const timer = setTimeout(() => this.#child.kill("SIGKILL"), TERMINATE_MS);
			await this.#exited;
			clearTimeout(timer);
		}
		await this.#exited;
	}

	#keep(lines: readonly string[]): void {
		for (const line of lines) {
			if (line.trim() === "") continue;
			// Errors repeat the arguments, and every address in them may hold a password.
			this.#lines.push(line.trim().replace(/[a-z][a-z0-9+.-]*:\/\/\S+/gi, (url) => withoutSecrets(url)));
		}
		this.#lines.splice(0, this.#lines.length - KEPT_LINES);
	}
}
