import { assert } from "../../media/assert.ts";
import { IDENTITY } from "../../media/rotation.ts";
import { MediaTimeline } from "../../source/media-timeline.ts";
import type { PictureReader, PictureSink } from "../../source/picture-reader.ts";
import { readByStamps, type StampedPictures } from "../../source/pictures-by-stamp.ts";
import { ControlWord, type ReadingJob } from "../../source/source-worker.ts";
import { type PicturePacking, packingOf } from "../../source/stereo.ts";
import { SourceError, type SourceInfo } from "../../source/video-source.ts";
import type { RecordingReader } from "../read/recording-reader.ts";
import { picturesOfPackets, picturesOfViewer, RecordedPictures } from "./recorded-pictures.ts";
import { frameRateOf, noPicture, type ReplayedStretch, type ReplayJobOptions, replayedTurn } from "./replay-play.ts";
import type { ReplaySound } from "./replay-sound.ts";

/** Opens the source's pictures. @param atSec time at which the wanted one was seen. */
export type OpenSource = (atSec: () => number) => Promise<StampedPictures>;

/**
 * Reads the source's pictures as a viewer was shown them, in their order, at their times; or as
 * their packets were read.
 */
export class SourceReader implements PictureReader {
	loop: boolean;
	follow: boolean;
	readonly onArrival = false;
	readonly frameRate: number;
	readonly #job: ReadingJob<ReplayJobOptions>;
	readonly #open: OpenSource;
	readonly #stretch: ReplayedStretch;
	readonly #path: string;
	readonly #timeline: MediaTimeline;
	readonly #sound: ReplaySound | undefined;
	readonly #pictures: RecordedPictures;
	#info: SourceInfo | undefined;
	#packing: PicturePacking = packingOf("mono");

	/** @param sound owned. */
	constructor(
		job: ReadingJob<ReplayJobOptions>,
		open: OpenSource,
		recording: RecordingReader,
		stretch: ReplayedStretch,
		sound: ReplaySound | undefined,
	) {
		this.#sound = sound;
		this.loop = job.options.loop;
		this.follow = job.options.follow;
		this.#job = job;
		this.#open = open;
		this.#stretch = stretch;
		this.#path = job.options.path;
		this.frameRate = frameRateOf(stretch);
		this.#timeline = new MediaTimeline(1 / this.frameRate);
		const { id } = stretch;
		const picturesFrom = (startSec: number) =>
			id === undefined ? picturesOfPackets(recording, startSec) : picturesOfViewer(recording, id, startSec);
		this.#pictures = new RecordedPictures(picturesFrom, () => {
			this.#timeline.join();
			if (!this.loop || job.stopping) return false;
			job.count(ControlWord.loops);
			return true;
		});
	}

	get info(): SourceInfo | undefined {
		return this.#info;
	}

	get packing(): PicturePacking {
		return this.#packing;
	}

	get jumps(): number {
		return this.#pictures.jumped.count;
	}

	get jumping(): boolean {
		return this.#pictures.jumped.isPending;
	}

	jumpTo(positionSec: number): void {
		this.#sound?.cut();
		this.#pictures.jumped.to(positionSec);
	}

	playSound(offsetSec: number): void {
		this.#sound?.play(offsetSec);
	}

	async run(sink: PictureSink): Promise<"end"> {
		const job = this.#job;
		const reader = await this.#open(() => this.#pictures.present?.readSec ?? 0);
		try {
			await this.#pictures.advance();
			const missing = await readByStamps(reader, this.#pictures, async (picture) => {
				// Another place is wanted by now.
				if (this.jumping) return true;
				const shown = this.#pictures.present;
				assert(shown !== undefined, "A picture is wanted for a recorded one.");
				this.#describe(reader);
				this.#pictures.shown();
				const { atSec } = shown;
				const { worldFromPanorama = IDENTITY } = reader.info?.format ?? {};
				const frame = picture.frame.clone();
				assert(frame !== null, "FFmpeg has memory for one more reference.");
				const mediaSec = this.#timeline.next(atSec);
				await this.#sound?.pictureAt(atSec, mediaSec);
				return sink({
					frame,
					mediaSec,
					sourceSec: picture.stampSec,
					stampSec: atSec,
					durationSec: Number.NaN,
					positionSec: atSec,
					geometry: { worldFromPanorama: replayedTurn(worldFromPanorama, shown.frame, this.follow) },
					jump: this.jumps,
				});
			});
			if (this.#info === undefined && !job.stopping && !this.jumping) throw this.#nothing(reader, missing);
		} finally {
			await reader.close();
		}
		return "end";
	}

	async close(): Promise<void> {
		this.#sound?.[Symbol.dispose]();
		await this.#pictures.close();
	}

	#nothing({ input }: StampedPictures, missing: number): SourceError {
		if (missing > 0) return new SourceError("failed", `${input.label} has none of the recorded pictures.`);
		return new SourceError("failed", noPicture(this.#stretch, this.#path));
	}

	#describe(reader: StampedPictures): void {
		const { info } = reader;
		if (this.#info !== undefined || info === undefined) return;
		const { sound: _sound, ...others } = info;
		this.#packing = reader.packing;
		this.#info = {
			...others,
			...(this.#sound && { sound: this.#sound.ring.handle }),
			frameRate: this.frameRate,
			durationSec: this.#stretch.lastFrameSec,
		};
	}
}
