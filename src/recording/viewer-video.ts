import {
	AV_CODEC_ID_AV1,
	AV_CODEC_ID_H264,
	AV_CODEC_ID_VP8,
	AV_CODEC_ID_VP9,
	AV_PIX_FMT_YUV420P,
	AV_PKT_FLAG_KEY,
	AVMEDIA_TYPE_VIDEO,
} from "node-av/constants";
import { Dictionary, FormatContext, Packet, Rational, type Stream } from "node-av/lib";
import type { EncodedPacket } from "../media/encoded-packet.ts";
import { joinAnnexB, NalUnitType, nalUnitType, splitAnnexB } from "../media/h264.ts";
import { libavText } from "../source/libav-error.ts";

const CODEC_IDS = {
	h264: AV_CODEC_ID_H264,
	vp8: AV_CODEC_ID_VP8,
	vp9: AV_CODEC_ID_VP9,
	av1: AV_CODEC_ID_AV1,
} as const;
const TICKS_PER_SEC = 90_000;
const TIME_BASE = new Rational(1, TICKS_PER_SEC);
/** Fragments end where `flush` says. The head waits for the first, which describes the codec. */
const MOV_FLAGS = "delay_moov+frag_custom+default_base_moof";

/**
 * The pictures that one viewer was sent, as MP4, without encoding: in fragments, so that the file
 * of a process that was killed plays up to the last.
 */
export class ViewerVideo {
	readonly path: string;
	/** Drawing of the first picture, seconds on the monotonic clock: 0 in the file. */
	readonly beginSec: number;
	readonly #format = new FormatContext();
	readonly #stream: Stream;
	readonly #packet = new Packet();
	#bytes = 0;
	#newestTicks = -1n;
	#hasHead = false;

	/** @param first a key frame, which is written. @throws {Error} if the file can't be made. */
	constructor(path: string, first: EncodedPacket) {
		this.path = path;
		this.beginSec = first.stages.drawStartSec;
		check(this.#format.allocOutputContext2(null, "mp4", path), "there is no MP4 muxer");
		this.#stream = this.#format.newStream();
		const { codecpar } = this.#stream;
		codecpar.codecType = AVMEDIA_TYPE_VIDEO;
		codecpar.codecId = CODEC_IDS[first.codec];
		codecpar.width = first.width;
		codecpar.height = first.height * first.eyes + surroundRows(first);
		codecpar.format = AV_PIX_FMT_YUV420P;
		if (first.codec === "h264") codecpar.extradata = Buffer.from(parameterSetsOf(first.accessUnit));
		this.#stream.timeBase = TIME_BASE;
		this.#packet.alloc();
		check(this.#format.openOutputSync(), "can't be opened");
		using options = Dictionary.fromObject({ movflags: MOV_FLAGS });
		check(this.#format.writeHeaderSync(options), "MP4 does not take this video");
		this.write(first);
	}

	/** Bytes of pictures so far. */
	get bytes(): number {
		return this.#bytes;
	}

	/** @throws {Error} if the file can't be written. */
	write({ accessUnit, keyframe, stages }: EncodedPacket): void {
		const ticks = BigInt(Math.round((stages.drawStartSec - this.beginSec) * TICKS_PER_SEC));
		// Players want times that go up.
		this.#newestTicks = ticks > this.#newestTicks ? ticks : this.#newestTicks + 1n;
		const packet = this.#packet;
		packet.data = Buffer.from(accessUnit);
		packet.streamIndex = this.#stream.index;
		packet.pts = this.#newestTicks;
		packet.dts = this.#newestTicks;
		packet.flags = keyframe ? AV_PKT_FLAG_KEY : (0 as typeof AV_PKT_FLAG_KEY);
		packet.rescaleTs(TIME_BASE, this.#stream.timeBase);
		check(this.#format.writeFrameSync(packet), "a picture can't be written");
		packet.unref();
		this.#bytes += accessUnit.byteLength;
	}

	/** Ends the fragment. @throws {Error} if the file can't be written. */
	flush(): void {
		// The first call writes the head alone.
		if (!this.#hasHead) check(this.#format.writeFrameSync(null), "the head can't be written");
		this.#hasHead = true;
		check(this.#format.writeFrameSync(null), "a fragment can't be written");
		this.#format.flushSync();
	}

	/** Writes the end. @throws {Error} if it can't be written. */
	close(): void {
		try {
			check(this.#format.writeTrailerSync(), "the end can't be written");
		} finally {
			this.#format.closeOutputSync();
			this.#format.freeContext();
			this.#packet.free();
		}
	}
}

function parameterSetsOf(accessUnit: Uint8Array): Uint8Array {
	const types: readonly number[] = [NalUnitType.sps, NalUnitType.pps];
	return joinAnnexB(splitAnnexB(accessUnit).filter((unit) => types.includes(nalUnitType(unit[0]!))));
}

function surroundRows({ surround }: EncodedPacket): number {
	return surround === undefined ? 0 : surround.gap + surround.height;
}

function check(code: number, what: string): void {
	if (code < 0) throw new Error(`${what}: ${libavText(code)}`);
}
