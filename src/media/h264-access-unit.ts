import {
	joinAnnexB,
	NalUnitType,
	nalUnitType,
	parseSps,
	type SequenceParameterSet,
	splitAnnexB,
	splitLengths,
} from "./h264.ts";

/** The parameter sets of a container's H.264 track, and the form of its packets. */
export interface H264Configuration {
	/** NAL units: sequence parameter sets, then picture parameter sets. */
	readonly parameterSets: readonly Uint8Array[];
	/** Bytes of the length before each NAL unit; `undefined`: packets are Annex B. */
	readonly lengthBytes: number | undefined;
}

/** First byte of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1.2). */
const AVC_RECORD = 1;
/** NAL units that say nothing to a decoder of one access unit. */
const LEFT_OUT: ReadonlySet<number> = new Set([
	NalUnitType.accessUnitDelimiter,
	NalUnitType.endOfSequence,
	NalUnitType.endOfStream,
	NalUnitType.fillerData,
]);

/**
 * Reads a decoder's configuration: an AVCDecoderConfigurationRecord, Annex B, or nothing.
 * @returns `undefined` if it is broken.
 */
export function readH264Configuration(bytes: Uint8Array): H264Configuration | undefined {
	if (bytes[0] !== AVC_RECORD) {
		const isParameterSet = (unit: Uint8Array) => PARAMETER_SETS.has(nalUnitType(unit[0]!));
		return { parameterSets: splitAnnexB(bytes).filter(isParameterSet), lengthBytes: undefined };
	}
	if (bytes.length < 7) return undefined;
	const parameterSets: Uint8Array[] = [];
	let at = 5;
	for (const mask of [0x1f, 0xff]) {
		const count = (bytes[at++] ?? 0) & mask;
		for (let set = 0; set < count; set++) {
			const length = (bytes[at]! << 8) | bytes[at + 1]!;
			at += 2;
			if (!(length > 0 && at + length <= bytes.length)) return undefined;
			parameterSets.push(bytes.subarray(at, at + length));
			at += length;
		}
	}
	return { parameterSets, lengthBytes: (bytes[4]! & 3) + 1 };
}

const PARAMETER_SETS: ReadonlySet<number> = new Set([NalUnitType.sps, NalUnitType.pps]);

/** An access unit in the form in which it is sent. */
export interface MadeAccessUnit {
	/** Annex B; SPS and PPS come first in a key frame. */
	readonly accessUnit: Uint8Array<ArrayBuffer>;
	/** Its picture is an IDR picture: decoding can begin with it. */
	readonly keyframe: boolean;
}

/** Turns a track's packets into access units that can be sent as they are. */
export class AccessUnitMaker {
	#lengthBytes: number | undefined;
	/** The newest parameter sets: a stream may repeat or change them. */
	#parameterSets: readonly Uint8Array[];

	/** @param configuration borrowed: it must not change. */
	constructor({ parameterSets, lengthBytes }: H264Configuration) {
		this.#parameterSets = parameterSets;
		this.#lengthBytes = lengthBytes;
	}

	/** The next packets have another configuration. @param configuration borrowed. */
	configure({ parameterSets, lengthBytes }: H264Configuration): void {
		this.#parameterSets = parameterSets;
		this.#lengthBytes = lengthBytes;
	}

	/** The active sequence parameter set; `undefined` before one has come, or if it is broken. */
	get sps(): SequenceParameterSet | undefined {
		const unit = this.#parameterSets.find((each) => nalUnitType(each[0]!) === NalUnitType.sps);
		try {
			return unit && parseSps(unit);
		} catch {
			return undefined;
		}
	}

	/**
	 * @param packet of the track, borrowed.
	 * @returns `undefined` for a packet without a picture, or one that is broken.
	 */
	make(packet: Uint8Array): MadeAccessUnit | undefined {
		const units = this.#lengthBytes === undefined ? splitAnnexB(packet) : splitLengths(packet, this.#lengthBytes);
		return units && this.makeOf(units);
	}

	/**
	 * Makes an access unit of its NAL units.
	 * @param units borrowed, none empty.
	 * @returns `undefined` without a picture, or for a key frame whose parameter sets never came.
	 */
	makeOf(units: readonly Uint8Array[]): MadeAccessUnit | undefined {
		const ownSets = units.filter((unit) => PARAMETER_SETS.has(nalUnitType(unit[0]!)));
		if (ownSets.length > 0) this.#learn(ownSets.map((unit) => unit.slice()));
		const others = units.filter((unit) => {
			const type = nalUnitType(unit[0]!);
			return !PARAMETER_SETS.has(type) && !LEFT_OUT.has(type);
		});
		const isType = (wanted: number) => others.some((unit) => nalUnitType(unit[0]!) === wanted);
		const keyframe = isType(NalUnitType.idrSlice);
		if (!keyframe && !isType(NalUnitType.slice)) return undefined;
		if (keyframe && !hasBoth(this.#parameterSets)) return undefined;
		// Sets that come between key frames belong to pictures after them.
		const sets = keyframe ? this.#parameterSets : ownSets;
		return { accessUnit: joinAnnexB([...sets, ...others]), keyframe };
	}

	/** A set replaces that of its name; both kinds together replace all. */
	#learn(newer: readonly Uint8Array[]): void {
		const names = new Set(newer.map(nameOf));
		const others = hasBoth(newer) ? [] : this.#parameterSets.filter((unit) => !names.has(nameOf(unit)));
		const isSps = (unit: Uint8Array) => nalUnitType(unit[0]!) === NalUnitType.sps;
		const all = boundedParameterSets([...newer, ...others]);
		this.#parameterSets = [...all.filter(isSps), ...all.filter((unit) => !isSps(unit))];
	}
}

/** Most that is kept of parameter sets, bytes: every key frame carries them. */
const MAX_SET_BYTES = 16 * 1024;

/** Returns the first of the parameter sets that together have a sensible length. */
export function boundedParameterSets(sets: readonly Uint8Array[]): readonly Uint8Array[] {
	let bytes = 0;
	return sets.filter((unit) => {
		bytes += unit.length;
		return bytes <= MAX_SET_BYTES;
	});
}

/** Name of a parameter set among those of its kind: ITU-T H.264, 7.3.2.1.1 and 7.3.2.2. */
function nameOf(unit: Uint8Array): string {
	const type = nalUnitType(unit[0]!);
	// Profile, constraints and level come before the id of a sequence.
	let bit = type === NalUnitType.sps ? 32 : 8;
	const next = () => (unit[bit >> 3]! >> (7 - (bit++ & 7))) & 1;
	let zeros = 0;
	while (zeros < 16 && bit < unit.length * 8 && next() === 0) zeros++;
	let id = 1;
	for (let count = 0; count < zeros; count++) id = id * 2 + next();
	return `${type} ${id}`;
}

function hasBoth(units: readonly Uint8Array[]): boolean {
	const types = new Set(units.map((unit) => nalUnitType(unit[0]!)));
	return types.has(NalUnitType.sps) && types.has(NalUnitType.pps);
}
