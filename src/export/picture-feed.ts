import type { EncodedPacket } from "../media/encoded-packet.ts";
import type { CameraVideo } from "./camera-video.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import { picturesOfCamera, picturesOfRows } from "./picture-plan.ts";
import type { PictureTimes } from "./session-survey.ts";

/** Passes a session's pictures to the thread that makes videos, each with the rows that show it. */
export class PictureFeed {
	readonly #video: CameraVideo;
	/** Rows that show each picture of a stream; no entry: it is not needed. */
	readonly #rows = new Map<string, Map<number, number>>();
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
		const rows = this.#rows.get(stream)?.get(number);
		if (rows === undefined) return;
		const { codec, accessUnit, width, height, eyes } = packet;
		await this.#video.write({
			stream: `${codec} ${stream}`,
			codec,
			accessUnit,
			width,
			height: height * eyes,
			rows,
		});
	}

	/** Pictures from the last key frame before the first that is shown are needed, too. */
	#plan(episode: PlannedEpisode, stream: string, pictures: PictureTimes): void {
		const rows = this.#rows.get(stream) ?? new Map<number, number>();
		this.#rows.set(stream, rows);
		const shown = picturesOfRows(episode, pictures);
		const first = shown.find((picture) => picture >= 0) ?? 0;
		let keyframe = first;
		while (keyframe > 0 && pictures.keyframes[keyframe] !== true) keyframe--;
		for (let picture = keyframe; picture <= (shown.at(-1) ?? 0); picture++)
			rows.set(picture, rows.get(picture) ?? 0);
		// Rows before the first picture show it.
		for (const picture of shown) {
			const at = Math.max(picture, first);
			rows.set(at, (rows.get(at) ?? 0) + 1);
		}
	}
}
