import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { OutputError, outputFailure } from "../render/output-error.ts";
import { completeLibavOptions } from "../source/source-options.ts";
import { SourceError } from "../source/video-source.ts";
import { Thread, threadFile } from "../threads/thread.ts";
import type { CameraStart } from "./camera-protocol.ts";
import type { EpisodeVideo } from "./dataset-format.ts";
import { lensOf, type ViewWish } from "./drawn-cameras.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import { picturesOfRows } from "./picture-plan.ts";
import type { SessionSurvey } from "./session-survey.ts";
import type { FromSphere, SphereStart } from "./sphere-protocol.ts";

const END_MS = 5000;

/** The video of the sphere, and what is drawn from it. */
export interface SphereVideoOptions {
	/** The file that the recorded server has shown. */
	readonly source: string;
	readonly views: readonly ViewWish[];
	/** Files and size of each view. */
	readonly starts: readonly CameraStart[];
	readonly episodes: readonly PlannedEpisode[];
	readonly surveys: readonly SessionSurvey[];
	readonly onNotice: (message: string) => void;
}

/** The videos of cameras that are drawn from the sphere, made by a thread of their own. */
export class SphereVideo implements AsyncDisposable {
	readonly #thread: Thread<"discard", FromSphere>;
	readonly #finished = Promise.withResolvers<readonly (readonly EpisodeVideo[])[]>();

	/**
	 * @throws {RangeError} when the recorded pictures have no place in their source.
	 * @throws {OutputError} when a folder can't be made.
	 */
	constructor(options: SphereVideoOptions) {
		const { starts, onNotice, source } = options;
		for (const path of starts.flatMap(({ paths }) => paths)) makeFolder(dirname(path));
		this.#finished.promise.catch(() => {});
		this.#thread = new Thread<"discard", FromSphere>({
			file: threadFile("./sphere-worker", import.meta.url),
			name: "panogaze-sphere",
			data: startOf(options),
			stopMessage: "discard",
			onMessage: (message) => {
				if (message.type === "failed") this.#finished.reject(failureOf(message, starts[0]?.paths[0] ?? ""));
				else {
					if (message.missed > 0)
						onNotice(
							`${source} lacks the pictures of ${message.missed} rows: the ones before them stand there.`,
						);
					this.#finished.resolve(message.videos);
				}
			},
		});
		void this.#thread.exited.then(({ error }) =>
			this.#finished.reject(error ?? new Error("The thread that draws views has ended too early.")),
		);
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

function startOf({ source, views, starts, episodes, surveys }: SphereVideoOptions): SphereStart {
	const recorded = surveys.flatMap(({ sources }) => sources).at(-1)?.format;
	const isStated = recorded?.projection === undefined || recorded.projection.kind === "mesh";
	const rows = episodes.reduce((total, episode) => total + episode.rows, 0);
	const stampSec = new Float64Array(rows);
	const directions = new Float64Array(rows * 4);
	for (const episode of episodes) {
		const { pictures } = episode.viewer;
		for (const [row, shown] of picturesOfRows(episode, pictures).entries()) {
			const picture = Math.max(0, shown);
			const index = episode.firstIndex + row;
			stampSec[index] = pictures.stampSec[picture] ?? Number.NaN;
			directions.set(pictures.directions.slice(picture * 4, picture * 4 + 4), index * 4);
		}
	}
	fillUnknown(stampSec);
	return {
		source: completeLibavOptions(
			source,
			{ projection: isStated ? "auto" : recorded.projection, loop: false, hwaccel: "none", reconnect: true },
			"exportSessions()",
		),
		worldFromPanorama: recorded?.worldFromPanorama,
		cameras: views.map((view, index) => ({ start: starts[index] as CameraStart, ...lensOf(view) })),
		stampSec,
		directions,
	};
}

/** A row whose picture has no place shows that of the row before, or else of the first. */
function fillUnknown(stampSec: Float64Array): void {
	let last = stampSec.find((sec) => !Number.isNaN(sec));
	if (last === undefined)
		throw new RangeError("--view draws from the source at the recorded times, and the recording states none.");
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
