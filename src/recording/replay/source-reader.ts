import { assert } from "../../media/assert.ts";
import { IDENTITY } from "../../media/rotation.ts";
import { MediaTimeline } from "../../source/media-timeline.ts";
import type { PictureReader, PictureSink } from "../../source/picture-reader.ts";
import { readByStamps, type StampedPictures, type WantedStamps } from "../../source/pictures-by-stamp.ts";
import { EARLY_SEC, PlaceJumps } from "../../source/place-jumps.ts";
import { ControlWord, type ReadingJob } from "../../source/source-worker.ts";
import { type PicturePacking, packingOf } from "../../source/stereo.ts";
import { SourceError, type SourceInfo } from "../../source/video-source.ts";
import type { ReadFrame } from "../read/read-record.ts";
import type { RecordingReader, ViewerSummary } from "../read/recording-reader.ts";
import { frameRateOf, type ReplayJobOptions, replayedGeometry } from "./replay-play.ts";
import type { ReplaySound } from "./replay-sound.ts";

/** Opens the source's pictures. @param atSec time at which the wanted one was seen. */
export type OpenSource = (atSec: () => number) => Promise<StampedPictures>;

/** Reads the source's pictures as a viewer was shown them: in their order, at their times. */
export class SourceReader implements PictureReader {
	loop: boolean;
	follow: boolean;
	readonly onArrival = false;
	readonly frameRate: number;
	readonly #job: ReadingJob<ReplayJobOptions>;
	readonly #open: OpenSource;
	readonly #viewer: ViewerSummary;
	readonly #timeline: MediaTimeline;
	readonly #sound: ReplaySound | undefined;
	readonly #frames: FrameSequence;
	#info: SourceInfo | undefined;
	#packing: PicturePacking = packingOf("mono");

	/** @param sound owned. */
	constructor(
		job: ReadingJob<ReplayJobOptions>,
		open: OpenSource,
		recording: RecordingReader,
		viewer: ViewerSummary,
		sound: ReplaySound | undefined,
	) {
		this.#sound = sound;
		this.loop = job.options.loop;
		this.follow = job.options.follow;
		this.#job = job;
		this.#open = open;
		this.#viewer = viewer;
		this.frameRate = frameRateOf(viewer);
		this.#timeline = new MediaTimeline(1 / this.frameRate);
		this.#frames = new FrameSequence(recording, viewer.id, () => {
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
		return this.#frames.jumped.count;
	}

	get jumping(): boolean {
		return this.#frames.jumped.isPending;
	}

	jumpTo(positionSec: number): void {
		this.#sound?.cut();
		this.#frames.jumped.to(positionSec);
	}

	playSound(offsetSec: number): void {
		this.#sound?.play(offsetSec);
	}

	async run(sink: PictureSink): Promise<"end"> {
		const job = this.#job;
		const reader = await this.#open(() => this.#frames.present?.packet.stages.drawStartSec ?? 0);
		try {
			await this.#frames.advance();
			const missing = await readByStamps(reader, this.#frames, async (picture) => {
				// Another place is wanted by now.
				if (this.jumping) return true;
				const shown = this.#frames.present;
				assert(shown !== undefined, "A picture is wanted for a recorded one.");
				this.#describe(reader);
				this.#frames.shown();
				const { packet } = shown;
				const { drawStartSec } = packet.stages;
				const { worldFromPanorama = IDENTITY } = reader.info?.format ?? {};
				const frame = picture.frame.clone();
				assert(frame !== null, "FFmpeg has memory for one more reference.");
				const mediaSec = this.#timeline.next(drawStartSec);
				await this.#sound?.pictureAt(drawStartSec, mediaSec);
				return sink({
					frame,
					mediaSec,
					sourceSec: picture.stampSec,
					stampSec: drawStartSec,
					durationSec: Number.NaN,
					positionSec: drawStartSec,
					geometry: replayedGeometry({}, worldFromPanorama, shown, this.follow),
					jump: this.jumps,
				});
			});
			if (this.#info === undefined && missing > 0 && !job.stopping)
				throw new SourceError("failed", `${reader.input.label} has none of the recorded pictures.`);
		} finally {
			await reader.close();
		}
		return "end";
	}

	async close(): Promise<void> {
		this.#sound?.[Symbol.dispose]();
		await this.#frames.close();
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
			durationSec: this.#viewer.lastFrameSec,
		};
	}
}

/** The recorded pictures of a viewer that know their picture of the source, from any time on. */
class FrameSequence implements WantedStamps {
	readonly #recording: RecordingReader;
	readonly #viewer: string;
	readonly #restarts: () => boolean;
	#records: AsyncGenerator<unknown, void> | undefined;
	/** A picture was shown since the last beginning. */
	#hasShown = false;
	readonly jumped = new PlaceJumps(0);
	#present: ReadFrame | undefined;

	/** @param restarts called at the end. @returns true to begin again. */
	constructor(recording: RecordingReader, viewer: string, restarts: () => boolean) {
		this.#recording = recording;
		this.#viewer = viewer;
		this.#restarts = restarts;
	}

	get present(): ReadFrame | undefined {
		return this.#present;
	}

	get stampSec(): number | undefined {
		return this.#present?.packet.stampSec;
	}

	/** The present picture is shown. */
	shown(): void {
		this.#hasShown = true;
	}

	async advance(): Promise<void> {
		const placeSec = this.jumped.begin();
		if (placeSec !== undefined || this.#records === undefined)
			await this.#begin(Math.max(0, (placeSec ?? 0) - EARLY_SEC));
		this.#present = await this.#next();
		// A file that has none of the pictures would be looked through again and again.
		if (this.#present === undefined && this.#hasShown && this.#restarts()) {
			this.#hasShown = false;
			await this.#begin(0);
			this.#present = await this.#next();
		}
		if (this.#present === undefined) await this.close();
	}

	async close(): Promise<void> {
		await this.#records?.return();
		this.#records = undefined;
	}

	async #begin(startSec: number): Promise<void> {
		await this.close();
		this.#records = this.#recording.records({
			types: ["frame"],
			viewers: [this.#viewer],
			video: false,
			startSec,
		});
	}

	async #next(): Promise<ReadFrame | undefined> {
		for (;;) {
			const { value, done } = (await this.#records?.next()) ?? { value: undefined, done: true };
			if (done === true) return undefined;
			const frame = value as ReadFrame;
			if (!Number.isNaN(frame.packet.stampSec ?? Number.NaN)) return frame;
		}
	}
}
