import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { RowRun } from "./camera-protocol.ts";
import type { CameraVideo } from "./camera-video.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import { picturesOfCamera, picturesOfRows } from "./picture-plan.ts";
import type { PictureTimes } from "./session-survey.ts";

/** Passes a session's pictures to the thread that makes videos, each with the rows that show it. */
export class PictureFeed {
	readonly #video: CameraVideo;
	/** Rows that show each picture of a stream. */
	readonly #runs = new Map<string, Map<number, RowRun[]>>();
	/** The last picture of each stream that is shown. */
	readonly #lasts = new Map<string, number>();
	/** Pictures of each stream that have passed. */
	readonly #passed = new Map<string, number>();

	/**
	 * @param name of the camera; `undefined`: it is each episode's operator's view.
	 * @param video borrowed.
	 */
	constructor(episodes: readonly PlannedEpisode[], name: string | undefined, video: CameraVideo) {
		this.#video = video;
		for (const episode of episodes) {
			const pictures = picturesOfCamera(episode, name);
			if (pictures !== undefined) this.#plan(episode, name ?? episode.viewer.id, pictures);
		}
	}

	/**
	 * Takes the next picture of any stream.
	 * @param stream id of its viewer, or name of its camera.
	 * @throws {OutputError} when one can't be written.
	 */
	async add(stream: string, packet: EncodedPacket): Promise<void> {
		const number = this.#passed.get(stream) ?? 0;
		this.#passed.set(stream, number + 1);
		if (!(number <= (this.#lasts.get(stream) ?? -1))) return;
		const runs = this.#runs.get(stream)?.get(number) ?? [];
		const { codec, accessUnit, width, height, eyes } = packet;
		await this.#video.write({ stream: `${codec} ${stream}`, codec, accessUnit, width, height, eyes, runs });
	}

	/**
	 * Encoders make key frames on request alone, so that all pictures before one are needed, too.
	 * Rows before the first picture show it.
	 */
	#plan(episode: PlannedEpisode, stream: string, pictures: PictureTimes): void {
		const runs = this.#runs.get(stream) ?? new Map<number, RowRun[]>();
		this.#runs.set(stream, runs);
		const shown = picturesOfRows(episode, pictures);
		const first = shown.find((picture) => picture >= 0) ?? 0;
		let begun: { firstRow: number; rows: number } | undefined;
		let last = -1;
		for (const [row, picture] of shown.entries()) {
			const at = Math.max(picture, first);
			if (at !== last) {
				begun = { firstRow: episode.firstIndex + row, rows: 0 };
				runs.set(at, [...(runs.get(at) ?? []), begun]);
			}
			last = at;
			if (begun !== undefined) begun.rows++;
		}
		this.#lasts.set(stream, Math.max(last, this.#lasts.get(stream) ?? -1));
	}
}
