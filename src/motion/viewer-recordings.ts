import { statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { EventListeners } from "../media/events.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import type { MotionFileError } from "./motion-file-error.ts";
import { freeName, MotionRecorder, type MotionTimes } from "./motion-recorder.ts";
import { completeRecorderOptions, type MotionRecorderOptions } from "./motion-recorder-options.ts";

/** Notices of `ViewerRecordings`, each with the viewer that was given to `write`. */
export interface ViewerRecordingsEvents {
	/** The first pose of a viewer came. */
	begun: [viewer: string, recorder: MotionRecorder];
	/** A recording has stopped before its end, or, without a recorder, can't be begun. */
	failed: [viewer: string, failure: MotionFileError, recorder: MotionRecorder | undefined];
	/** A viewer's recording is being finished; an HDF5 file takes some seconds for each hour. */
	ending: [viewer: string, recorder: MotionRecorder];
	/** A viewer's recording is finished; `failed` has reported if it did not go well. */
	ended: [viewer: string, recorder: MotionRecorder];
}

/**
 * A recording for each viewer who sends poses, from the first pose until `end`. With the option
 * `path` the first viewer's file has that name, and the others' a number after it.
 */
export class ViewerRecordings implements AsyncDisposable {
	readonly #options: MotionRecorderOptions;
	readonly #events = new EventListeners<ViewerRecordingsEvents>();
	/** `undefined` for a viewer whose recording could not be begun. */
	readonly #recorders = new Map<string, MotionRecorder | undefined>();
	readonly #ending = new Set<Promise<void>>();
	#failures = 0;

	/**
	 * @param options of each recorder
	 * @throws {RangeError | TypeError} if an option is wrong; the message names it.
	 */
	constructor(options: MotionRecorderOptions = {}) {
		completeRecorderOptions(options);
		this.#options = options;
	}

	/** Recordings that did not go well. */
	get failures(): number {
		return this.#failures;
	}

	/** @returns a function that removes the listener. */
	on<Name extends keyof ViewerRecordingsEvents>(
		name: Name,
		listener: (...args: ViewerRecordingsEvents[Name]) => void,
	): () => void {
		return this.#events.on(name, listener);
	}

	/**
	 * Writes a pose of a viewer, as `MotionRecorder.write` does.
	 *
	 * @param viewer any text that is the viewer's own, such as `viewer.id`
	 * @returns `false` if the pose was lost.
	 * @throws {RangeError} as `MotionRecorder.write`.
	 */
	write(viewer: string, sample: PoseSample, times: MotionTimes): boolean {
		if (!this.#recorders.has(viewer)) this.#recorders.set(viewer, this.#begin(viewer));
		return this.#recorders.get(viewer)?.write(sample, times) ?? false;
	}

	/** Finishes a viewer's recording, if there is one: the viewer has left. Never rejects. */
	async end(viewer: string): Promise<void> {
		const recorder = this.#recorders.get(viewer);
		this.#recorders.delete(viewer);
		if (recorder === undefined) return;
		const ending = this.#end(viewer, recorder);
		this.#ending.add(ending);
		await ending;
		this.#ending.delete(ending);
	}

	/** Finishes all recordings. Never rejects; `failures` counts the bad ones. */
	async close(): Promise<void> {
		for (const viewer of [...this.#recorders.keys()]) void this.end(viewer);
		await Promise.all(this.#ending);
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	#begin(viewer: string): MotionRecorder | undefined {
		const { path } = this.#options;
		try {
			const recorder = MotionRecorder.start({
				...this.#options,
				path: path === undefined ? undefined : firstOrNumbered(path),
			});
			void recorder.ended.then((failure) => failure && this.#fail(viewer, failure, recorder));
			this.#events.emit("begun", viewer, recorder);
			return recorder;
		} catch (error) {
			this.#fail(viewer, error as MotionFileError);
			return undefined;
		}
	}

	async #end(viewer: string, recorder: MotionRecorder): Promise<void> {
		this.#events.emit("ending", viewer, recorder);
		// `failed` reports a failure when it happens.
		await recorder.close().catch(() => {});
		this.#events.emit("ended", viewer, recorder);
	}

	#fail(viewer: string, failure: MotionFileError, recorder?: MotionRecorder): void {
		this.#failures++;
		this.#events.emit("failed", viewer, failure, recorder);
	}
}

/** Pipes and devices have no number two. */
function firstOrNumbered(path: string): string {
	const special = statSync(path, { throwIfNoEntry: false });
	return special !== undefined && !special.isFile() ? path : freeName(dirname(path), basename(path));
}
