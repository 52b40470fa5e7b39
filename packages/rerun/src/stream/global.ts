import type { Columns } from "../archetypes/archetype.ts";
import type { BlueprintActivationOptions } from "../blueprint/activation-options.ts";
import type { BlueprintLike } from "../blueprint/blueprint.ts";
import type { TimeValue, TimeValues } from "../chunk/time-value.ts";
import { checkOptions } from "../option-names.ts";
import type { Sink } from "../sinks/sink.ts";
import {
	type LogArgument,
	type LogOptions,
	RECORDING_STREAM_OPTIONS,
	RecordingStream,
	type RecordingStreamOptions,
} from "./recording-stream.ts";

/*
 * The active stream, for code that was given none: that of the innermost `withRecording`, else that
 * of the last `init`.
 */

/** Remembers a stream for what runs inside of a call. */
interface RecordingScope {
	run<T>(recording: RecordingStream, work: () => T): T;
	getStore(): RecordingStream | undefined;
}

/** A scope for browsers, which can't follow a function behind its first `await`. */
export class SynchronousScope implements RecordingScope {
	#recording: RecordingStream | undefined;

	run<T>(recording: RecordingStream, work: () => T): T {
		const before = this.#recording;
		this.#recording = recording;
		try {
			return work();
		} finally {
			this.#recording = before;
		}
	}

	getStore(): RecordingStream | undefined {
		return this.#recording;
	}
}

/** Node's AsyncLocalStorage, without an import that browsers and bundlers would fail on. */
function bestScope(): RecordingScope {
	const { process } = globalThis as {
		process?: { getBuiltinModule?: (name: string) => { AsyncLocalStorage: new () => RecordingScope } | undefined };
	};
	const hooks = process?.getBuiltinModule?.("node:async_hooks");
	return hooks === undefined ? new SynchronousScope() : new hooks.AsyncLocalStorage();
}

const scope = bestScope();
let global: RecordingStream | undefined;
let warned = false;

/**
 * Makes a stream, and makes it the active one. The stream of the last `init` is closed.
 *
 * @throws {RangeError} when viewers would change `applicationId`.
 * @throws {TypeError} when an option has an unknown name.
 */
export function init(applicationId: string, options: RecordingStreamOptions = {}): RecordingStream {
	checkOptions(options, RECORDING_STREAM_OPTIONS, "init()");
	const recording = new RecordingStream(applicationId, options);
	const before = global;
	global = recording;
	void before?.close();
	return recording;
}

/** Makes a stream the active one. The stream before it stays open. */
export function setGlobalRecording(recording: RecordingStream | undefined): void {
	global = recording;
}

/** The stream that `log` and the other functions use. */
export function activeRecording(): RecordingStream | undefined {
	return scope.getStore() ?? global;
}

/**
 * Runs `work` with another active stream.
 *
 * In Node the stream is active in everything that `work` calls and awaits; in a browser only until
 * its first `await`.
 */
export function withRecording<T>(recording: RecordingStream, work: () => T): T {
	return scope.run(recording, work);
}

/** `RecordingStream.log` of the active stream. Without a stream it warns once and logs nothing. */
export function log(
	path: string | readonly string[],
	...args: readonly LogArgument[] | readonly [...LogArgument[], LogOptions]
): void {
	active()?.log(path, ...args);
}

/** `RecordingStream.sendColumns` of the active stream. */
export function sendColumns(
	path: string | readonly string[],
	times: Readonly<Record<string, TimeValues>>,
	...columns: readonly (Columns | readonly Columns[])[]
): void {
	active()?.sendColumns(path, times, ...columns);
}

/** `RecordingStream.setTime` of the active stream. */
export function setTime(name: string, value: TimeValue): void {
	active()?.setTime(name, value);
}

/** `RecordingStream.disableTimeline` of the active stream. */
export function disableTimeline(name: string): void {
	active()?.disableTimeline(name);
}

/** `RecordingStream.resetTime` of the active stream. */
export function resetTime(): void {
	active()?.resetTime();
}

/** `RecordingStream.setSinks` of the active stream. */
export function setSinks(...sinks: readonly Sink[]): void {
	active()?.setSinks(...sinks);
}

/** `RecordingStream.flush` of the active stream. */
export async function flush(timeoutSec?: number): Promise<boolean> {
	return (await active()?.flush(timeoutSec)) ?? true;
}

/** `RecordingStream.sendBlueprint` of the active stream. */
export function sendBlueprint(blueprint: BlueprintLike, options?: BlueprintActivationOptions): void {
	active()?.sendBlueprint(blueprint, options);
}

/** `RecordingStream.sendProperty` of the active stream. */
export function sendProperty(name: string, ...values: readonly LogArgument[]): void {
	active()?.sendProperty(name, ...values);
}

/** `RecordingStream.sendRecordingName` of the active stream. */
export function sendRecordingName(name: string): void {
	active()?.sendRecordingName(name);
}

function active(): RecordingStream | undefined {
	const recording = activeRecording();
	if (recording === undefined && !warned) {
		warned = true;
		console.warn("[rerun] Data is logged, and there is no recording: init() or withRecording() is missing.");
	}
	return recording;
}
