import { AV_CODEC_ID_H264, AV_NOPTS_VALUE, AV_PKT_DATA_NEW_EXTRADATA } from "node-av/constants";
import type { Packet } from "node-av/lib";
import { monotonicSec } from "../media/clock.ts";
import { AccessUnitMaker, readH264Configuration } from "../media/h264-access-unit.ts";
import { type CaptureTimes, NOT_STATED } from "./capture-times.ts";
import type { LibavInput } from "./libav-input.ts";
import { OUT_OF_ORDER, passedFormatOf } from "./passed-format.ts";
import type { PassedNote, PassedPictures } from "./passed-pictures.ts";
import { UPRIGHT } from "./picture-orientation.ts";
import { ControlWord, type SourceJob } from "./source-worker.ts";

/** A packet's fate: `anew` is decoded after the decoder has forgotten all before. */
export type PacketFate = "decode" | "skip" | "anew";

/** Key frames that are farther apart count as rare, seconds. */
const RAREST_KEYFRAMES_SEC = 5;
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
	#captures: CaptureTimes | undefined;
	/** Time stamps of the group's key frame and of its newest picture. */
	#keySec = Number.NEGATIVE_INFINITY;
	#newestSec = Number.NEGATIVE_INFINITY;
	/** Pictures of the group that came before others that they are shown after. */
	#outOfOrder = 0;
	/** Arrival of the last key frame since the input was opened; NaN before the first. */
	#keyReceivedSec = Number.NaN;
	/** Key frames come often enough for a decoder that rests to find one soon. */
	#mayRest = false;
	/** A picture has been decoded since the input was opened. */
	#seen = false;
	#skips = false;
	/** Configuration that came while the decoder rested: it learns of it when it begins again. */
	#missedConfiguration: Buffer | undefined;
	/** The statement about the input, until pictures disprove it. */
	#note: PassedNote | undefined;

	constructor(passed: PassedPictures, job: Pick<SourceJob<PasserOptions>, "options" | "stopping" | "count">) {
		this.#passed = passed;
		this.#job = job;
	}

	/** An input was opened, or opened again. */
	opened(input: LibavInput, captures?: CaptureTimes | undefined): void {
		this.#captures = captures;
		this.#seen = this.#mayRest = this.#skips = false;
		// Another thread may have ended while its decoder rested.
		this.#passed.rests = false;
		this.#note = this.#missedConfiguration = undefined;
		this.#keyReceivedSec = Number.NaN;
		this.#newestSec = Number.NEGATIVE_INFINITY;
		this.#tickSec = input.tickSec;
		const reason = this.#reasonAgainst(input);
		const configuration = readH264Configuration(input.stream.codecpar.extradata ?? new Uint8Array());
		this.#maker = reason === undefined && configuration ? new AccessUnitMaker(configuration) : undefined;
		if (this.#maker === undefined) this.#say({ reason: reason ?? "its configuration can't be read" });
		// Also for others: a listener of the input before it would go on.
		input.onPicture = (packet) => this.#take(packet);
	}

	/** A picture was decoded. Without a key frame before it none may ever come. */
	pictureAt(): void {
		this.#seen = true;
		if (this.#note === undefined) this.#say({ reason: "no key frame has come yet" });
	}

	/** Its pictures are put together of two inputs. */
	composed(): void {
		this.#say({ reason: "it is put together of two" });
	}

	/** Statements about decoded pictures change nothing. */
	describe(): void {}

	/** Decides whether a packet is decoded. */
	fate(packet: Packet): PacketFate {
		const isCopied = this.#note !== undefined && "format" in this.#note;
		if (this.#seen && isCopied && this.#mayRest && !this.#passed.decodedWanted) {
			this.#rest(true);
			return this.#skip(packet);
		}
		if (!this.#skips) return "decode";
		if (!packet.isKeyframe) return this.#skip(packet);
		this.#rest(false);
		if (this.#missedConfiguration !== undefined && newConfiguration(packet) === undefined)
			packet.addSideData(AV_PKT_DATA_NEW_EXTRADATA, this.#missedConfiguration);
		this.#missedConfiguration = undefined;
		return "anew";
	}

	#skip(packet: Packet): "skip" {
		this.#missedConfiguration = newConfiguration(packet) ?? this.#missedConfiguration;
		return "skip";
	}

	#rest(rests: boolean): void {
		if (rests === this.#skips) return;
		this.#skips = rests;
		this.#passed.rests = rests;
	}

	#take(packet: Packet): void {
		const { data } = packet;
		const maker = this.#maker;
		if (maker === undefined || data === null || data.length === 0 || this.#job.stopping) return;
		const changed = newConfiguration(packet);
		const configuration = changed && readH264Configuration(Uint8Array.from(changed));
		if (configuration !== undefined) maker.configure(configuration);
		const made = maker.make(data);
		if (made === undefined) return;
		const receivedSec = monotonicSec();
		if (made.keyframe) {
			this.#mayRest = receivedSec - this.#keyReceivedSec < RAREST_KEYFRAMES_SEC;
			this.#keyReceivedSec = receivedSec;
			this.#judge(maker);
		}
		const mediaSec = packet.pts === AV_NOPTS_VALUE ? Number.NaN : Number(packet.pts) * this.#tickSec;
		this.#order(mediaSec, made.keyframe, packet.pts === packet.dts);
		// What comes before the first key frame could not be decoded.
		if (this.#note === undefined || "reason" in this.#note || Number.isNaN(this.#keyReceivedSec)) return;
		const { capturedSec, cameraUs } = this.#captures?.ofPacket ?? NOT_STATED;
		const place = { placeSec: receivedSec, decodeSec: receivedSec, durationSec: Number.NaN };
		const times = { ...place, mediaSec, receivedSec, capturedSec, cameraUs };
		const isTaken = this.#passed.ring.add(made.accessUnit, times, made.keyframe ? GROUP : undefined);
		if (isTaken) this.#job.count(ControlWord.picturesPassed);
	}

	/**
	 * Finds pictures that are coded before others and shown after them. A clock that steps back
	 * looks like one of them, once.
	 * @param inStep the picture is decoded when it is shown, as the input states it.
	 */
	#order(mediaSec: number, keyframe: boolean, inStep: boolean): void {
		if (Number.isNaN(mediaSec)) return;
		if (keyframe || mediaSec <= this.#keySec) {
			this.#keySec = this.#newestSec = mediaSec;
			this.#outOfOrder = 0;
		} else if (mediaSec < this.#newestSec && !inStep && ++this.#outOfOrder > 1) this.#giveUp(OUT_OF_ORDER);
		else this.#newestSec = Math.max(this.#newestSec, mediaSec);
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

/** Configuration that holds from this packet on, as of RTMP and FLV; lent. */
function newConfiguration(packet: Packet): Buffer | undefined {
	return packet.getSideData(AV_PKT_DATA_NEW_EXTRADATA) ?? undefined;
}
