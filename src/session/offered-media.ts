import type { ClientCodec, ClientMediaKind } from "../media/client-media.ts";
import { bestFormat, isPayloadType } from "./offered-formats.ts";
import { isOpus } from "./offered-sound.ts";
import type { OfferedVideo } from "./offered-video.ts";
import type { Section } from "./sdp-lines.ts";

/** Feedback to a client about what it sends (RFC 4585). */
export const MEDIA_FEEDBACK = ["nack", "nack pli"] as const;
/** A kind of feedback out of `MEDIA_FEEDBACK`. */
export type MediaFeedback = (typeof MEDIA_FEEDBACK)[number];

/** Sound or pictures that a client offers to send, in the one format that is taken. */
export interface OfferedMedia {
	readonly mid: string;
	readonly kind: ClientMediaKind;
	readonly codec: ClientCodec;
	readonly payloadType: number;
	/** Payload type of its RFC 4588 retransmissions; only where the view's section carries both. */
	readonly rtxPayloadType?: number | undefined;
	/** Format parameters as offered. */
	readonly formatParameters: string;
	readonly feedback: ReadonlySet<MediaFeedback>;
	/** Reduced-size RTCP, RFC 5506. */
	readonly reducedSizeRtcp: boolean;
}

/** Codecs of pictures that are taken, best first. */
const TAKEN_CODECS = ["h264", "vp8"] as const;

/**
 * Chooses the format in which a client may send.
 *
 * @param direction of the section, as the client offers it.
 * @returns `undefined` when the client would not send, or in no format that is taken.
 */
export function chooseMedia(section: Section, direction: string, mid: string): OfferedMedia | undefined {
	if (direction !== "sendonly" && direction !== "sendrecv") return undefined;
	const reducedSizeRtcp = section.attributes.includes("rtcp-rsize");
	if (section.kind === "audio") {
		const type = section.formats.find(
			(each) =>
				/^\d{1,3}$/.test(each) &&
				isPayloadType(Number(each)) &&
				section.attributes.some((line) => isOpus(line, each)),
		);
		if (type === undefined) return undefined;
		const payloadType = Number(type);
		const feedback = new Set<MediaFeedback>();
		return { mid, kind: "audio", codec: "opus", payloadType, formatParameters: "", feedback, reducedSizeRtcp };
	}
	const best = bestFormat(section, TAKEN_CODECS);
	const codec = TAKEN_CODECS.find((each) => each === best?.format.codec);
	if (section.kind !== "video" || best === undefined || codec === undefined) return undefined;
	const { payloadType, formatParameters } = best;
	const feedback = new Set(MEDIA_FEEDBACK.filter((kind) => hasFeedback(section, payloadType, kind)));
	return { mid, kind: "video", codec, payloadType, formatParameters, feedback, reducedSizeRtcp };
}

/**
 * The view's format for the way back, where its section is offered both ways.
 *
 * @returns `undefined` in a codec of which no pictures are taken.
 */
export function chooseViewFormat(
	section: Section,
	{ mid, payloadType, rtxPayloadType }: Pick<OfferedVideo, "mid" | "payloadType" | "rtxPayloadType">,
): OfferedMedia | undefined {
	const formats = section.formats.filter((each) => Number(each) === payloadType) as [string, ...string[]];
	const media = chooseMedia({ ...section, formats }, "sendrecv", mid);
	return media && { ...media, rtxPayloadType };
}

function hasFeedback({ attributes }: Section, payloadType: number, kind: MediaFeedback): boolean {
	const isKind = (type: string) => attributes.some((line) => line.trimEnd() === `rtcp-fb:${type} ${kind}`);
	return isKind(String(payloadType)) || isKind("*");
}
