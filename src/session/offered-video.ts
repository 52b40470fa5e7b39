import type { VideoFormat, ViewCodec } from "../media/video-format.ts";
import { bestFormat, formatParametersOf, type H264Profile, isPayloadType, SENT_WORDS } from "./offered-formats.ts";
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
	/** Highest profile of H.264 that the client decodes; `undefined` for other codecs. */
	readonly mostProfile?: H264Profile | undefined;
	/** Payload type of its RFC 4588 retransmissions, if offered. */
	readonly rtxPayloadType: number | undefined;
	/** FlexFEC repair packets for it, if offered. */
	readonly fec: OfferedFec | undefined;
	readonly feedback: ReadonlySet<Feedback>;
	readonly extensions: RtpExtensionIds;
	/** Ids of the extensions that the client offers only to receive. */
	readonly receivedOnly: ReadonlySet<number>;
	/** Reduced-size RTCP, RFC 5506. */
	readonly reducedSizeRtcp: boolean;
	/**
	 * The party that may measure the round trip from a receiver's clock (`rcvr-rtt` of RFC
	 * 3611, 5): `all` or `sender`, if offered.
	 */
	readonly receiverRoundTrip: string | undefined;
}

/** A FlexFEC format (draft-ietf-payload-flexible-fec-scheme-03). */
export interface OfferedFec {
	readonly payloadType: number;
	/** Format parameters as offered. */
	readonly formatParameters: string;
}

/**
 * Chooses the format of a section that is sent.
 *
 * @param direction of the section, as the client offers it.
 * @param codecs that may be sent, best first.
 * @param forPassing H.264 in its highest profile is best, whatever its place in `codecs`.
 * @returns the format, or why there is none: 422 when the client would send and not
 * receive, 406 without a format that we can make.
 */
export function chooseVideo(
	section: Section,
	direction: string,
	mid: string,
	codecs: readonly ViewCodec[],
	forPassing = false,
): OfferedVideo | SignallingError {
	if (direction === "sendonly")
		return new SignallingError(422, "The offer only sends video; a viewer offers recvonly.");
	const best = bestFormat(section, codecs, forPassing);
	if (best === undefined) {
		const sent = new Intl.ListFormat("en", { type: "disjunction" }).format(
			codecs.map((codec) => SENT_WORDS[codec]),
		);
		return new SignallingError(406, `The offer has no video that is sent here: ${sent}.`);
	}
	const feedback = feedbackOf(section, best.payloadType);
	const { extensions, receivedOnly } = extensionsOf(section);
	return {
		mid,
		payloadType: best.payloadType,
		formatParameters: best.formatParameters,
		format: best.format,
		mostProfile: best.mostProfile,
		rtxPayloadType: rtxPayloadTypeOf(section, best.payloadType),
		fec: fecOf(section, best.payloadType),
		// Either is of no use without the other.
		feedback: new Set(
			[...feedback].filter((kind) => kind !== "transport-cc" || extensions.transportCc !== undefined),
		),
		extensions: feedback.has("transport-cc") ? extensions : { ...extensions, transportCc: undefined },
		receivedOnly,
		reducedSizeRtcp: section.attributes.includes("rtcp-rsize"),
		receiverRoundTrip: receiverRoundTripOf(section),
	};
}

function rtxPayloadTypeOf(section: Section, payloadType: number): number | undefined {
	for (const line of section.attributes) {
		const [, type] = /^rtpmap:(\d{1,3}) rtx\/90000$/i.exec(line) ?? [];
		if (type === undefined || !section.formats.includes(type)) continue;
		const rtxPayloadType = Number(type);
		const [, associated] =
			/(?:^|;)\s*apt=(\d{1,3})\s*(?:;|$)/.exec(formatParametersOf(section, rtxPayloadType)) ?? [];
		if (Number(associated) === payloadType && isPayloadType(rtxPayloadType)) return rtxPayloadType;
	}
	return undefined;
}

function fecOf(section: Section, videoPayloadType: number): OfferedFec | undefined {
	for (const line of section.attributes) {
		const [, type] = /^rtpmap:(\d{1,3}) flexfec-03\/90000$/i.exec(line) ?? [];
		const payloadType = Number(type);
		if (type === undefined || !section.formats.includes(type) || !isPayloadType(payloadType)) continue;
		if (payloadType === videoPayloadType) continue;
		return { payloadType, formatParameters: formatParametersOf(section, payloadType) };
	}
	return undefined;
}

function receiverRoundTripOf(section: Section): string | undefined {
	for (const line of section.attributes) {
		const [, mode] = /^rtcp-xr:(?:.* )?rcvr-rtt=(all|sender)(?=[: ]|$)/.exec(line) ?? [];
		if (mode !== undefined) return mode;
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

/** The header extensions of a section that are written. */
export function extensionsOf(section: Section): Pick<OfferedVideo, "extensions" | "receivedOnly"> {
	const ids = new Map<string, number>();
	const receivedOnly = new Set<number>();
	for (const line of section.attributes) {
		const [, number, direction, uri] =
			/^extmap:(\d{1,5})(?:\/(sendrecv|sendonly|recvonly|inactive))? (\S+)/.exec(line) ?? [];
		if (uri === undefined || direction === "sendonly" || direction === "inactive") continue;
		const id = Number(number);
		// Above 14 needs the two-byte form (RFC 8285, 4.3), which clients don't offer
		// for these.
		if (id < 1 || id > 14 || [...ids.values()].includes(id)) continue;
		ids.set(uri, id);
		if (direction === "recvonly") receivedOnly.add(id);
	}
	const extensions = {
		transportCc: ids.get(RtpExtensionUri.transportCc),
		absSendTime: ids.get(RtpExtensionUri.absSendTime),
		playoutDelay: ids.get(RtpExtensionUri.playoutDelay),
		mid: ids.get(RtpExtensionUri.mid),
	};
	return { extensions, receivedOnly };
}
