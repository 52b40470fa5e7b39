import {
	AV_PKT_DATA_CONTENT_LIGHT_LEVEL,
	AV_PKT_DATA_MASTERING_DISPLAY_METADATA,
	AVFMT_GLOBALHEADER,
} from "node-av/constants";
import { Dictionary, FormatContext, type Packet, Rational, type Stream } from "node-av/lib";
import { assert } from "../media/assert.ts";
import { libavText } from "../source/libav-error.ts";
import { AudioPassage } from "./audio-passage.ts";
import type { EncoderSetup } from "./encoding.ts";
import { FrameEncoder } from "./frame-encoder.ts";
import type { VideoContainer } from "./output-kind.ts";
import type { PictureTime, WriteStart } from "./render-protocol.ts";

/** A video file that is being written: encoder, audio and container. */
export class VideoFile implements Disposable {
	readonly encoder: FrameEncoder;
	readonly #format = new FormatContext();
	readonly #stream: Stream;
	readonly #audio: AudioPassage | undefined;
	readonly #timeBase: Rational;
	#pictures = 0;
	#isOpen = false;

	/**
	 * @param notice called with a sentence about audio that can't be kept.
	 * @throws {Error} when the encoder does not open or the file can't be written.
	 */
	constructor(start: WriteStart, container: VideoContainer, setup: EncoderSetup, notice: (message: string) => void) {
		const { facts } = start;
		check(this.#format.allocOutputContext2(null, container, start.temporaryPath), `there is no ${container} muxer`);
		const globalHeader = this.#format.oformat?.hasFlags(AVFMT_GLOBALHEADER) ?? false;
		this.encoder = new FrameEncoder({ ...start, ...facts, setup, globalHeader });
		this.#timeBase = new Rational(facts.timeBase.num, facts.timeBase.den);
		this.#stream = this.#addVideoStream(start, setup);
		this.#audio =
			start.audio && facts.url !== undefined
				? AudioPassage.open(facts.url, this.#format, {
						originSec: facts.originSec,
						fromSec: start.startsLate ? 0 : Number.NEGATIVE_INFINITY,
						durationSec: start.durationSec,
						container,
						notice,
					})
				: undefined;
		check(this.#format.openOutputSync(), "can't be opened");
		using options = Dictionary.fromObject(
			container === "mp4" || container === "mov" ? { movflags: "+faststart" } : {},
		);
		check(this.#format.writeHeaderSync(options), "the container does not take these streams");
		this.#isOpen = true;
	}

	/** @throws {Error} when encoding or writing fails. */
	write(address: number, time: PictureTime): void {
		this.encoder.encode(address, time, (packet) => this.#writePacket(packet));
		this.#pictures++;
	}

	/**
	 * Writes everything that is still held back, and the file's end.
	 * @returns the number of pictures.
	 * @throws {Error} when encoding or writing fails.
	 */
	finish(): number {
		this.encoder.finish((packet) => this.#writePacket(packet));
		this.#audio?.copyUntil(Number.POSITIVE_INFINITY);
		check(this.#format.writeTrailerSync(), "the end can't be written");
		this.#isOpen = false;
		this.#format.closeOutputSync();
		return this.#pictures;
	}

	/** A second call does nothing. */
	[Symbol.dispose](): void {
		this.#audio?.[Symbol.dispose]();
		this.encoder[Symbol.dispose]();
		if (this.#isOpen) this.#format.closeOutputSync();
		this.#isOpen = false;
		this.#format.freeContext();
	}

	#addVideoStream({ facts }: WriteStart, setup: EncoderSetup): Stream {
		const stream = this.#format.newStream();
		const { codecpar } = stream;
		check(codecpar.fromContext(this.encoder.context), "the video can't be described");
		if (setup.tag !== undefined) codecpar.codecTag = setup.tag;
		stream.timeBase = this.#timeBase;
		if (facts.frameRate !== undefined) stream.avgFrameRate = new Rational(facts.frameRate.num, facts.frameRate.den);
		const { masteringDisplay, contentLight } = facts.color;
		if (masteringDisplay !== undefined)
			codecpar.addCodedSideData(AV_PKT_DATA_MASTERING_DISPLAY_METADATA, Buffer.from(masteringDisplay));
		if (contentLight !== undefined)
			codecpar.addCodedSideData(AV_PKT_DATA_CONTENT_LIGHT_LEVEL, Buffer.from(contentLight));
		return stream;
	}

	#writePacket(packet: Packet): void {
		// x265 makes up the decoding times of fewer pictures than it holds back.
		const holdsBackSec = (Number(packet.pts - packet.dts) * this.#timeBase.num) / this.#timeBase.den;
		if (!(holdsBackSec >= 0 && holdsBackSec < LONGEST_HELD_BACK_SEC)) packet.dts = packet.pts;
		this.#audio?.copyUntil((Number(packet.dts) * this.#timeBase.num) / this.#timeBase.den);
		packet.streamIndex = this.#stream.index;
		packet.rescaleTs(this.#timeBase, this.#stream.timeBase);
		check(this.#format.interleavedWriteFrameSync(packet), "a packet can't be written");
	}
}

/** No encoder holds a picture back for longer, at any usual rate. */
const LONGEST_HELD_BACK_SEC = 60;

function check(code: number, what: string): void {
	assert(Number.isInteger(code), "FFmpeg answers with a code.");
	if (code < 0) throw new Error(`${what}: ${libavText(code)}`);
}
