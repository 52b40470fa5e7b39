import { ObuType, splitObus, withoutDelimiter, writeLeb128 } from "../../media/av1.ts";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { NalUnitType, nalUnitType, parseSps, splitAnnexB } from "../../media/h264.ts";
import type { Mp4VideoTrack } from "./fragmented-mp4.ts";
import { box, fullBox, u8, u16 } from "./mp4-boxes.ts";

/** Codecs that have a place in MP4 here. */
export type Mp4Codec = "h264" | "vp9" | "av1";

/** Profiles of H.264 whose configuration states the form of the samples. */
const HIGH_PROFILES: ReadonlySet<number> = new Set([100, 110, 122, 144]);
/** Levels that are stated where none can be read: 5.1. */
const VP9_LEVEL = 51;
const AV1_LEVEL = 13;
const UNSPECIFIED_COLOR = 2;

/**
 * The sample entry of a video.
 * @param first a key frame
 */
export function mp4EntryOf(codec: Mp4Codec, first: Uint8Array): Pick<Mp4VideoTrack, "entry" | "configuration"> {
	if (codec === "h264") return { entry: "avc1", configuration: avcConfiguration(first) };
	if (codec === "vp9") return { entry: "vp09", configuration: vp9Configuration(first) };
	return { entry: "av01", configuration: av1Configuration(first) };
}

/** The form of an access unit in MP4: a copy for H.264, else a view. */
export function mp4SampleOf({ codec, accessUnit }: Pick<EncodedPacket, "codec" | "accessUnit">): Uint8Array {
	if (codec === "av1") return withoutDelimiter(accessUnit as Uint8Array<ArrayBuffer>);
	if (codec !== "h264") return accessUnit;
	const units = splitAnnexB(accessUnit);
	const sample = new Uint8Array(units.reduce((sum, { length }) => sum + 4 + length, 0));
	const view = new DataView(sample.buffer);
	let at = 0;
	for (const unit of units) {
		view.setUint32(at, unit.length);
		sample.set(unit, at + 4);
		at += 4 + unit.length;
	}
	return sample;
}

/** AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1.2), with lengths of four bytes. */
function avcConfiguration(accessUnit: Uint8Array): Uint8Array {
	const units = splitAnnexB(accessUnit);
	const ofType = (type: number) => units.filter((unit) => nalUnitType(unit[0]!) === type);
	const [spss, ppss] = [ofType(NalUnitType.sps), ofType(NalUnitType.pps)];
	const [, profile = 0, constraints = 0, level = 0] = spss[0] ?? [];
	const withLength = (unit: Uint8Array) => [u16(unit.length), unit];
	return box(
		"avcC",
		u8(1, profile, constraints, level, 0xff, 0xe0 | spss.length),
		spss.flatMap(withLength),
		u8(ppss.length),
		ppss.flatMap(withLength),
		HIGH_PROFILES.has(profile) ? highConfiguration(spss[0]!) : u8(),
	);
}

function highConfiguration(sps: Uint8Array): Uint8Array {
	const { chromaFormatIdc, bitDepthLuma } = parseSps(sps);
	const depth = 0xf8 | (bitDepthLuma - 8);
	return u8(0xfc | chromaFormatIdc, depth, depth, 0);
}

/** VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding). */
function vp9Configuration(frame: Uint8Array): Uint8Array {
	// The two bits of the profile come lowest first.
	const profile = ((frame[0]! >> 5) & 1) | ((frame[0]! >> 3) & 2);
	const depth = profile < 2 ? 8 : 10;
	const is420 = profile % 2 === 0;
	const form = (depth << 4) | ((is420 ? 1 : 3) << 1);
	const colors = [UNSPECIFIED_COLOR, UNSPECIFIED_COLOR, UNSPECIFIED_COLOR];
	return fullBox("vpcC", 1, 0, u8(profile, VP9_LEVEL, form, ...colors), u16(0));
}

/** AV1CodecConfigurationRecord (AV1 Codec ISO Media File Format Binding, 2.3.3). */
function av1Configuration(temporalUnit: Uint8Array): Uint8Array {
	const header = splitObus(temporalUnit).find(({ type }) => type === ObuType.sequenceHeader)?.data ?? u8(0x08, 0);
	const { profile, level, tier } = sequenceFacts(header.subarray(1));
	// 4:2:0 of 8 bits, as encoders here make it; the header itself follows.
	const facts = u8(0x81, (profile << 5) | level, (tier << 7) | 0x0c, 0);
	const size: number[] = [];
	writeLeb128(header.length - 1, (byte) => size.push(byte));
	return box("av1C", facts, u8(header[0]! | 0x02, ...size), header.subarray(1));
}

/** The first fields of a sequence header (AV1 bitstream specification, 5.5.1). */
function sequenceFacts(payload: Uint8Array): {
	readonly profile: number;
	readonly level: number;
	readonly tier: number;
} {
	const bits = (at: number, count: number) => {
		let value = 0;
		for (let bit = at; bit < at + count; bit++)
			value = value * 2 + (((payload[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
		return value;
	};
	const profile = bits(0, 3);
	if (bits(4, 1) === 1) return { profile, level: bits(5, 5), tier: 0 };
	// With timing_info_present_flag, fields of other lengths come before.
	if (bits(5, 1) === 1) return { profile, level: AV1_LEVEL, tier: 0 };
	// initial_display_delay_present_flag, operating_points_cnt_minus_1, operating_point_idc
	const level = bits(24, 5);
	return { profile, level, tier: level > 7 ? bits(29, 1) : 0 };
}
