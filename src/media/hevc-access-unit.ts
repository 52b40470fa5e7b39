import { joinAnnexB, splitAnnexB, splitLengths } from "./h264.ts";

/** First byte of an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1.2). */
const HEVC_RECORD = 1;
const RECORD_BYTES = 23;
/** NAL unit types of ITU-T H.265, table 7-1. */
const VPS = 32;
const PPS = 34;
const FIRST_IRAP = 16;
const LAST_IRAP = 23;

const typeOf = (unit: Uint8Array) => (unit[0]! >> 1) & 0x3f;
const isParameterSet = (unit: Uint8Array) => typeOf(unit) >= VPS && typeOf(unit) <= PPS;

/** Turns the packets of an H.265 track into access units in Annex B. */
export class HevcAccessUnitMaker {
	readonly #lengthBytes: number | undefined;
	#parameterSets: readonly Uint8Array[];

	/** @param configuration an HEVCDecoderConfigurationRecord, Annex B, or nothing. */
	constructor(configuration: Uint8Array) {
		const record = readRecord(configuration);
		this.#lengthBytes = record?.lengthBytes;
		this.#parameterSets = record?.parameterSets ?? splitAnnexB(configuration).filter(isParameterSet);
	}

	/**
	 * @param packet of the track, borrowed.
	 * @returns the access unit, and whether decoding can begin with it; `undefined` for a packet
	 * that is broken.
	 */
	make(packet: Uint8Array): { readonly accessUnit: Uint8Array; readonly keyframe: boolean } | undefined {
		const units = this.#lengthBytes === undefined ? splitAnnexB(packet) : splitLengths(packet, this.#lengthBytes);
		if (units === undefined || units.length === 0) return undefined;
		const ownSets = units.filter(isParameterSet);
		if (ownSets.length > 0) this.#parameterSets = mergedSets(this.#parameterSets, ownSets);
		const keyframe = units.some((unit) => typeOf(unit) >= FIRST_IRAP && typeOf(unit) <= LAST_IRAP);
		if (!keyframe) return { accessUnit: joinAnnexB(units), keyframe };
		const others = units.filter((unit) => !isParameterSet(unit));
		return { accessUnit: joinAnnexB([...this.#parameterSets, ...others]), keyframe };
	}
}

/** The newest sets of each type. */
function mergedSets(before: readonly Uint8Array[], now: readonly Uint8Array[]): readonly Uint8Array[] {
	const kept = before.filter((unit) => !now.some((other) => typeOf(other) === typeOf(unit)));
	return [...kept, ...now.map((unit) => unit.slice())].sort((a, b) => typeOf(a) - typeOf(b));
}

/** @returns `undefined` if the bytes are no such record, or a broken one. */
function readRecord(bytes: Uint8Array) {
	if (bytes[0] !== HEVC_RECORD || bytes.length < RECORD_BYTES) return undefined;
	const parameterSets: Uint8Array[] = [];
	let at = RECORD_BYTES;
	for (let array = 0; array < bytes[RECORD_BYTES - 1]!; array++) {
		const count = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
		at += 3;
		for (let unit = 0; unit < count; unit++) {
			const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
			at += 2;
			if (!(length > 0 && at + length <= bytes.length)) return undefined;
			parameterSets.push(bytes.subarray(at, at + length));
			at += length;
		}
	}
	return { lengthBytes: (bytes[21]! & 3) + 1, parameterSets: parameterSets.filter(isParameterSet) };
}
