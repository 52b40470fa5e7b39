import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { checkOptions, type OptionNames } from "../option-names.ts";
import { DEFAULT_GRPC_PORT } from "../serving/message-proxy-service.ts";
import { onEndSignal } from "./end-signals.ts";
import { findProgram, isExecutable } from "./find-program.ts";

/** The options of `spawnViewer`. */
export interface SpawnViewerOptions {
	/** The port at which the viewer listens. @default 9876 */
	readonly port?: number | undefined;
	/**
	 * Memory of the viewer, beyond which it forgets the oldest data: `16GB` or `50%`.
	 * @default "75%"
	 */
	readonly memoryLimit?: string | undefined;
	/** Memory for data that the viewer keeps for viewers that connect to it. @default "1GiB" */
	readonly serverMemoryLimit?: string | undefined;
	/** @default false */
	readonly hideWelcomeScreen?: boolean | undefined;
	/** `true`: the viewer stays when this program ends. @default true */
	readonly detach?: boolean | undefined;
	/** The name of the viewer's program. @default "rerun" */
	readonly executableName?: string | undefined;
	/** The path of the viewer's program. @default looks for its name in the `PATH` */
	readonly executablePath?: string | undefined;
	/** More arguments for the viewer. */
	readonly extraArguments?: readonly string[] | undefined;
	/** Longest wait until the viewer listens, in seconds. @default 30 */
	readonly timeoutSec?: number | undefined;
}

const OPTIONS: OptionNames<SpawnViewerOptions> = {
	port: true,
	memoryLimit: true,
	serverMemoryLimit: true,
	hideWelcomeScreen: true,
	detach: true,
	executableName: true,
	executablePath: true,
	extraArguments: true,
	timeoutSec: true,
};

/** A viewer that runs beside this program. */
export interface SpawnedViewer {
	/** The address for `connectGrpc`. */
	readonly url: string;
	/**
	 * The process that was started, which may have started the viewer itself. `null`: a viewer was
	 * running on that port already, and is used.
	 */
	readonly process: ChildProcess | null;
	/** Ends the viewer, if it was started here. */
	close(): void;
}

const POLL_MS = 50;
/** Characters of the viewer's last output that the error repeats. */
const LAST_WORDS = 2000;

/**
 * Starts Rerun's viewer, which has to be installed, and waits until the viewer listens.
 *
 * ```ts
 * const { url } = await spawnViewer();
 * recording.setSinks(connectGrpc(url));
 * ```
 *
 * @throws {Error} when the viewer is not installed (the message says how to), ends at once, or does
 * not listen in time.
 * @throws {TypeError} when an option has an unknown name.
 */
export async function spawnViewer(options: SpawnViewerOptions = {}): Promise<SpawnedViewer> {
	checkOptions(options, OPTIONS, "spawnViewer()");
	const port = options.port ?? DEFAULT_GRPC_PORT;
	const url = `rerun+http://127.0.0.1:${port}/proxy`;
	if (await isListening(port)) return { url, process: null, close: () => {} };
	const path = viewerPath(options);
	const staysBehind = options.detach ?? true;
	const child = spawn(path, viewerArguments(port, options), {
		// Python's "rerun" starts the viewer as another process. A group lets both be ended.
		detached: true,
		// A viewer that stays would fail on a pipe that is not read any more.
		stdio: ["ignore", "ignore", staysBehind ? "ignore" : "pipe"],
	});
	const close = () => endGroup(child);
	if (!staysBehind) child.once("exit", atEnd(close));
	let lastWords = "";
	child.stderr?.on("data", (text: Buffer) => {
		lastWords = (lastWords + text).slice(-LAST_WORDS);
	});
	let ended: string | null = null;
	child.once("error", (error) => {
		ended = error.message;
	});
	child.once("exit", (code, signal) => {
		ended ??= `it ended with ${signal ?? `exit code ${code}`}`;
	});
	if (staysBehind) child.unref();
	const deadline = Date.now() + 1000 * (options.timeoutSec ?? 30);
	while (!(await isListening(port))) {
		if (ended !== null)
			throw new Error(
				`Rerun's viewer (${path}) could not be started: ${ended}.` +
					(lastWords === "" ? "" : `\n${lastWords.trim()}`),
			);
		if (Date.now() > deadline) {
			close();
			throw new Error(
				`Rerun's viewer (${path}) did not listen at port ${port} within ${options.timeoutSec ?? 30} s.`,
			);
		}
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	}
	return { url, process: child, close };
}

/** Calls `end` when this program ends, by itself or by a signal. @returns removes the listeners. */
function atEnd(end: () => void): () => void {
	const forgetSignals = onEndSignal((signal) => {
		forgetSignals();
		end();
		// Without a listener the signal would have ended the process. Other listeners decide for
		// themselves.
		if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
	});
	process.once("exit", end);
	return () => {
		process.removeListener("exit", end);
		forgetSignals();
	};
}

function endGroup(child: ChildProcess): void {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	try {
		if (process.platform === "win32") child.kill();
		else process.kill(-child.pid, "SIGTERM");
	} catch {
		// It ended in the meantime.
	}
}

function viewerPath({ executablePath, executableName = "rerun" }: SpawnViewerOptions): string {
	if (executablePath !== undefined) {
		if (!isExecutable(executablePath)) throw new Error(`executablePath is ${executablePath}, which is no program.`);
		return executablePath;
	}
	const path = findProgram(executableName);
	if (path === null)
		throw new Error(
			`Rerun's viewer is not installed: there is no program "${executableName}" in the PATH. ` +
				'Install it with "pip install rerun-sdk" or "cargo install rerun-cli", or take it from ' +
				"https://github.com/rerun-io/rerun/releases. serveWebViewer() needs no installation.",
		);
	return path;
}

function viewerArguments(port: number, options: SpawnViewerOptions): string[] {
	return [
		`--port=${port}`,
		`--memory-limit=${options.memoryLimit ?? "75%"}`,
		`--server-memory-limit=${options.serverMemoryLimit ?? "1GiB"}`,
		"--expect-data-soon",
		...(options.hideWelcomeScreen === true ? ["--hide-welcome-screen"] : []),
		...(options.extraArguments ?? []),
	];
}

function isListening(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}
