import { AV_CODEC_ID_H264, AV_NOPTS_VALUE } from "node-av/constants";
import type { Packet } from "node-av/lib";
import { monotonicSec } from "../media/clock.ts";
import type { SequenceParameterSet } from "../media/h264.ts";
import { AccessUnitMaker, readH264Configuration } from "../media/h264-access-unit.ts";
import type { LibavInput } from "./libav-input.ts";
import type { PassedFormat, PassedNote, PassedPictures } from "./passed-pictures.ts";
import { UPRIGHT } from "./picture-orientation.ts";
import { ControlWord, type SourceJob } from "./source-worker.ts";

/** A packet's fate: `anew` is decoded after the decoder has forgotten all before. */
export type PacketFate = "decode" | "skip" | "anew";

/** ITU-T H.264, A.2: profile_idc of the profiles that browsers decode. */
const PROFILES: Readonly<Record<number, "baseline" | "main" | "high">> = { 66: "baseline", 77: "main", 100: "high" };
const OUT_OF_ORDER = "its pictures are out of order";
/** Bytes that stand for the head of a group in the ring. */
const GROUP = Uint8Array.of(1);

/** Options of the pictures that only decoded ones can follow. */
export interface PasserOptions {
	readonly filter: string;
}

/**
 * Hands the coded pictures of a live input on as they are, where viewers could decode them, and
 * leaves their decoding out while nobody wants decoded ones. The first picture after each opening
 * is always decoded: it shows that there is one, and of what form.
 */
export class PicturePasser {
	readonly #passed: PassedPictures;
	readonly #job: Pick<SourceJob<PasserOptions>, "options" | "stopping" | "count">;
	#maker: AccessUnitMaker | undefined;
	#tickSec = Number.NaN;
	#newestSec = Number.NEGATIVE_INFINITY;
	/** A picture has been decoded since the input was opened. */
	#seen = false;
	#skips = false;
	/** The statement about the input, until pictures disprove it. */
	#note: PassedNote | undefined;

	constructor(passed: PassedPictures, job: Pick<SourceJob<PasserOptions>, "options" | "stopping" | "count">) {
		this.#passed = passed;
		this.#job = job;
	}

	/** An input was opened, or opened again. */
	opened(input: LibavInput): void {
		this.#seen = this.#skips = false;
		this.#newestSec = Number.NEGATIVE_INFINITY;
		this.#tickSec = input.tickSec;
		const reason = this.#reasonAgainst(input);
		const configuration = readH264Configuration(input.stream.codecpar.extradata ?? new Uint8Array());
		this.#maker = reason === undefined && configuration ? new AccessUnitMaker(configuration) : undefined;
		if (this.#maker === undefined) this.#say({ reason: reason ?? "its configuration can't be read" });
		// Also for others: a listener of the input before it would go on.
		input.onPicture = (packet) => this.#take(packet);
	}

	/** A picture was decoded. */
	pictureAt(): void {
		this.#seen = true;
	}

	/** Statements about decoded pictures change nothing. */
	describe(): void {}

	/** Decides whether a packet is decoded. */
	fate(packet: Packet): PacketFate {
		const isWanted = !this.#seen || this.#note === undefined || "reason" in this.#note;
		if (!isWanted && !this.#passed.decodedWanted) {
			this.#skips = true;
			return "skip";
		}
		if (!this.#skips) return "decode";
		if (!packet.isKeyframe) return "skip";
		this.#skips = false;
		return "anew";
	}

	#take(packet: Packet): void {
		const { data } = packet;
		const maker = this.#maker;
		if (maker === undefined || data === null || data.length === 0 || this.#job.stopping) return;
		const made = maker.make(data);
		if (made === undefined) return;
		if (made.keyframe) this.#judge(maker);
		const mediaSec = packet.pts === AV_NOPTS_VALUE ? Number.NaN : Number(packet.pts) * this.#tickSec;
		if (mediaSec < this.#newestSec && !made.keyframe) this.#giveUp(OUT_OF_ORDER);
		if (!Number.isNaN(mediaSec)) this.#newestSec = mediaSec;
		if (this.#note === undefined || "reason" in this.#note) return;
		const receivedSec = monotonicSec();
		const times = { placeSec: receivedSec, decodeSec: receivedSec, durationSec: Number.NaN, mediaSec, receivedSec };
		this.#job.count(ControlWord.picturesPassed);
		this.#passed.ring.add(made.accessUnit, times, made.keyframe ? GROUP : undefined);
	}

	/** Judges by the parameter set that a key frame begins with. */
	#judge({ sps }: AccessUnitMaker): void {
		const format = sps === undefined ? "its parameter sets are broken" : passedFormatOf(sps);
		if (typeof format === "string") this.#giveUp(format);
		else this.#say({ format });
	}

	#giveUp(reason: string): void {
		this.#maker = undefined;
		this.#say({ reason });
	}

	#say(note: PassedNote): void {
		this.#note = note;
		const words = JSON.stringify(note);
		if (this.#passed.ring.note !== words && !this.#job.stopping) this.#passed.note = note;
	}

	#reasonAgainst(input: LibavInput): string | undefined {
		const { live, segmented, stream, orientation, pixelAspect } = input;
		if (!live || segmented) return "it is played by a clock";
		if (stream.codecpar.codecId !== AV_CODEC_ID_H264) return "it is not H.264";
		if (this.#job.options.filter !== "") return "a filter changes its pictures";
		if (JSON.stringify(orientation) !== JSON.stringify(UPRIGHT)) return "its pictures are turned";
		return pixelAspect === 1 ? undefined : "its pixels are not square";
	}
}

/** The form of pictures with these parameters; a text: why they can't be passed on. */
export function passedFormatOf(sps: SequenceParameterSet): PassedFormat | string {
	const { profileIdc, chromaFormatIdc, bitDepthLuma, frameMbsOnly, vui, width, height } = sps;
	const profile = PROFILES[profileIdc];
	if (profile === undefined || chromaFormatIdc !== 1 || bitDepthLuma !== 8)
		return "it has a profile that few browsers decode";
	if (!frameMbsOnly) return "it is interlaced";
	// Without the statement the pictures themselves show it.
	if ((vui?.bitstreamRestriction?.maxNumReorderFrames ?? 0) > 0) return OUT_OF_ORDER;
	return { profile, width, height };
}
