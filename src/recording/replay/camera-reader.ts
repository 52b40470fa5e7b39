import { AV_PIX_FMT_YUV420P } from "node-av/constants";
import { Frame, Rational } from "node-av/lib";
import { assert } from "../../media/assert.ts";
import { asI420, LibavConverter } from "../../source/libav-converter.ts";
import { UPRIGHT } from "../../source/picture-orientation.ts";
import type { PictureReader, PictureSink } from "../../source/picture-reader.ts";
import { EARLY_SEC, JumpingReader } from "../../source/place-jumps.ts";
import { ControlWord, type ReadingJob } from "../../source/source-worker.ts";
import { packingOf } from "../../source/stereo.ts";
import { UNIT_TIME_BASE, UnitDecoder } from "../../source/unit-decoder.ts";
import { SourceError, type SourceInfo } from "../../source/video-source.ts";
import type { RecordingReader } from "../read/recording-reader.ts";

/** Pictures a second of a camera, as far as its buffers are concerned. */
const FRAME_RATE = 30;
/** Longest time for which a picture stands until the next: then the camera was not recorded. */
const LONGEST_SEC = 1;
/** Interval of the black pictures in their place. */
const BLACK_SEC = 0.5;

/**
 * Reads the recorded pictures of a camera beside the view, each at its time in the session. Where
 * there is none it shows black, also behind its end.
 */
export class CameraReader extends JumpingReader implements PictureReader {
	loop = false;
	readonly onArrival = false;
	readonly packing = packingOf("mono");
	readonly frameRate = FRAME_RATE;
	readonly #job: ReadingJob<unknown>;
	readonly #recording: RecordingReader;
	readonly #camera: string;
	readonly #decoder: UnitDecoder<undefined>;
	readonly #converter: LibavConverter;
	#info: SourceInfo | undefined;
	#wanted = true;
	/** Place at which the pass began. */
	#startSec = 0;
	/** Newest picture of before that place: the first that is shown. */
	#before: Frame | undefined;
	/** Place of the newest picture of this pass; NaN: none was shown. */
	#lastSec = Number.NaN;
	/** Media time of place 0 in this pass. */
	#originSec = 0;
	#lastMediaSec = 0;

	constructor(job: ReadingJob<unknown>, recording: RecordingReader, camera: string) {
		super();
		const label = `The recorded camera ${camera}`;
		this.#job = job;
		this.#recording = recording;
		this.#camera = camera;
		const frameRate = FRAME_RATE;
		this.#decoder = new UnitDecoder({ hwaccel: "none", threads: 1, live: true, frameRate, label });
		this.#converter = new LibavConverter(
			{ timeBase: UNIT_TIME_BASE },
			{
				...{ filter: "", orientation: UPRIGHT, pixelAspect: 1, frameRate, label },
				notice: () => {},
				assembly: undefined,
				onShape: async () => {},
				want: asI420,
				target: undefined,
			},
		);
	}

	get info(): SourceInfo | undefined {
		return this.#info;
	}

	/** The camera is silent. */
	playSound(): void {}

	async run(sink: PictureSink): Promise<"end"> {
		do await this.#pass(this.jumped.begin() ?? 0, sink);
		while (this.jumping && this.#goesOn);
		return "end";
	}

	async close(): Promise<void> {
		this.#before?.free();
		this.#before = undefined;
		this.#converter.close();
		this.#decoder.close();
	}

	get #goesOn(): boolean {
		return this.#wanted && !this.#job.stopping;
	}

	async #pass(startSec: number, sink: PictureSink): Promise<void> {
		this.#decoder.restart();
		this.#converter.flush();
		this.#before?.free();
		this.#before = undefined;
		this.#startSec = startSec;
		this.#lastSec = Number.NaN;
		this.#originSec = this.#lastMediaSec + 1 / FRAME_RATE - startSec;
		const keySec = await this.#recording.cameraKeyframeBefore(this.#camera, startSec);
		const onFrame = (frame: Frame, _facts: undefined, sec: number) => this.#onFrame(frame, sec, sink);
		for await (const record of this.#recording.records({ types: ["camera"], startSec: keySec })) {
			if (record.type !== "camera" || record.camera !== this.#camera) continue;
			const { codec, accessUnit: data, keyframe, width, height } = record.packet;
			const unit = { codec, data, keyframe, stampSec: record.atSec, width, height };
			await this.#decoder.decode(unit, undefined, onFrame);
			if (this.jumping || !this.#goesOn) return;
		}
		await this.#decoder.drain(onFrame);
		if (this.#info === undefined)
			throw new SourceError("failed", `No picture of the recorded camera ${this.#camera} can be decoded.`);
		await this.#showBefore(Number.POSITIVE_INFINITY, sink);
		await this.#showBlackUntil(Number.POSITIVE_INFINITY, sink);
	}

	async #onFrame(frame: Frame, sec: number, sink: PictureSink): Promise<void> {
		this.#job.count(ControlWord.framesDecoded);
		if (this.jumping || !this.#goesOn) return frame.free();
		await this.#converter.convert(frame, async ({ frame: picture }) => {
			this.#describe();
			if (sec < this.#startSec + EARLY_SEC) {
				this.#before?.free();
				this.#before = picture;
				this.#lastSec = sec;
				return;
			}
			await this.#showBefore(sec, sink);
			await this.#showBlackUntil(sec, sink);
			await this.#show(picture, sec, sink);
		});
	}

	/** Shows the picture that stands at the place of the pass, or black. */
	async #showBefore(nextSec: number, sink: PictureSink): Promise<void> {
		if (!Number.isNaN(this.#lastSec) && this.#before === undefined) return;
		const before = this.#before;
		this.#before = undefined;
		const stands = before !== undefined && this.#startSec - this.#lastSec < LONGEST_SEC;
		if (!stands) before?.free();
		if (nextSec > this.#startSec) await this.#show(stands ? before : this.#black(), this.#startSec, sink);
	}

	/** Shows black where no picture stands. */
	async #showBlackUntil(nextSec: number, sink: PictureSink): Promise<void> {
		for (let sec = this.#lastSec + LONGEST_SEC; sec < nextSec - EARLY_SEC; sec += BLACK_SEC) {
			if (this.jumping || !this.#goesOn) return;
			await this.#show(this.#black(), sec, sink);
		}
	}

	/** @param frame owned. */
	async #show(frame: Frame, sec: number, sink: PictureSink): Promise<void> {
		if (this.jumping || !this.#goesOn) return frame.free();
		this.#lastSec = sec;
		this.#lastMediaSec = this.#originSec + sec;
		this.#wanted = await sink({
			frame,
			mediaSec: this.#lastMediaSec,
			stampSec: sec,
			durationSec: Number.NaN,
			positionSec: sec,
			jump: this.jumped.count,
		});
	}

	#black(): Frame {
		assert(this.#info !== undefined, "A picture has come.");
		const { width, height, color } = this.#info.format;
		const black = Buffer.alloc((width * height * 3) / 2, 128).fill(
			color.range === "full" ? 0 : 16,
			0,
			width * height,
		);
		const format = AV_PIX_FMT_YUV420P;
		return Frame.fromVideoBuffer(black, { format, width, height, timeBase: new Rational(1, 1) });
	}

	#describe(): void {
		const picture = this.#converter.format;
		if (this.#info !== undefined || picture === undefined) return;
		this.#info = {
			format: { ...picture, eyes: 1, projection: { kind: "none" } },
			frameRate: FRAME_RATE,
			codec: "",
			hwaccel: "none",
			live: false,
			durationSec: Number.NaN,
		};
	}
}
