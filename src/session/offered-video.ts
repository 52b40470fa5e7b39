import { PLAIN_H264, type VideoFormat } from "../media/video-format.ts";
import { MAX_PAYLOAD_BYTES } from "./payload/max-payload.ts";
import { type RtpExtensionIds, RtpExtensionUri } from "./rtp-header.ts";
import type { Section } from "./sdp-lines.ts";
import { SignallingError } from "./signalling.ts";

/** RTCP feedback that is used when it is offered (RFC 4585, RFC 5104 and Google's). */
export const FEEDBACK = ["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"] as const;
export type Feedback = (typeof FEEDBACK)[number];

/** The one video format of an offer that is sent. */
export interface OfferedVideo {
	readonly mid: string;
	readonly payloadType: number;
	/** Format parameters as offered. */
	readonly formatParameters: string;
	readonly format: VideoFormat;
	/** Payload type of its RFC 4588 retransmissions, if offered. */
	readonly rtxPayloadType: number | undefined;
	readonly feedback: ReadonlySet<Feedback>;
	readonly extensions: RtpExtensionIds;
	/** Reduced-size RTCP, RFC 5506. */
	readonly reducedSizeRtcp: boolean;
}

/** A format of a section that can be sent. */
interface Candidate {
	readonly payloadType: number;
	readonly formatParameters: string;
	readonly format: VideoFormat;
	/** Lower is better. */
	readonly rank: number;
}

const MAX_PAYLOAD_TYPE = 127;
/**
 * Many small slices cost quality and processor time: the last choice, whatever the
 * profile.
 */
const RANK_OF_SINGLE_UNITS = 100;

/**
 * Chooses the H.264 format of a section that is sent.
 *
 * @param direction of the section, as the client offers it.
 * @returns the format, or why there is none: 422 when the client would send and not
 * receive, 406 without H.264 that we can make.
 */
export function chooseVideo(section: Section, direction: string, mid: string): OfferedVideo | SignallingError {
	if (direction === "sendonly")
		return new SignallingError(422, "The offer only sends video; a viewer offers recvonly.");
	// The client prefers the earlier of two equals.
	const [best] = candidatesOf(section).sort((a, b) => a.rank - b.rank);
	if (best === undefined)
		return new SignallingError(
			406,
			"The offer has no H.264 of packetization-mode 0 or 1 up to High profile, the only video that is sent here.",
		);
	const feedback = feedbackOf(section, best.payloadType);
	const extensions = extensionsOf(section);
	return {
		mid,
		payloadType: best.payloadType,
		formatParameters: best.formatParameters,
		format: best.format,
		rtxPayloadType: rtxPayloadTypeOf(section, best.payloadType),
		// Either is of no use without the other.
		feedback: new Set(
			[...feedback].filter((kind) => kind !== "transport-cc" || extensions.transportCc !== undefined),
		),
		extensions: feedback.has("transport-cc") ? extensions : { ...extensions, transportCc: undefined },
		reducedSizeRtcp: section.attributes.includes("rtcp-rsize"),
	};
}

function candidatesOf(section: Section): Candidate[] {
	return section.attributes.flatMap((line): Candidate[] => {
		const [, type] = /^rtpmap:(\d{1,3}) H264\/90000$/i.exec(line) ?? [];
		if (type === undefined || !section.formats.includes(type)) return [];
		const payloadType = Number(type);
		const formatParameters = formatParametersOf(section, payloadType);
		const parameters = readParameters(formatParameters);
		const profileRank = rankProfile(parameters);
		// Absent means 0 (RFC 6184, 8.1).
		const mode = parameters.get("packetization-mode") ?? "0";
		if (payloadType > MAX_PAYLOAD_TYPE || profileRank === undefined) return [];
		if (mode === "1") return [{ payloadType, formatParameters, format: PLAIN_H264, rank: profileRank }];
		const rank = profileRank + RANK_OF_SINGLE_UNITS;
		// Each NAL unit goes whole in a packet of its own (RFC 6184, 6.2).
		const format: VideoFormat = { ...PLAIN_H264, maxNalUnitBytes: MAX_PAYLOAD_BYTES };
		return mode === "0" ? [{ payloadType, formatParameters, format, rank }] : [];
	});
}

/**
 * Ranks a format by how well it suits Constrained Baseline, the profile that is sent: 0
 * is best, `undefined` can't be used. Every later profile decodes it (RFC 6184, 8.1).
 */
function rankProfile(parameters: ReadonlyMap<string, string>): number | undefined {
	// Absent means Baseline at level 1.
	const profileLevelId = parameters.get("profile-level-id") ?? "42000a";
	if (!/^[0-9a-f]{6}$/.test(profileLevelId)) return undefined;
	if (profileLevelId === "42e01f") return 0;
	// Which bits make it Constrained Baseline differs from profile to profile (RFC
	// 6184, table 5).
	const constraints = Number.parseInt(profileLevelId.slice(2, 4), 16);
	switch (profileLevelId.slice(0, 2)) {
		case "42":
			return (constraints & 0x40) !== 0 ? 1 : 2;
		case "4d":
			return (constraints & 0x80) !== 0 ? 1 : 3;
		case "64":
			return 4;
		case "58": // Extended
			return (constraints & 0xc0) === 0xc0 ? 1 : undefined;
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

function formatParametersOf(section: Section, payloadType: number): string {
	const prefix = `fmtp:${payloadType} `;
	return (
		section.attributes
			.find((line) => line.startsWith(prefix))
			?.slice(prefix.length)
			.trim() ?? ""
	);
}

function rtxPayloadTypeOf(section: Section, payloadType: number): number | undefined {
	for (const line of section.attributes) {
		const [, type] = /^rtpmap:(\d{1,3}) rtx\/90000$/i.exec(line) ?? [];
		if (type === undefined || !section.formats.includes(type)) continue;
		const rtxPayloadType = Number(type);
		const [, associated] =
			/(?:^|;)\s*apt=(\d{1,3})\s*(?:;|$)/.exec(formatParametersOf(section, rtxPayloadType)) ?? [];
		if (Number(associated) === payloadType && rtxPayloadType <= MAX_PAYLOAD_TYPE) return rtxPayloadType;
	}
	return undefined;
}

function feedbackOf(section: Section, payloadType: number): Set<Feedback> {
	const offered = new Set(
		section.attributes.flatMap((line) => {
			const [, type, kind] = /^rtcp-fb:(\d{1,3}|\*) (.+)$/.exec(line) ?? [];
			return kind !== undefined && (type === "*" || Number(type) === payloadType) ? [kind.trim()] : [];
		}),
	);
	return new Set(FEEDBACK.filter((feedback) => offered.has(feedback)));
}

function extensionsOf(section: Section): RtpExtensionIds {
	const ids = new Map<string, number>();
	for (const line of section.attributes) {
		const [, number, direction, uri] =
			/^extmap:(\d{1,5})(?:\/(sendrecv|sendonly|recvonly|inactive))? (\S+)/.exec(line) ?? [];
		if (uri === undefined || direction === "sendonly" || direction === "inactive") continue;
		const id = Number(number);
		// Above 14 needs the two-byte form (RFC 8285, 4.3), which clients don't offer
		// for these.
		if (id >= 1 && id <= 14 && ![...ids.values()].includes(id)) ids.set(uri, id);
	}
	return {
		transportCc: ids.get(RtpExtensionUri.transportCc),
		absSendTime: ids.get(RtpExtensionUri.absSendTime),
		playoutDelay: ids.get(RtpExtensionUri.playoutDelay),
		mid: ids.get(RtpExtensionUri.mid),
	};
}
