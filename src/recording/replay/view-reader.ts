import {
	AV_CODEC_ID_AV1,
	AV_CODEC_ID_H264,
	AV_CODEC_ID_VP8,
	AV_CODEC_ID_VP9,
	type AVCodecID,
	AVMEDIA_TYPE_VIDEO,
} from "node-av/constants";
import { CodecParameters, type Frame, Rational } from "node-av/lib";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import type { PictureFormat } from "../../media/panorama.ts";
import { asI420, type DecodedPicture, LibavConverter } from "../../source/libav-converter.ts";
import { type CodedStream, DecoderFailure, LibavDecoder } from "../../source/libav-decoder.ts";
import { MediaTimeline } from "../../source/media-timeline.ts";
import { newPacket } from "../../source/new-packet.ts";
import { UPRIGHT } from "../../source/picture-orientation.ts";
import type { PictureReader, PictureSink } from "../../source/picture-reader.ts";
import { ControlWord, type ReadingJob } from "../../source/source-worker.ts";
import { packingOf } from "../../source/stereo.ts";
import { SourceError, type SourceInfo } from "../../source/video-source.ts";
import type { ReadFrame } from "../read/read-record.ts";
import { recordedProjection } from "../read/recorded-lens.ts";
import type { RecordingReader, ViewerSummary } from "../read/recording-reader.ts";
import { frameRateOf, type ReplayJobOptions, viewedGeometry } from "./replay-play.ts";
import type { ReplaySound } from "./replay-sound.ts";

/** A wished place counts as a fraction of a picture earlier, as for files. */
const EARLY_SEC = 1e-3;
const TIME_BASE = new Rational(1, 1_000_000);
/** Pictures whose facts wait for them in the decoder. */
const MOST_IN_DECODER = 64;
const CODEC_IDS: Readonly<Record<EncodedPacket["codec"], AVCodecID>> = {
	h264: AV_CODEC_ID_H264,
	vp8: AV_CODEC_ID_VP8,
	vp9: AV_CODEC_ID_VP9,
	av1: AV_CODEC_ID_AV1,
};

/** Reads the pictures that a viewer was shown, each in the direction in which it was seen. */
export class ViewReader implements PictureReader {
	loop: boolean;
	follow: boolean;
	readonly onArrival = false;
	readonly info: SourceInfo;
	readonly packing = packingOf("mono");
	readonly frameRate: number;
	readonly #job: ReadingJob<ReplayJobOptions>;
	readonly #recording: RecordingReader;
	readonly #viewer: string;
	readonly #timeline: MediaTimeline;
	readonly #sound: ReplaySound | undefined;
	/** Facts of pictures by their time, microseconds. */
	readonly #inDecoder = new Map<number, ReadFrame>();
	#decoder: LibavDecoder | undefined;
	#converter: { readonly shape: string; readonly converter: LibavConverter } | undefined;
	#jumpToSec: number | undefined;
	#skipBeforeSec = Number.NEGATIVE_INFINITY;
	#jumps = 0;
	/** A picture came out of this pass. */
	#hasShown = false;
	#wanted = true;

	/** @param first the first picture, whose size all get. @param sound owned. */
	constructor(
		job: ReadingJob<ReplayJobOptions>,
		recording: RecordingReader,
		viewer: ViewerSummary,
		first: ReadFrame,
		sound: ReplaySound | undefined,
	) {
		this.#sound = sound;
		const { codec, width, height } = first.packet;
		const color = recording.summary.sources[0]?.source.format.color ?? DEFAULT_COLOR;
		this.loop = job.options.loop;
		this.follow = job.options.follow;
		this.#job = job;
		this.#recording = recording;
		this.#viewer = viewer.id;
		this.frameRate = frameRateOf(viewer);
		this.#timeline = new MediaTimeline(1 / this.frameRate);
		this.info = {
			format: { width, height, color, eyes: 1, projection: recordedProjection(first.packet) },
			frameRate: this.frameRate,
			codec,
			hwaccel: "none",
			live: false,
			durationSec: viewer.lastFrameSec,
			...(sound && { sound: sound.ring.handle }),
			layout: `what viewer ${viewer.id} was shown`,
		};
	}

	get jumps(): number {
		return this.#jumps;
	}

	get jumping(): boolean {
		return this.#jumpToSec !== undefined;
	}

	jumpTo(positionSec: number): void {
		this.#jumpToSec = positionSec;
		this.#sound?.cut();
		this.#jumps++;
	}

	playSound(offsetSec: number): void {
		this.#sound?.play(offsetSec);
	}

	async run(sink: PictureSink): Promise<"end"> {
		do {
			const startSec = this.#jumpToSec ?? 0;
			this.#jumpToSec = undefined;
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
		this.#decoder?.close();
		this.#converter = undefined;
		this.#decoder = undefined;
	}

	get #goesOn(): boolean {
		return this.#wanted && !this.#job.stopping;
	}

	/** Reads from a place to the end, or to a jump. */
	async #pass(startSec: number, sink: PictureSink): Promise<void> {
		this.#timeline.join();
		this.#inDecoder.clear();
		this.#decoder?.flush();
		this.#converter?.converter.flush();
		this.#skipBeforeSec = startSec - EARLY_SEC;
		const keySec = await this.#recording.keyframeBefore(this.#viewer, startSec);
		const choice = { types: ["frame"], viewers: [this.#viewer], startSec: keySec } as const;
		for await (const record of this.#recording.records(choice)) {
			if (record.type === "frame" && record.packet.accessUnit.length > 0) await this.#decode(record, sink);
			if (this.jumping || !this.#goesOn) return;
		}
		await this.#run(null, sink);
	}

	async #decode(frame: ReadFrame, sink: PictureSink): Promise<void> {
		const { accessUnit, keyframe, stages } = frame.packet;
		const stamp = Math.round(stages.drawStartSec * 1e6);
		this.#inDecoder.set(stamp, frame);
		const [oldest] = this.#inDecoder.keys();
		if (this.#inDecoder.size > MOST_IN_DECODER && oldest !== undefined) this.#inDecoder.delete(oldest);
		this.#decoder ??= this.#openDecoder(frame);
		const packet = newPacket();
		packet.data = Buffer.from(accessUnit);
		packet.pts = BigInt(stamp);
		packet.dts = BigInt(stamp);
		packet.timeBase = TIME_BASE;
		packet.isKeyframe = keyframe;
		try {
			await this.#run(packet, sink);
		} finally {
			packet.free();
		}
	}

	async #run(packet: ReturnType<typeof newPacket> | null, sink: PictureSink): Promise<void> {
		try {
			await this.#decoder?.decode(packet, (frame) => this.#onFrame(frame, sink));
		} catch (error) {
			if (!(error instanceof DecoderFailure)) throw error;
			const text = `The video of ${this.#viewer} can't be decoded: ${error.message.toLowerCase()}.`;
			throw new SourceError("failed", text, { cause: error });
		}
	}

	async #onFrame(frame: Frame, sink: PictureSink): Promise<void> {
		this.#job.count(ControlWord.framesDecoded);
		const stamp = Number(frame.bestEffortTimestamp);
		const facts = this.#inDecoder.get(stamp);
		this.#inDecoder.delete(stamp);
		if (this.jumping || facts === undefined || stamp / 1e6 < this.#skipBeforeSec) return frame.free();
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
			geometry: viewedGeometry(recordedProjection(packet), facts, this.follow),
			jump: this.#jumps,
		});
	}

	#openDecoder({ packet }: ReadFrame): LibavDecoder {
		const { label, threads, frameRate } = { label: "a recorded view", threads: 0, frameRate: this.frameRate };
		// Low delay: a picture comes out as its access unit goes in.
		return new LibavDecoder(streamOf(packet), { hwaccel: "none", threads, live: true, frameRate, label });
	}

	/** Cuts the left eye's view out, and scales it to the first one's size. */
	#converterFor({ width, height }: Frame, { packet }: ReadFrame): LibavConverter {
		const shape = `${width}x${height} ${packet.height}`;
		if (this.#converter?.shape === shape) return this.#converter.converter;
		this.#converter?.converter.close();
		const target: PictureFormat = this.info.format;
		const converter = new LibavConverter(
			{ timeBase: TIME_BASE },
			{
				filter: height === packet.height ? "" : `crop=${width}:${Math.min(height, packet.height)}:0:0`,
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

const DEFAULT_COLOR: PictureFormat["color"] = { range: "limited", matrix: "bt709", chromaSiting: "left" };

function streamOf({ codec, width, height }: EncodedPacket): CodedStream {
	const codecpar = new CodecParameters();
	codecpar.alloc();
	codecpar.codecType = AVMEDIA_TYPE_VIDEO;
	codecpar.codecId = CODEC_IDS[codec];
	codecpar.width = width;
	codecpar.height = height;
	return { codecpar, timeBase: TIME_BASE };
}
