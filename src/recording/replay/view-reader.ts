import type { Frame } from "node-av/lib";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import type { PictureFormat } from "../../media/panorama.ts";
import { asI420, type DecodedPicture, LibavConverter } from "../../source/libav-converter.ts";
import { MediaTimeline } from "../../source/media-timeline.ts";
import { UPRIGHT } from "../../source/picture-orientation.ts";
import type { PictureReader, PictureSink } from "../../source/picture-reader.ts";
import { EARLY_SEC, JumpingReader } from "../../source/place-jumps.ts";
import { ControlWord, type ReadingJob } from "../../source/source-worker.ts";
import { type PicturePacking, packingOf } from "../../source/stereo.ts";
import { UNIT_TIME_BASE, UnitDecoder } from "../../source/unit-decoder.ts";
import { SourceError, type SourceInfo } from "../../source/video-source.ts";
import type { ReadFrame } from "../read/read-record.ts";
import { recordedProjection } from "../read/recorded-lens.ts";
import { colorOf } from "../read/recorded-source.ts";
import type { RecordingReader, ViewerSummary } from "../read/recording-reader.ts";
import type { ViewShape } from "../read/view-shape.ts";
import { frameRateOf, type ReplayJobOptions, viewedGeometry } from "./replay-play.ts";
import type { ReplaySound } from "./replay-sound.ts";

/** Reads the pictures that a viewer was shown, each in the direction in which it was seen. */
export class ViewReader extends JumpingReader implements PictureReader {
	loop: boolean;
	follow: boolean;
	readonly onArrival = false;
	readonly info: SourceInfo;
	readonly packing: PicturePacking;
	readonly frameRate: number;
	readonly #job: ReadingJob<ReplayJobOptions>;
	readonly #recording: RecordingReader;
	readonly #viewer: string;
	readonly #timeline: MediaTimeline;
	readonly #sound: ReplaySound | undefined;
	readonly #decoder: UnitDecoder<ReadFrame>;
	#converter: { readonly shape: string; readonly converter: LibavConverter } | undefined;
	#skipBeforeSec = Number.NEGATIVE_INFINITY;
	/** A picture came out of this pass. */
	#hasShown = false;
	#wanted = true;

	/**
	 * @param first the first picture.
	 * @param shape size of one eye's view in the replay, to which all are scaled, and the eyes.
	 * @param sound owned.
	 */
	constructor(
		job: ReadingJob<ReplayJobOptions>,
		recording: RecordingReader,
		viewer: ViewerSummary,
		first: ReadFrame,
		{ width, height, eyes }: ViewShape,
		sound: ReplaySound | undefined,
	) {
		super();
		this.#sound = sound;
		const color = recording.summary.sources[0]?.source.format.color ?? colorOf(undefined);
		this.loop = job.options.loop;
		this.follow = job.options.follow;
		this.packing = packingOf(eyes === 2 ? "top-bottom" : "mono");
		this.#job = job;
		this.#recording = recording;
		this.#viewer = viewer.id;
		this.frameRate = frameRateOf(viewer);
		this.#timeline = new MediaTimeline(1 / this.frameRate);
		const { hwaccel, threads } = job.options.decoding;
		const label = `The video of ${viewer.id}`;
		// Low delay: a picture comes out as its access unit goes in.
		this.#decoder = new UnitDecoder({ hwaccel, threads, live: true, frameRate: this.frameRate, label });
		this.info = {
			format: { width, height, color, eyes, projection: recordedProjection(first.packet) },
			frameRate: this.frameRate,
			codec: first.packet.codec,
			hwaccel: "none",
			live: false,
			durationSec: viewer.lastFrameSec,
			...(sound && { sound: sound.ring.handle }),
			layout: `what viewer ${viewer.id} was shown`,
		};
	}

	override jumpTo(positionSec: number): void {
		this.#sound?.cut();
		super.jumpTo(positionSec);
	}

	playSound(offsetSec: number): void {
		this.#sound?.play(offsetSec);
	}

	async run(sink: PictureSink): Promise<"end"> {
		do {
			const startSec = this.jumped.begin() ?? 0;
			this.#hasShown = false;
			await this.#pass(startSec, sink);
			if (startSec === 0 && !this.#hasShown && !this.jumping && this.#goesOn)
				throw new SourceError("failed", `No picture of viewer ${this.#viewer} can be decoded.`);
			if (this.loop && !this.jumping) this.#job.count(ControlWord.loops);
		} while ((this.loop || this.jumping) && this.#goesOn);
		return "end";
	}

	async close(): Promise<void> {
		this.#sound?.[Symbol.dispose]();
		this.#converter?.converter.close();
		this.#converter = undefined;
		this.#decoder.close();
	}

	get #goesOn(): boolean {
		return this.#wanted && !this.#job.stopping;
	}

	/** Reads from a place to the end, or to a jump. */
	async #pass(startSec: number, sink: PictureSink): Promise<void> {
		this.#timeline.join();
		this.#decoder.restart();
		this.#converter?.converter.flush();
		this.#skipBeforeSec = startSec - EARLY_SEC;
		const keySec = await this.#recording.keyframeBefore(this.#viewer, startSec);
		const choice = { types: ["frame"], viewers: [this.#viewer], startSec: keySec } as const;
		const onFrame = (frame: Frame, facts: ReadFrame | undefined) => this.#onFrame(frame, facts, sink);
		for await (const record of this.#recording.records(choice)) {
			if (record.type === "frame" && record.packet.accessUnit.length > 0) {
				const { codec, accessUnit: data, keyframe, stages, width, height } = record.packet;
				const unit = { codec, data, keyframe, stampSec: stages.drawStartSec, width, height };
				await this.#decoder.decode(unit, record, onFrame);
			}
			if (this.jumping || !this.#goesOn) return;
		}
		await this.#decoder.drain(onFrame);
	}

	async #onFrame(frame: Frame, facts: ReadFrame | undefined, sink: PictureSink): Promise<void> {
		this.#job.count(ControlWord.framesDecoded);
		const isWanted = !this.jumping && (facts?.packet.stages.drawStartSec ?? Number.NaN) >= this.#skipBeforeSec;
		if (facts === undefined || !isWanted) return frame.free();
		await this.#converterFor(frame, facts).convert(frame, (picture) => this.#onPicture(picture, facts, sink));
	}

	async #onPicture({ frame }: DecodedPicture, facts: ReadFrame, sink: PictureSink): Promise<void> {
		if (this.jumping || !this.#wanted) return frame.free();
		const { packet } = facts;
		const { drawStartSec } = packet.stages;
		this.#hasShown = true;
		const mediaSec = this.#timeline.next(drawStartSec);
		await this.#sound?.pictureAt(drawStartSec, mediaSec);
		this.#wanted = await sink({
			frame,
			mediaSec,
			sourceSec: packet.stampSec,
			stampSec: drawStartSec,
			durationSec: Number.NaN,
			positionSec: drawStartSec,
			geometry: viewedGeometry(facts, this.follow),
			jump: this.jumped.count,
		});
	}

	/** Cuts the views out, and scales them to the size of the replay. */
	#converterFor({ width, height }: Frame, { packet }: ReadFrame): LibavConverter {
		const shape = `${width}x${height} ${packet.height} ${packet.eyes} ${packet.lens}`;
		if (this.#converter?.shape === shape) return this.#converter.converter;
		this.#converter?.converter.close();
		const { format } = this.info;
		const target: PictureFormat = { ...format, height: format.height * format.eyes };
		const converter = new LibavConverter(
			{ timeBase: UNIT_TIME_BASE },
			{
				filter: viewFilter({ width, height }, packet, format),
				orientation: UPRIGHT,
				pixelAspect: 1,
				frameRate: this.frameRate,
				label: "a recorded view",
				notice: () => {},
				assembly: undefined,
				onShape: async () => {},
				want: asI420,
				target,
			},
		);
		this.#converter = { shape, converter };
		return converter;
	}
}

/**
 * FFmpeg filters that leave nothing but the views of the eyes; scaling them to the size of the
 * replay follows.
 */
function viewFilter(
	picture: { readonly width: number; readonly height: number },
	{ width, height, eyes, lens }: EncodedPacket,
	replayed: ViewShape,
): string {
	const steps: string[] = [];
	const shown = Math.min(picture.height, height * Math.min(eyes, replayed.eyes));
	if (shown < picture.height) steps.push(`crop=${picture.width}:${shown}:0:0`);
	const isCurved = lens === "pannini" || lens === "little-planet";
	// The angles of these lenses follow from the picture's shape and width.
	if (isCurved && eyes === 1 && width * replayed.height !== height * replayed.width) {
		const high = 2 * Math.max(1, Math.round((replayed.width * height) / width / 2));
		const size = `${replayed.width}:${replayed.height}:0`;
		steps.push(`scale=${replayed.width}:${high}`);
		steps.push(high < replayed.height ? `pad=${size}:(oh-ih)/2` : `crop=${size}:(ih-oh)/2`);
	}
	if (eyes < replayed.eyes) steps.push("split[left][right];[left][right]vstack");
	return steps.join(",");
}
