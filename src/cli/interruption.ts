import { constants } from "node:os";
import { exitByForce } from "../threads/process-end.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Longest time from the first signal to the end, milliseconds. */
const GRACE_MS = 2800;

const asked = new AbortController();
/**
 * Aborted when this program is to end: by Ctrl+C, SIGTERM or SIGHUP, or because the reader of its
 * output has ended.
 */
export const interruption: AbortSignal = asked.signal;
let askedMs = 0;
/** Set by `signalsEndAtOnce`. */
let atOnce = false;

/** From now on the first signal aborts `interruption`, and the second ends the process at once. */
export function listenForSignals(): void {
	for (const signal of SIGNALS) process.on(signal, onSignal);
	// A pipe whose reader has ended, or a terminal that was closed.
	process.stdout.on("error", () => {
		if (atOnce) exitByForce(0);
		ask("the reader of the output has ended");
	});
	process.stderr.on("error", () => {});
}

/**
 * Lets signals do what the system does without this program, also while its main thread is blocked:
 * for commands that have nothing to tidy up.
 */
export async function signalsEndAtOnce(): Promise<void> {
	// A signal that came while this program was being loaded is delivered by a turn of the event
	// loop, and lost if it has no listener then.
	for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
	for (const signal of SIGNALS) process.off(signal, onSignal);
	atOnce = true;
	if (interruption.aborted) exitByForce(codeOf(interruption.reason));
}

/** Resolves when the program is to end. */
export function interrupted(): Promise<void> {
	return new Promise((resolve) => {
		if (interruption.aborted) resolve();
		else interruption.addEventListener("abort", () => resolve(), { once: true });
	});
}

/**
 * Awaits `work`. Some time after the interruption it stops waiting: the process ends, with exit
 * code 0.
 */
export async function withinGrace<T>(work: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const setTimer = () => {
		timer = setTimeout(() => exitByForce(0), askedMs + GRACE_MS - performance.now());
	};
	if (interruption.aborted) setTimer();
	else interruption.addEventListener("abort", setTimer);
	try {
		return await work;
	} finally {
		clearTimeout(timer);
		interruption.removeEventListener("abort", setTimer);
	}
}

function onSignal(signal: NodeJS.Signals): void {
	if (interruption.aborted) exitByForce(codeOf(signal));
	ask(signal);
}

function ask(reason: string): void {
	if (interruption.aborted) return;
	askedMs = performance.now();
	asked.abort(reason);
}

/** The exit code by which a shell names the signal that ended a program. */
function codeOf(signal: string): number {
	return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}
