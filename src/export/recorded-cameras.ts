import type { SessionRecord } from "../recording/session-record.ts";
import type { RecordedCamera } from "./camera-plan.ts";
import type { CameraStart } from "./camera-protocol.ts";
import { CameraVideo } from "./camera-video.ts";
import type { EpisodeVideo } from "./dataset-format.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import { PictureFeed } from "./picture-feed.ts";

/** The videos of all cameras that were recorded, each made by a thread of its own. */
export class RecordedCameras implements AsyncDisposable {
	readonly #cameras: readonly (RecordedCamera & { readonly video: CameraVideo })[];
	#feeds: readonly { readonly name: string | undefined; readonly feed: PictureFeed }[] = [];

	/** @throws {OutputError} when a folder can't be made. */
	constructor(
		cameras: readonly RecordedCamera[],
		starts: ReadonlyMap<string, CameraStart>,
		onNotice: (message: string) => void,
	) {
		this.#cameras = cameras.map((camera) => ({
			...camera,
			video: new CameraVideo(
				{ eyes: camera.features.map(({ key }) => starts.get(key) as CameraStart) },
				onNotice,
			),
		}));
	}

	/** Records are those of another session from now on. */
	begin(episodes: readonly PlannedEpisode[]): void {
		this.#feeds = this.#cameras.map(({ name, video }) => ({ name, feed: new PictureFeed(episodes, name, video) }));
	}

	/** Takes the session's next record. @throws {OutputError} when a picture can't be written. */
	async add(record: SessionRecord): Promise<void> {
		if (record.type === "frame") await this.#pass(undefined, record.viewer, record.packet);
		else if (record.type === "camera") await this.#pass(record.camera, record.camera, record.packet);
	}

	/** @returns an entry for each episode, of each image stream. @throws {OutputError} */
	async finish(): Promise<readonly (readonly EpisodeVideo[])[]> {
		const videos: (readonly EpisodeVideo[])[] = [];
		for (const { video } of this.#cameras) videos.push(...(await video.finish()));
		return videos;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		for (const { video } of this.#cameras) await video[Symbol.asyncDispose]();
	}

	async #pass(
		name: string | undefined,
		stream: string,
		packet: Extract<SessionRecord, { type: "frame" }>["packet"],
	): Promise<void> {
		for (const entry of this.#feeds) if (entry.name === name) await entry.feed.add(stream, packet);
	}
}
