import type { Loggable } from "../archetypes/archetype.ts";
import type { Bytes } from "../archetypes/component.ts";
import { byteView } from "../archetypes/component.ts";
import { VideoCodec } from "../archetypes/enums.generated.ts";
import { keptVideoSample } from "../archetypes/kept-video-sample.ts";
import { VideoStream } from "../archetypes/video.generated.ts";
import { checkOptions, type OptionNames } from "../option-names.ts";
import type { LogArgument, LogOptions } from "../stream/recording-stream.ts";
import {
	joinAnnexB,
	type NalCodec,
	type NalUnit,
	readNalUnit,
	reorderedPictures,
	splitAnnexB,
	splitLengthPrefixed,
} from "./h26x.ts";

/**
 * A fault of a sample that Rerun's viewers would not show, or show wrong, mostly without a warning.
 */
export type VideoFault =
	/** The sample begins neither with a start code nor with lengths. */
	| "notAnnexB"
	/** The sample has no slice. */
	| "noPicture"
	/** The sample has more than one frame. */
	| "severalPictures"
	/** The frame needs a later one: viewers show the wrong picture. */
	| "bFrames"
	/** A key frame has no SPS and PPS, and no earlier sample had them. */
	| "noParameterSets";

/** The error of a sample that viewers can't show. */
export class VideoSampleError extends Error {
	override readonly name = "VideoSampleError";
	readonly fault: VideoFault;

	constructor(message: string, fault: VideoFault) {
		super(message);
		this.fault = fault;
	}
}

/** A sample that viewers can show. */
export interface VideoSample {
	/**
	 * One frame in Annex B, as Rerun expects it: key frames with their parameter sets. The input
	 * itself, if it was right.
	 */
	readonly bytes: Uint8Array;
	readonly isKeyframe: boolean;
	/** The repairs of the input. */
	readonly repairs: readonly ("startCodes" | "parameterSets")[];
}

/** Checks and repairs the samples of one video in H.264 or H.265, in their order. */
export class VideoSamples {
	readonly #codec: NalCodec;
	/** The newest parameter sets of the video, by kind and id. */
	readonly #parameterSets = new Map<string, Uint8Array>();
	/**
	 * True when frames come in another order than they are shown, as the VPS of H.265 says. In
	 * H.264 each slice says so.
	 */
	#reorders = false;
	/** True when the samples so far had lengths in front of their NAL units. */
	#prefixed: boolean | undefined;

	/**
	 * @param description parameter sets in Annex B, or the content of an `avcC` box, if the samples
	 * don't carry them.
	 * @throws {TypeError} when `description` is neither.
	 */
	constructor(codec: NalCodec, description?: Uint8Array) {
		this.#codec = codec;
		if (description === undefined) return;
		const units = splitAnnexB(description) ?? (codec === "h264" ? parameterSetsOfAvcC(description) : null);
		if (units === null)
			throw new TypeError(
				"The description of a video must be parameter sets in Annex B, or an avcC box's content.",
			);
		for (const unit of units) this.#remember(readNalUnit(codec, unit));
	}

	/**
	 * Checks and repairs one frame. Length prefixes become start codes; a key frame without
	 * parameter sets gets the earlier ones.
	 *
	 * @param bytes one access unit. Borrowed.
	 * @throws {VideoSampleError} when viewers can't show it.
	 */
	read(bytes: Uint8Array): VideoSample {
		const repairs: ("startCodes" | "parameterSets")[] = [];
		const { units: split, prefixed } = this.#split(bytes);
		if (prefixed) repairs.push("startCodes");
		const units = split.map((unit) => readNalUnit(this.#codec, unit));
		checkPicture(units);
		const isKeyframe = units.some(({ isKey }) => isKey);
		for (const unit of units) this.#remember(unit);
		if (this.#reorders)
			throw new VideoSampleError(
				"The VPS of a video says that it has B-frames, which viewers show in the wrong order: " +
					"turn them off in the encoder (bframes=0).",
				"bFrames",
			);
		const missing = isKeyframe ? this.#missingParameterSets(units) : [];
		if (missing.length > 0) repairs.push("parameterSets");
		if (repairs.length === 0) return { bytes, isKeyframe, repairs };
		const at = units[0]?.role === "delimiter" ? 1 : 0;
		return { bytes: joinAnnexB([...split.slice(0, at), ...missing, ...split.slice(at)]), isKeyframe, repairs };
	}

	#split(bytes: Uint8Array): { readonly units: readonly Uint8Array[]; readonly prefixed: boolean } {
		const behindStartCodes = splitAnnexB(bytes);
		const behindLengths = splitLengthPrefixed(bytes);
		if (behindStartCodes !== null && behindLengths !== null) {
			// A length of 256 to 511 is a start code, too. Such a sample is read as those before
			// it.
			const prefixed = this.#prefixed ?? !isPlausible(this.#codec, behindStartCodes[0]);
			return { units: prefixed ? behindLengths : behindStartCodes, prefixed };
		}
		const units = behindStartCodes ?? behindLengths;
		if (units === null)
			throw new VideoSampleError(
				"A video sample begins neither with a start code (0 0 1) nor with lengths of its NAL units.",
				"notAnnexB",
			);
		this.#prefixed = behindStartCodes === null;
		return { units, prefixed: this.#prefixed };
	}

	#remember({ role, bytes }: NalUnit): void {
		if (role === "vps") this.#reorders = reorderedPictures(bytes) > 0;
		if (role === "vps" || role === "sps" || role === "pps")
			this.#parameterSets.set(`${role} ${parameterSetId(this.#codec, role, bytes)}`, bytes.slice());
	}

	/** The parameter sets that a key frame lacks: it should have one of each kind. */
	#missingParameterSets(units: readonly NalUnit[]): Uint8Array[] {
		const kinds = this.#codec === "h264" ? (["sps", "pps"] as const) : (["vps", "sps", "pps"] as const);
		const missing = kinds.filter((kind) => !units.some(({ role }) => role === kind));
		return missing.flatMap((kind) => {
			const known = [...this.#parameterSets].filter(([name]) => name.startsWith(kind)).map(([, bytes]) => bytes);
			if (known.length === 0)
				throw new VideoSampleError(
					`A key frame has no ${kind.toUpperCase()}, and none came before: viewers can't decode it. ` +
						"Encoders have an option to repeat headers; or give the description of the video.",
					"noParameterSets",
				);
			return known;
		});
	}
}

/** True when a NAL unit may be the first one of a frame. */
function isPlausible(codec: NalCodec, unit: Uint8Array | undefined): boolean {
	const [first = 0x80, second] = unit ?? [];
	if (first >= 0x80) return false;
	return codec === "h264" ? [1, 5, 6, 7, 8, 9].includes(first & 0x1f) : second === 1;
}

function checkPicture(units: readonly NalUnit[]): void {
	const slices = units.filter(({ role }) => role === "slice");
	const firstSlice = units.findIndex(({ role }) => role === "slice");
	if (firstSlice < 0)
		throw new VideoSampleError(
			"A video sample has no picture: parameter sets belong to the key frame after them.",
			"noPicture",
		);
	const pictures = Math.max(1, slices.filter(({ isFirst }) => isFirst).length);
	if (pictures > 1)
		throw new VideoSampleError(
			`A video sample has ${pictures} pictures; viewers want one in each, with a time of its own.`,
			"severalPictures",
		);
	if (units.some(({ role }, index) => role === "delimiter" && index > firstSlice))
		throw new VideoSampleError("A video sample goes on behind the end of its picture.", "severalPictures");
	if (slices.some(({ isBidirectional }) => isBidirectional))
		throw new VideoSampleError(
			"A video sample is a B-frame, which viewers show in the wrong order: turn B-frames off in the encoder " +
				"(bframes=0).",
			"bFrames",
		);
}

/** The id of a parameter set, or its first bits, which differ with the id (Exp-Golomb code). */
function parameterSetId(codec: NalCodec, role: "vps" | "sps" | "pps", bytes: Uint8Array): string {
	if (codec === "h264") return role === "sps" ? leadingGolomb(bytes, 4) : leadingGolomb(bytes, 1);
	if (role === "vps") return String((bytes[2] ?? 0) >> 4);
	// The id of an SPS of H.265 stands behind its profile, which has no fixed length. Videos have
	// one SPS.
	return role === "sps" ? "0" : leadingGolomb(bytes, 2);
}

function leadingGolomb(bytes: Uint8Array, at: number): string {
	const byte = bytes[at] ?? 0;
	const zeros = Math.clz32(byte) - 24;
	return zeros > 3 ? `long ${byte} ${bytes[at + 1] ?? 0}` : String((byte >> (7 - 2 * zeros)) - 1);
}

/** The parameter sets of an `avcC` box: ISO/IEC 14496-15, 5.3.3.1. */
function parameterSetsOfAvcC(box: Uint8Array): Uint8Array[] | null {
	if (box[0] !== 1 || box.length < 7) return null;
	const units: Uint8Array[] = [];
	let at = 5;
	for (const mask of [0x1f, 0xff]) {
		const count = box[at++]! & mask;
		for (let index = 0; index < count; index++) {
			if (at + 2 > box.length) return null;
			const length = (box[at]! << 8) | box[at + 1]!;
			if (length === 0 || at + 2 + length > box.length) return null;
			units.push(box.subarray(at + 2, at + 2 + length));
			at += 2 + length;
		}
	}
	return units;
}

/** The options of a `VideoLogger`. */
export interface VideoLoggerOptions {
	/** Parameter sets, if the samples don't carry them: in Annex B, or an `avcC` box's content. */
	readonly description?: Uint8Array | undefined;
	/** `VideoStream.opacity` of the whole video. */
	readonly opacity?: number | undefined;
	/** `VideoStream.drawOrder` of the whole video. */
	readonly drawOrder?: number | undefined;
}

/** The options of one sample. */
export interface VideoLogOptions extends Pick<LogOptions, "times"> {
	/** True when the sample is a key frame. Needed for AV1, VP8 and VP9, which are not parsed. */
	readonly isKeyframe?: boolean | undefined;
	/**
	 * `true`: the sample's bytes are kept until they are sent, and must not change. No copy is
	 * made.
	 * @default false
	 */
	readonly keep?: boolean | undefined;
}

const LOGGER_OPTIONS: OptionNames<VideoLoggerOptions> = { description: true, opacity: true, drawOrder: true };
const LOG_OPTIONS: OptionNames<VideoLogOptions> = { isKeyframe: true, keep: true, times: true };

/** The receiver of a video: a `RecordingStream`, or an `EntityLogger`. */
interface LogTarget {
	log(
		path: string | readonly string[],
		...args: readonly LogArgument[] | readonly [...LogArgument[], LogOptions]
	): void;
}

/**
 * Logs the output of an encoder as a `VideoStream`, one frame at a time, and makes sure that
 * viewers can show it.
 *
 * ```ts
 * const camera = new VideoLogger(recording, "camera", VideoCodec.H264);
 * recording.setTime("frame", { sequence: 7 });
 * camera.log(accessUnit);
 * ```
 */
export class VideoLogger {
	readonly #target: LogTarget;
	readonly #path: string | readonly string[];
	readonly #codec: VideoCodec;
	readonly #samples: VideoSamples | null;
	readonly #fields: { readonly opacity?: number | undefined; readonly drawOrder?: number | undefined };
	#began = false;

	/** @throws {TypeError} when `description` is wrong, or an option has an unknown name. */
	constructor(
		target: LogTarget,
		path: string | readonly string[],
		codec: VideoCodec,
		options: VideoLoggerOptions = {},
	) {
		checkOptions(options, LOGGER_OPTIONS, "VideoLogger");
		const { description, ...fields } = options;
		const nalCodec = codec === VideoCodec.H264 ? "h264" : codec === VideoCodec.H265 ? "h265" : null;
		this.#target = target;
		this.#path = path;
		this.#codec = codec;
		this.#samples = nalCodec === null ? null : new VideoSamples(nalCodec, description);
		this.#fields = fields;
	}

	/**
	 * Logs a frame at the current times, which should go up. A frame that viewers can't show is
	 * lost, with a warning.
	 *
	 * @param sample one access unit. Copied, unless `keep` says otherwise.
	 * @throws {VideoSampleError | TypeError} in place of the warning, if the stream is strict.
	 */
	log(sample: Bytes, options: VideoLogOptions = {}): void {
		if (!this.#began)
			this.#target.log(this.#path, () => new VideoStream(this.#codec, this.#fields), { static: true });
		this.#began = true;
		const { isKeyframe, keep = false, times } = options;
		const picture = () => {
			checkOptions(options, LOG_OPTIONS, "VideoLogger.log()");
			return this.#archetype(byteView(sample, "sample"), isKeyframe, keep);
		};
		this.#target.log(this.#path, picture, times === undefined ? {} : { times });
	}

	#archetype(given: Uint8Array, givenKeyframe: boolean | undefined, keep: boolean): Loggable {
		const checked = this.#samples?.read(given);
		const { bytes, isKeyframe } = checked ?? { bytes: given, isKeyframe: givenKeyframe };
		if (keep) return keptVideoSample(bytes, isKeyframe);
		return VideoStream.fromFields({ sample: bytes, ...(isKeyframe === undefined ? {} : { isKeyframe }) });
	}
}
