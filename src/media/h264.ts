/** Values of `nal_unit_type` that are used here (ITU-T H.264, table 7-1). */
export const NalUnitType = {
	slice: 1,
	idrSlice: 5,
	sei: 6,
	sps: 7,
	pps: 8,
	accessUnitDelimiter: 9,
	endOfSequence: 10,
	endOfStream: 11,
	fillerData: 12,
	/** Only in RTP (RFC 6184, table 3): several NAL units in one packet. */
	stapA: 24,
	/** Only in RTP: a piece of a NAL unit. */
	fuA: 28,
} as const;

/** Type of a NAL unit from its first byte. */
export function nalUnitType(firstByte: number): number {
	return firstByte & 0x1f;
}

/** Returns the offset of the first start code, 00 00 01, at or after `from`; -1 without one. */
export type StartCodeSearch = (annexB: Uint8Array, from: number) => number;

const START_CODE_BYTES = 3;

/**
 * Start and end of each NAL unit of an Annex B byte stream in turn, without start codes and
 * trailing zero bytes. Bytes before the first start code belong to none.
 *
 * @param findStartCode a faster search than the one in JavaScript, where there is one.
 */
export function nalUnitRanges(annexB: Uint8Array, findStartCode: StartCodeSearch = startCodeAfter): number[] {
	const ranges: number[] = [];
	let start = -1;
	for (let at = findStartCode(annexB, 0); at >= 0; at = findStartCode(annexB, start)) {
		if (start >= 0) pushRange(ranges, annexB, start, at);
		start = at + START_CODE_BYTES;
	}
	if (start >= 0) pushRange(ranges, annexB, start, annexB.length);
	return ranges;
}

function startCodeAfter(annexB: Uint8Array, from: number): number {
	// `i` is where the third byte of 00 00 01 may be. Most bytes are above 1 there and rule out
	// three positions at once.
	for (let i = from + 2; i < annexB.length; ) {
		const byte = annexB[i]!;
		if (byte > 1) i += 3;
		else if (byte === 0) i++;
		else if (annexB[i - 1] === 0 && annexB[i - 2] === 0) return i - 2;
		else i += 3;
	}
	return -1;
}

/** The NAL units behind their lengths; `undefined` if a length leads out of the packet. */
export function splitLengths(packet: Uint8Array, lengthBytes: number): Uint8Array[] | undefined {
	const units: Uint8Array[] = [];
	for (let at = 0; at < packet.length; ) {
		if (at + lengthBytes > packet.length) return undefined;
		let length = 0;
		for (let byte = 0; byte < lengthBytes; byte++) length = length * 256 + packet[at + byte]!;
		at += lengthBytes;
		if (length > packet.length - at) return undefined;
		if (length > 0) units.push(packet.subarray(at, at + length));
		at += length;
	}
	return units;
}

/**
 * The NAL units of an Annex B byte stream, as views of it.
 *
 * @param findStartCode as for `nalUnitRanges`.
 */
export function splitAnnexB(annexB: Uint8Array, findStartCode?: StartCodeSearch): Uint8Array[] {
	const ranges = nalUnitRanges(annexB, findStartCode);
	const units: Uint8Array[] = [];
	for (let i = 0; i < ranges.length; i += 2) units.push(annexB.subarray(ranges[i], ranges[i + 1]));
	return units;
}

/** Joins NAL units into an Annex B byte stream with four-byte start codes. */
export function joinAnnexB(units: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	let byteLength = 0;
	for (const unit of units) byteLength += 4 + unit.length;
	const joined = new Uint8Array(byteLength);
	let at = 0;
	for (const unit of units) {
		joined[at + 3] = 1;
		joined.set(unit, at + 4);
		at += 4 + unit.length;
	}
	return joined;
}

/** The fields of a sequence parameter set (ITU-T H.264, 7.3.2.1.1 and annex E). */
export interface SequenceParameterSet {
	readonly profileIdc: number;
	/** constraint_set0_flag in the highest bit, down to constraint_set5_flag in bit 2. */
	readonly constraintFlags: number;
	/** Ten times the level: 31 is level 3.1. */
	readonly levelIdc: number;
	/** The three bytes above as SDP spells them: `42e01f`. */
	readonly profileLevelId: string;
	readonly id: number;
	/** Luma samples after cropping. */
	readonly width: number;
	/** Luma samples after cropping. */
	readonly height: number;
	/** Luma samples before cropping, those that a decoder has memory for. */
	readonly codedPixels: number;
	/** 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
	readonly chromaFormatIdc: number;
	readonly bitDepthLuma: number;
	readonly maxNumRefFrames: number;
	/** False when pictures may be interlaced. */
	readonly frameMbsOnly: boolean;
	readonly vui: VideoUsability | undefined;
}

export interface VideoUsability {
	readonly fullRange: boolean | undefined;
	/** ITU-T H.273: 1 is BT.709, 5 and 6 BT.601, 9 BT.2020, 2 unspecified. */
	readonly colourPrimaries: number | undefined;
	readonly transferCharacteristics: number | undefined;
	readonly matrixCoefficients: number | undefined;
	/** Ticks of the time base: pictures a second are `timeScale / (2 * unitsInTick)`. */
	readonly timing:
		| { readonly unitsInTick: number; readonly timeScale: number; readonly fixedFrameRate: boolean }
		| undefined;
	/** Without it a decoder may hold back as many pictures as its buffer has room for. */
	readonly bitstreamRestriction:
		| { readonly maxNumReorderFrames: number; readonly maxDecFrameBuffering: number }
		| undefined;
}

/** Profiles whose SPS carries chroma format, bit depth and scaling lists. */
const HIGH_PROFILES: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const EXTENDED_SAR = 255;

/**
 * Parses a sequence parameter set.
 *
 * @param unit NAL unit with its header byte.
 * @throws {RangeError} when it is no SPS, ends early or states an absurd size.
 */
export function parseSps(unit: Uint8Array): SequenceParameterSet {
	if (unit.length < 4 || nalUnitType(unit[0] ?? 0) !== NalUnitType.sps)
		throw new RangeError("A sequence parameter set is a NAL unit of type 7.");
	const bits = new BitReader(withoutEmulationPrevention(unit.subarray(1)));
	const profileIdc = bits.read(8);
	const constraintFlags = bits.read(8);
	const levelIdc = bits.read(8);
	const id = bits.unsigned();
	let chromaFormatIdc = 1;
	let separateColourPlanes = false;
	let bitDepthLuma = 8;
	if (HIGH_PROFILES.has(profileIdc)) {
		chromaFormatIdc = bits.unsigned();
		if (chromaFormatIdc > 3) throw new RangeError(`chroma_format_idc is 0 to 3; got ${chromaFormatIdc}.`);
		if (chromaFormatIdc === 3) separateColourPlanes = bits.flag();
		bitDepthLuma = 8 + bits.unsigned();
		bits.unsigned(); // bit_depth_chroma_minus8
		bits.flag(); // qpprime_y_zero_transform_bypass_flag
		if (bits.flag()) {
			for (let i = 0; i < (chromaFormatIdc === 3 ? 12 : 8); i++)
				if (bits.flag()) skipScalingList(bits, i < 6 ? 16 : 64);
		}
	}
	bits.unsigned(); // log2_max_frame_num_minus4
	const orderType = bits.unsigned();
	if (orderType === 0) bits.unsigned();
	else if (orderType === 1) skipPictureOrderCycle(bits);
	const maxNumRefFrames = bits.unsigned();
	bits.flag(); // gaps_in_frame_num_value_allowed_flag
	const widthInMbs = 1 + bits.unsigned();
	const heightInMapUnits = 1 + bits.unsigned();
	const frameMbsOnly = bits.flag();
	if (!frameMbsOnly) bits.flag(); // mb_adaptive_frame_field_flag
	bits.flag(); // direct_8x8_inference_flag
	const fieldFactor = frameMbsOnly ? 1 : 2;
	let width = 16 * widthInMbs;
	let height = 16 * heightInMapUnits * fieldFactor;
	const codedPixels = width * height;
	if (bits.flag()) {
		const chroma = separateColourPlanes ? 0 : chromaFormatIdc;
		const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
		const unitY = (chroma === 1 ? 2 : 1) * fieldFactor;
		width -= unitX * (bits.unsigned() + bits.unsigned());
		height -= unitY * (bits.unsigned() + bits.unsigned());
	}
	if (width < 1 || height < 1 || width > 65_535 || height > 65_535)
		throw new RangeError(`The picture size is absurd: ${width}x${height}.`);
	return {
		profileIdc,
		constraintFlags,
		levelIdc,
		profileLevelId: [profileIdc, constraintFlags, levelIdc]
			.map((byte) => byte.toString(16).padStart(2, "0"))
			.join(""),
		id,
		width,
		height,
		codedPixels,
		chromaFormatIdc,
		bitDepthLuma,
		maxNumRefFrames,
		frameMbsOnly,
		vui: bits.flag() ? parseVui(bits) : undefined,
	};
}

function parseVui(bits: BitReader): VideoUsability {
	if (bits.flag() && bits.read(8) === EXTENDED_SAR) bits.read(32);
	if (bits.flag()) bits.flag(); // overscan
	let fullRange: boolean | undefined;
	let colour: readonly [number, number, number] | undefined;
	if (bits.flag()) {
		bits.read(3); // video_format
		fullRange = bits.flag();
		if (bits.flag()) colour = [bits.read(8), bits.read(8), bits.read(8)];
	}
	if (bits.flag()) {
		bits.unsigned(); // chroma_sample_loc_type_top_field
		bits.unsigned(); // and of the bottom field
	}
	const timing = bits.flag()
		? { unitsInTick: bits.read(32), timeScale: bits.read(32), fixedFrameRate: bits.flag() }
		: undefined;
	const nalHrd = bits.flag();
	if (nalHrd) skipHrd(bits);
	const vclHrd = bits.flag();
	if (vclHrd) skipHrd(bits);
	if (nalHrd || vclHrd) bits.flag(); // low_delay_hrd_flag
	bits.flag(); // pic_struct_present_flag
	let bitstreamRestriction: VideoUsability["bitstreamRestriction"];
	if (bits.flag()) {
		bits.flag(); // motion_vectors_over_pic_boundaries_flag
		for (let i = 0; i < 4; i++) bits.unsigned(); // bounds of sizes and of motion vectors
		bitstreamRestriction = { maxNumReorderFrames: bits.unsigned(), maxDecFrameBuffering: bits.unsigned() };
	}
	return {
		fullRange,
		colourPrimaries: colour?.[0],
		transferCharacteristics: colour?.[1],
		matrixCoefficients: colour?.[2],
		timing,
		bitstreamRestriction,
	};
}

function skipScalingList(bits: BitReader, size: number): void {
	let last = 8;
	let next = 8;
	for (let i = 0; i < size; i++) {
		if (next !== 0) next = (last + bits.signed() + 256) % 256;
		if (next !== 0) last = next;
	}
}

function skipPictureOrderCycle(bits: BitReader): void {
	bits.flag();
	bits.signed();
	bits.signed();
	const count = bits.unsigned();
	if (count > 255) throw new RangeError(`num_ref_frames_in_pic_order_cnt_cycle is 0 to 255; got ${count}.`);
	for (let i = 0; i < count; i++) bits.signed();
}

function skipHrd(bits: BitReader): void {
	const count = 1 + bits.unsigned();
	if (count > 32) throw new RangeError(`cpb_cnt_minus1 is 0 to 31; got ${count - 1}.`);
	bits.read(8); // bit_rate_scale, cpb_size_scale
	for (let i = 0; i < count; i++) {
		bits.unsigned();
		bits.unsigned();
		bits.flag();
	}
	bits.read(20); // four lengths of 5 bits
}

/** Removes the 03 of every 00 00 03 (7.4.1.1). */
export function withoutEmulationPrevention(payload: Uint8Array): Uint8Array {
	const clean = new Uint8Array(payload.length);
	let length = 0;
	let zeros = 0;
	for (const byte of payload) {
		if (zeros >= 2 && byte === 3) {
			zeros = 0;
			continue;
		}
		clean[length++] = byte;
		zeros = byte === 0 ? zeros + 1 : 0;
	}
	return clean.subarray(0, length);
}

class BitReader {
	readonly #bytes: Uint8Array;
	#position = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	flag(): boolean {
		return this.read(1) === 1;
	}

	/** Up to 32 bits, most significant first. */
	read(count: number): number {
		if (this.#position + count > this.#bytes.length * 8)
			throw new RangeError("The sequence parameter set ends early.");
		let value = 0;
		for (let i = 0; i < count; i++, this.#position++) {
			const bit = (this.#bytes[this.#position >> 3]! >> (7 - (this.#position & 7))) & 1;
			value = value * 2 + bit;
		}
		return value;
	}

	/** ue(v): exponential Golomb code, 9.1. */
	unsigned(): number {
		let zeros = 0;
		while (!this.flag())
			if (++zeros > 31) throw new RangeError("An exponential Golomb code is longer than 32 bits.");
		return 2 ** zeros - 1 + this.read(zeros);
	}

	/** se(v). */
	signed(): number {
		const code = this.unsigned();
		return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
	}
}

function pushRange(ranges: number[], annexB: Uint8Array, start: number, end: number): void {
	while (end > start && annexB[end - 1] === 0) end--;
	if (end > start) ranges.push(start, end);
}
