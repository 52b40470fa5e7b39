import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { recordedReading } from "../recording/read/recorded-reading.ts";
import { OutputError, outputFailure } from "../render/output-error.ts";
import { orientationFilters, UPRIGHT } from "../source/picture-orientation.ts";
import { completeLibavOptions } from "../source/source-options.ts";
import { SourceError } from "../source/video-source.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import type { CameraStart } from "./camera-protocol.ts";
import type { EpisodeVideo } from "./dataset-format.ts";
import { lensOf, type ViewWish } from "./drawn-cameras.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import { picturesOfRows } from "./picture-plan.ts";
import type { Sphere } from "./recorded-spheres.ts";
import type { FromSphere, SphereSource, SphereStart } from "./sphere-protocol.ts";

const END_MS = 5000;

/** A view that is drawn, of one eye, with its files and their size. */
export interface SphereView {
	readonly wish: ViewWish;
	readonly eye: 0 | 1;
	readonly start: CameraStart;
}

/** The videos of spheres, and what is drawn from them. */
export interface SphereVideoOptions {
	/** Files that the recorded servers have shown, for all rows. */
	readonly spheres: readonly Sphere[];
	readonly views: readonly SphereView[];
	readonly episodes: readonly PlannedEpisode[];
	readonly onNotice: (message: string) => void;
}

/** The videos of cameras that are drawn from the sphere, made by a thread of their own. */
export class SphereVideo implements AsyncDisposable {
	readonly #thread: Thread<"discard", FromSphere>;
	#failure: Error | undefined;
	readonly #finished = Promise.withResolvers<readonly (readonly EpisodeVideo[])[]>();

	/**
	 * @throws {RangeError} when the recorded pictures have no place in their source.
	 * @throws {OutputError} when a folder can't be made.
	 */
	constructor(options: SphereVideoOptions) {
		const { views, onNotice } = options;
		for (const path of views.flatMap(({ start }) => start.paths)) makeFolder(dirname(path));
		this.#finished.promise.catch((error: Error) => {
			this.#failure = error;
		});
		this.#thread = new Thread<"discard", FromSphere>({
			file: threadFile("./sphere-worker", import.meta.url),
			name: "panogaze-sphere",
			data: startOf(options),
			stopMessage: "discard",
			onMessage: (message) => {
				if (message.type === "failed")
					this.#finished.reject(failureOf(message, views[0]?.start.paths[0] ?? ""));
				else {
					if (message.missed > 0)
						onNotice(`${message.missed} rows have no picture in the source: the one before stands there.`);
					this.#finished.resolve(message.videos);
				}
			},
		});
		void this.#thread.exited.then(({ error }) =>
			this.#finished.reject(error ?? new Error("The thread that draws views has ended too early.")),
		);
	}

	/** Throws the error of the thread, if it has failed. @throws as `finish` does. */
	throwIfFailed(): void {
		if (this.#failure !== undefined) throw this.#failure;
	}

	/**
	 * @returns an entry for each episode, of each view.
	 * @throws {SourceError} when the source can't be read.
	 * @throws {OutputError} when a video can't be written.
	 */
	finish(): Promise<readonly (readonly EpisodeVideo[])[]> {
		return this.#finished.promise;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#thread.end(END_MS);
	}
}

function startOf({ spheres, views, episodes }: SphereVideoOptions): SphereStart {
	const rows = episodes.reduce((total, episode) => total + episode.rows, 0);
	const stampSec = new Float64Array(rows);
	const directions = new Float64Array(rows * 4);
	let missed = 0;
	for (const episode of episodes) {
		const { pictures } = episode.viewer;
		const sphere = spheres.find(({ endRow }) => episode.firstIndex < endRow);
		for (const [row, shown] of picturesOfRows(episode, pictures).entries()) {
			const picture = Math.max(0, shown);
			const index = episode.firstIndex + row;
			const recordedSec = pictures.stampSec[picture] ?? Number.NaN;
			const placeSec = sphere?.placeOf(recordedSec, pictures.atSec[picture]!) ?? Number.NaN;
			if (Number.isNaN(placeSec) && !Number.isNaN(recordedSec)) missed++;
			stampSec[index] = placeSec;
			directions.set(pictures.directions.slice(picture * 4, picture * 4 + 4), index * 4);
		}
	}
	let firstRow = 0;
	for (const { endRow, session } of spheres) {
		fillUnknown(stampSec.subarray(firstRow, endRow), session);
		firstRow = endRow;
	}
	return {
		sources: spheres.map(sourceOf),
		cameras: views.map(({ wish, eye, start }) => ({ start, eye, ...lensOf(wish) })),
		stampSec,
		directions,
		missed,
	};
}

/** A file is read as it was served; one of packets states nothing itself. */
function sourceOf({ path, recorded, endRow, isBare }: Sphere): SphereSource {
	const filter = orientationFilters(recorded?.codedOrientation ?? UPRIGHT).join(",");
	const layout = isBare ? ({ stereo: "mono", filter } as const) : recorded && recordedReading(recorded);
	const options = { ...layout, loop: false, hwaccel: "none", reconnect: true } as const;
	return { options: completeLibavOptions(path, options, "exportSessions()"), recorded, isBare, endRow };
}

/** A row whose picture has no place shows that of the row before, or else of the first. */
function fillUnknown(stampSec: Float64Array, session: string): void {
	let last = stampSec.find((sec) => !Number.isNaN(sec));
	if (last === undefined)
		throw new RangeError(`--view draws from the source at the recorded times, of which ${session} has none.`);
	for (const [row, sec] of stampSec.entries()) {
		if (Number.isNaN(sec)) stampSec[row] = last;
		else last = sec;
	}
}

/** Errors of other classes lose their class on the way from a thread. */
function failureOf({ code, message }: Extract<FromSphere, { type: "failed" }>, path: string): Error {
	if (code !== undefined) return new SourceError(code, message);
	return new OutputError("encoding", path, `Views can't be drawn: ${message}.`);
}

function makeFolder(path: string): void {
	try {
		mkdirSync(path, { recursive: true });
	} catch (error) {
		throw outputFailure(path, error);
	}
}
