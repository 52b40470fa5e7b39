import { accessSync, constants, writeSync } from "node:fs";
import { inspect } from "node:util";
import { isMainThread } from "node:worker_threads";

/** A thread that has to come to rest before Node may end the process. */
export interface Endable {
	readonly insideNative: boolean;
	askToStop(): void;
	/** Blocks until no native code is at work, at most `timeoutMs`. */
	waitForRest(timeoutMs: number): void;
	/** The process ends now. */
	onProcessEnd(): void;
}

/**
 * Longest time that the process waits at its end until no thread is inside native code,
 * milliseconds.
 */
const REST_MS = 300;

const running = new Set<Endable>();
/** Number of native calls of this thread that have not returned. */
let callsUnderWay = 0;
/** True when the process ends without waiting for anything. */
let byForce = false;

/**
 * An uncaught error, kept until the next turn of the event loop: if it ends the process, Node
 * prints it only after "exit".
 */
let uncaught: { readonly error: unknown } | undefined;

if (isMainThread) {
	process.on("exit", onExit);
	process.on("uncaughtExceptionMonitor", (error) => {
		uncaught = { error };
		setImmediate(() => {
			uncaught = undefined;
		}).unref();
	});
}

/**
 * Registers a thread that the end of the process has to bring to rest.
 * @returns a function that forgets the thread, to be called after its end.
 */
export function endWithProcess(thread: Endable): () => void {
	running.add(thread);
	return () => void running.delete(thread);
}

/**
 * Awaits a native call that may block for as long as the system likes, so that the end of the
 * process does not wait for it.
 */
export async function inNativeCode<T>(call: () => Promise<T>): Promise<T> {
	callsUnderWay++;
	try {
		return await call();
	} finally {
		callsUnderWay--;
	}
}

/**
 * Ends the process as `process.exit(code)` does, but nothing can hold it up, such as a file of
 * Node's own that never opens. Listeners for "exit" have their turn. Where Node can't end by force
 * with a code (see `endByForce`) it is `process.exit`.
 */
export function exitByForce(code: number): never {
	byForce = canBecomeAnother();
	process.exit(code);
}

/**
 * At its end Node joins its threads and its pool of threads. A thread that is inside FFmpeg makes
 * Node abort (exit code 134); a thread that waits for the system (a FIFO, a mount that hangs) makes
 * it wait for ever. So a thread that does not come to rest is left where it is, and the process
 * ends by force.
 */
function onExit(code: number): void {
	for (const thread of running) thread.askToStop();
	const deadline = performance.now() + REST_MS;
	for (const thread of running) thread.waitForRest(deadline - performance.now());
	for (const thread of running) thread.onProcessEnd();
	if (!byForce && callsUnderWay === 0 && ![...running].some(({ insideNative }) => insideNative)) return;
	// The program's own listeners that come after this one still have their turn.
	const listeners = process.rawListeners("exit") as ((code: number) => void)[];
	for (const listener of listeners.slice(listeners.indexOf(onExit) + 1)) listener.call(process, code);
	if (uncaught !== undefined)
		writeSync(process.stderr.fd, `Uncaught ${inspect(uncaught.error)}\n\nNode.js ${process.version}\n`);
	endByForce(Number(process.exitCode ?? code));
}

/**
 * Ends the process at once, with `code`. No thread can hold that up. Node has no `_exit()`;
 * becoming another program does the same: the system ends all threads, and the other program only
 * has an exit code. Where Node can't (Windows, Node before 22.15), the process is killed: exit code
 * 1 or 137.
 */
function endByForce(code: number): never {
	if (canBecomeAnother()) {
		if (mayRun("/bin/sh")) process.execve!("/bin/sh", ["sh", "-c", 'exit "$1"', "sh", String(code)], {});
		process.execve!(process.execPath, [process.execPath, "--eval", `process.exit(${code})`], {});
	}
	process.kill(process.pid, "SIGKILL");
	throw new Error("The process outlived its end.");
}

function canBecomeAnother(): boolean {
	return isMainThread && process.platform !== "win32" && typeof process.execve === "function";
}

function mayRun(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
