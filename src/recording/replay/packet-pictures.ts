import type { Frame } from "node-av/lib";
import { asI420, LibavConverter } from "../../source/libav-converter.ts";
import { UPRIGHT } from "../../source/picture-orientation.ts";
import type { PictureSink } from "../../source/picture-reader.ts";
import type { StampedPictures } from "../../source/pictures-by-stamp.ts";
import { EARLY_SEC, JumpingReader } from "../../source/place-jumps.ts";
import { ControlWord, type ReadingJob, Stopping } from "../../source/source-worker.ts";
import { type PicturePacking, packingOf } from "../../source/stereo.ts";
import { UNIT_TIME_BASE, UnitDecoder } from "../../source/unit-decoder.ts";
import { SourceError, type SourceInfo } from "../../source/video-source.ts";
import type { RecordingReader } from "../read/recording-reader.ts";
import { formOfPackets } from "../recorded-form.ts";
import { recordedVideo } from "../recorded-small.ts";
import type { RecordedSource, SessionRecord } from "../session-record.ts";
import type { ReplayJobOptions } from "./replay-play.ts";

type SourcePacketRecord = Extract<SessionRecord, { readonly type: "source-packet" }>;

/** The source's own pictures out of its recorded packets, from any stamp on. */
export class PacketPictures extends JumpingReader implements StampedPictures {
	readonly input: StampedPictures["input"];
	readonly repeats = true;
	readonly #job: ReadingJob<ReplayJobOptions>;
	readonly #recording: RecordingReader;
	readonly #atSec: () => number;
	readonly #decoder: UnitDecoder<undefined>;
	readonly #converter: LibavConverter;
	#info: SourceInfo | undefined;
	#packing: PicturePacking = packingOf("mono");
	#skipBeforeSec = Number.NEGATIVE_INFINITY;
	#wanted = true;

	/** @param atSec the time at which the wanted picture was seen, seconds since the beginning. */
	constructor(job: ReadingJob<ReplayJobOptions>, recording: RecordingReader, atSec: () => number) {
		super(0);
		const label = "the recorded source";
		const { hwaccel, threads } = job.options.decoding;
		this.#job = job;
		this.#recording = recording;
		this.#atSec = atSec;
		this.input = { startSec: 0, label };
		const frameRate = recording.summary.sources[0]?.source.frameRate ?? Number.NaN;
		this.#decoder = new UnitDecoder({ hwaccel, threads, live: false, frameRate, label });
		this.#converter = new LibavConverter(
			{ timeBase: UNIT_TIME_BASE },
			{
				filter: "",
				orientation: this.#sourceAt(atSec())?.codedOrientation ?? UPRIGHT,
				pixelAspect: 1,
				frameRate,
				label,
				notice: (message) => job.notice(message, true),
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

	get packing(): PicturePacking {
		return this.#packing;
	}

	/** Reads to the end of the packets, or to where their stamps begin again. */
	async run(sink: PictureSink): Promise<"end"> {
		this.#wanted = true;
		do await this.#pass(this.jumped.begin() ?? 0, sink);
		while (this.jumping && this.#wanted);
		return "end";
	}

	async close(): Promise<void> {
		this.#decoder.close();
		this.#converter.close();
	}

	async #pass(stampSec: number, sink: PictureSink): Promise<void> {
		this.#decoder.restart();
		this.#converter.flush();
		this.#skipBeforeSec = stampSec - EARLY_SEC;
		const startSec = await this.#recording.sourceKeyframeBefore(stampSec, this.#atSec());
		if (startSec === undefined) throw new SourceError("failed", "The recording has no key frame of its source.");
		let keySec = Number.NEGATIVE_INFINITY;
		for await (const record of this.#recording.records({ types: ["source-packet"], startSec })) {
			if (this.#job.stopping) throw new Stopping();
			if (record.type !== "source-packet") continue;
			const { keyframe, stampSec: packetSec } = record.packet;
			if (keyframe && packetSec < keySec) break;
			if (keyframe) keySec = packetSec;
			await this.#decode(record, sink);
			if (this.jumping || !this.#wanted) return;
		}
		await this.#decoder.drain((frame, _facts, sec) => this.#onFrame(frame, sec, sink));
	}

	async #decode({ packet }: SourcePacketRecord, sink: PictureSink): Promise<void> {
		const { width = 0, height = 0 } = this.#sourceAt(packet.receivedSec)?.format ?? {};
		await this.#decoder.decode({ ...packet, width, height }, undefined, (frame, _facts, sec) =>
			this.#onFrame(frame, sec, sink),
		);
	}

	async #onFrame(frame: Frame, stampSec: number, sink: PictureSink): Promise<void> {
		this.#job.count(ControlWord.framesDecoded);
		if (this.jumping || !this.#wanted || stampSec < this.#skipBeforeSec) return frame.free();
		await this.#converter.convert(frame, async ({ frame: picture }) => {
			if (this.jumping || !this.#wanted) return picture.free();
			this.#describe();
			this.#wanted = await sink({
				frame: picture,
				mediaSec: stampSec,
				stampSec,
				durationSec: Number.NaN,
				positionSec: stampSec,
				jump: this.jumped.count,
			});
		});
	}

	#describe(): void {
		const picture = this.#converter.format;
		if (this.#info !== undefined || picture === undefined) return;
		const recorded = this.#sourceAt(this.#atSec());
		const { packing, format } = formOfPackets(recorded, picture);
		this.#packing = packing;
		this.#info = {
			format,
			frameRate: recorded?.frameRate ?? Number.NaN,
			codec: recorded?.codec ?? "",
			hwaccel: "none",
			live: false,
			durationSec: Number.NaN,
			layout: recorded?.layout,
		};
	}

	/** The source as it was opened last before a time. */
	#sourceAt(sec: number): RecordedSource | undefined {
		const { sources } = this.#recording.summary;
		const opened = (sources.findLast(({ atSec }) => atSec <= sec) ?? sources[0])?.source;
		return opened && recordedVideo(opened);
	}
}
