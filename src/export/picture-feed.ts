import type { SessionRecord } from "../recording/session-record.ts";
import type { CameraVideo } from "./camera-video.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import { picturesOfRows } from "./picture-plan.ts";

/** Passes a session's pictures to the thread that makes videos, each with the rows that show it. */
export class PictureFeed {
	readonly #video: CameraVideo;
	/** Rows that show each picture of a viewer; no entry: it is not needed. */
	readonly #rows = new Map<string, Map<number, number>>();
	/** Pictures of each viewer that have passed. */
	readonly #passed = new Map<string, number>();

	/** @param video borrowed. */
	constructor(episodes: readonly PlannedEpisode[], video: CameraVideo) {
		this.#video = video;
		for (const episode of episodes) this.#plan(episode);
	}

	/** Takes the next picture of any viewer. @throws {OutputError} when one can't be written. */
	async add({ viewer, packet }: Extract<SessionRecord, { type: "frame" }>): Promise<void> {
		const number = this.#passed.get(viewer) ?? 0;
		this.#passed.set(viewer, number + 1);
		const rows = this.#rows.get(viewer)?.get(number);
		if (rows === undefined) return;
		const { codec, accessUnit, width, height, eyes } = packet;
		await this.#video.write({ stream: viewer, codec, accessUnit, width, height: height * eyes, rows });
	}

	/** Pictures from the last key frame before the first that is shown are needed, too. */
	#plan(episode: PlannedEpisode): void {
		const { viewer } = episode;
		const rows = this.#rows.get(viewer.id) ?? new Map<number, number>();
		this.#rows.set(viewer.id, rows);
		const shown = picturesOfRows(episode, viewer.pictures);
		const first = shown.find((picture) => picture >= 0) ?? 0;
		let keyframe = first;
		while (keyframe > 0 && viewer.pictures.keyframes[keyframe] !== true) keyframe--;
		for (let picture = keyframe; picture <= (shown.at(-1) ?? 0); picture++)
			rows.set(picture, rows.get(picture) ?? 0);
		// Rows before the first picture show it.
		for (const picture of shown) {
			const at = Math.max(picture, first);
			rows.set(at, (rows.get(at) ?? 0) + 1);
		}
	}
}
