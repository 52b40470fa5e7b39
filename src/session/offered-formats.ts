import { PLAIN_H264, type VideoFormat, type ViewCodec } from "../media/video-format.ts";
import { MAX_PAYLOAD_BYTES } from "./payload/max-payload.ts";
import { attribute, type Section } from "./sdp-lines.ts";

/** A format of an offer's section that can be sent. */
export interface OfferedFormat {
	readonly payloadType: number;
	/** Format parameters as offered. */
	readonly formatParameters: string;
	readonly format: VideoFormat;
	/** Highest profile of H.264 that the client decodes; `undefined` for other codecs. */
	readonly mostProfile?: H264Profile | undefined;
}

/** Profiles of H.264 that contain each other, from the simplest on. */
export const H264_PROFILES = ["baseline", "main", "high"] as const;
/** A profile out of `H264_PROFILES`; Baseline is without FMO and ASO. */
export type H264Profile = (typeof H264_PROFILES)[number];

/** Largest payload type: RTP's field has 7 bits. */
const MAX_PAYLOAD_TYPE = 127;
/** Payload types that look like RTCP's beside it on one port: RFC 5761, 4. */
const FIRST_OF_RTCP = 64;
const LAST_OF_RTCP = 95;

/** The forms of each codec that are sent, for people. */
export const SENT_WORDS: Readonly<Record<ViewCodec, string>> = {
	h264: "H.264 of packetization-mode 0 or 1 up to High profile",
	vp8: "VP8",
	vp9: "VP9 of profile 0",
	av1: "AV1 of profile 0",
};

/** The codecs' names in an `a=rtpmap` line. */
export const ENCODING_NAMES: Readonly<Record<ViewCodec, string>> = { h264: "H264", vp8: "VP8", vp9: "VP9", av1: "AV1" };

/**
 * Many small slices cost quality and processor time: the last choice, whatever the
 * profile.
 */
const RANK_OF_SINGLE_UNITS = 100;

/** A form of a codec, and its rank among those of the same codec: lower is better. */
interface RankedFormat {
	readonly format: VideoFormat;
	readonly rank: number;
	readonly mostProfile?: H264Profile;
}

/**
 * The best format of a section: of the first codec of `codecs` that is offered, in its
 * best form; of equals the one that the client names first in its `m=` line.
 *
 * @param forPassing for a camera's own pictures: H.264 is best if it is among `codecs`, whatever
 * its place there, and of its forms the one of the highest profile.
 */
export function bestFormat(
	section: Section,
	codecs: readonly ViewCodec[],
	forPassing = false,
): OfferedFormat | undefined {
	const orderOf = (codec: ViewCodec) => (forPassing && codec === "h264" ? -1 : codecs.indexOf(codec));
	const offered = section.formats.flatMap((type) => {
		const encoding = attribute(section.attributes, "rtpmap", `${type} `)?.toUpperCase();
		const codec = codecs.find((each) => encoding === `${ENCODING_NAMES[each]}/90000`);
		const payloadType = /^\d{1,3}$/.test(type) ? Number(type) : Number.NaN;
		if (codec === undefined || !isPayloadType(payloadType)) return [];
		const formatParameters = formatParametersOf(section, payloadType);
		const ranked = rankFormat(codec, readParameters(formatParameters));
		return ranked === undefined ? [] : [{ payloadType, formatParameters, ...ranked, order: orderOf(codec) }];
	});
	const rankOf = ({ rank, mostProfile }: RankedFormat) => (forPassing && mostProfile === "high" ? rank - 2 : rank);
	return offered.sort((a, b) => a.order - b.order || rankOf(a) - rankOf(b))[0];
}

/** True for a payload type that can be sent beside RTCP. */
export function isPayloadType(type: number): boolean {
	return type <= MAX_PAYLOAD_TYPE && !(type >= FIRST_OF_RTCP && type <= LAST_OF_RTCP);
}

/** The `a=fmtp` parameters of a payload type; empty where there are none. */
export function formatParametersOf(section: Section, payloadType: number): string {
	const prefix = `fmtp:${payloadType} `;
	return (
		section.attributes
			.find((line) => line.startsWith(prefix))
			?.slice(prefix.length)
			.trim() ?? ""
	);
}

function rankFormat(codec: ViewCodec, parameters: ReadonlyMap<string, string>): RankedFormat | undefined {
	switch (codec) {
		case "h264":
			return rankH264(parameters);
		case "vp8":
			return { format: { codec }, rank: 0 };
		// 8 bits and 4:2:0 are profile 0, which is also meant where none is stated (RFC
		// 9628, 6.1; RTP Payload Format For AV1, 7.2).
		case "vp9":
			return (parameters.get("profile-id") ?? "0") === "0" ? { format: { codec }, rank: 0 } : undefined;
		case "av1":
			return (parameters.get("profile") ?? "0") === "0" ? { format: { codec }, rank: 0 } : undefined;
	}
}

function rankH264(parameters: ReadonlyMap<string, string>): RankedFormat | undefined {
	const ranked = rankProfile(parameters);
	if (ranked === undefined) return undefined;
	const { profile, rank, mostProfile } = ranked;
	// Absent means 0 (RFC 6184, 8.1).
	const mode = parameters.get("packetization-mode") ?? "0";
	if (mode === "1") return { format: { ...PLAIN_H264, profile }, rank, mostProfile };
	// Each NAL unit goes whole in a packet of its own (RFC 6184, 6.2).
	const format = { ...PLAIN_H264, profile, maxNalUnitBytes: MAX_PAYLOAD_BYTES };
	return mode === "0" ? { format, rank: rank + RANK_OF_SINGLE_UNITS, mostProfile } : undefined;
}

/**
 * Ranks a profile; `undefined` can't be used. Main may have CABAC, a tenth of the bits, and
 * decoders of High take it (ITU-T H.264, A.2.4): Safari offers High and no Main. After
 * them Constrained Baseline, which every later profile decodes (RFC 6184, 8.1).
 */
function rankProfile(
	parameters: ReadonlyMap<string, string>,
): { readonly profile: "baseline" | "main"; readonly rank: number; readonly mostProfile: H264Profile } | undefined {
	// Absent means Baseline at level 1.
	const profileLevelId = parameters.get("profile-level-id") ?? "42000a";
	if (!/^[0-9a-f]{6}$/.test(profileLevelId)) return undefined;
	const profile = "baseline";
	const plain = (rank: number) => ({ profile, rank, mostProfile: profile }) as const;
	if (profileLevelId === "42e01f") return plain(2);
	// Which bits make it Constrained Baseline differs from profile to profile (RFC
	// 6184, table 5).
	const constraints = Number.parseInt(profileLevelId.slice(2, 4), 16);
	switch (profileLevelId.slice(0, 2)) {
		case "42":
			return plain((constraints & 0x40) !== 0 ? 3 : 4);
		case "4d":
			return (constraints & 0x80) !== 0 ? plain(3) : { profile: "main", rank: 0, mostProfile: "main" };
		case "64":
			return { profile: "main", rank: 1, mostProfile: "high" };
		case "58": // Extended
			return (constraints & 0xc0) === 0xc0 ? plain(3) : undefined;
		default:
			return undefined;
	}
}

/** `name=value` pairs of an `a=fmtp` line, names and values in lower case. */
function readParameters(formatParameters: string): Map<string, string> {
	return new Map(
		formatParameters.split(";").map((pair) => {
			const [name = "", value = ""] = pair.split("=");
			return [name.trim().toLowerCase(), value.trim().toLowerCase()];
		}),
	);
}
