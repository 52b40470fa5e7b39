import { isPayloadType } from "./offered-formats.ts";
import { extensionsOf } from "./offered-video.ts";
import type { RtpExtensionIds } from "./rtp-header.ts";
import type { Section } from "./sdp-lines.ts";

/** The Opus of an offer's section that can be sent. */
export interface OfferedSound {
	readonly mid: string;
	readonly payloadType: number;
	readonly extensions: RtpExtensionIds;
	/** Ids of the extensions that the client offers only to receive. */
	readonly receivedOnly: ReadonlySet<number>;
	/** Reduced-size RTCP, RFC 5506. */
	readonly reducedSizeRtcp: boolean;
}

/**
 * The Opus of a section of sound (RFC 7587).
 *
 * @param direction of the section, as the client offers it.
 * @returns `undefined` when the client would not receive it.
 */
export function chooseSound(section: Section, direction: string, mid: string): OfferedSound | undefined {
	if (direction !== "recvonly" && direction !== "sendrecv") return undefined;
	const payloadType = section.formats
		.filter((type) => /^\d{1,3}$/.test(type) && isPayloadType(Number(type)))
		.find((type) => section.attributes.some((line) => isOpus(line, type)));
	if (payloadType === undefined) return undefined;
	const { extensions, receivedOnly } = extensionsOf(section);
	const { transportCc, absSendTime, mid: midExtension } = extensions;
	const hasTransportCc = section.attributes.includes(`rtcp-fb:${payloadType} transport-cc`);
	return {
		mid,
		payloadType: Number(payloadType),
		extensions: { transportCc: hasTransportCc ? transportCc : undefined, absSendTime, mid: midExtension },
		receivedOnly,
		reducedSizeRtcp: section.attributes.includes("rtcp-rsize"),
	};
}

/** Opus has always this clock and this number of channels (RFC 7587, 7). */
export function isOpus(line: string, payloadType: string): boolean {
	return line.toLowerCase() === `rtpmap:${payloadType} opus/48000/2`;
}
