import { ENCODING_NAMES } from "./offered-formats.ts";
import { MEDIA_FEEDBACK, type OfferedMedia } from "./offered-media.ts";
import type { OfferedSound } from "./offered-sound.ts";
import { FEEDBACK, type OfferedVideo } from "./offered-video.ts";
import { type RtpExtensionIds, RtpExtensionUri } from "./rtp-header.ts";
import type { RefusedMedia } from "./sdp-offer.ts";

/** The video of an answer: the format that was offered, and our streams. */
export interface AnsweredVideo {
	readonly offered: OfferedVideo;
	readonly ssrc: number;
	/** Used when RTX was offered. */
	readonly rtxSsrc: number;
	/** Used when FlexFEC was offered. */
	readonly fecSsrc: number;
	readonly cname: string;
}

/** The sound of an answer: the Opus that was offered, and our stream. */
export interface AnsweredSound {
	readonly offered: OfferedSound;
	readonly ssrc: number;
	readonly cname: string;
	/**
	 * Receivers keep it in step with the pictures, and delay these for it where need be: it belongs
	 * to the same media stream.
	 */
	readonly isSynchronized: boolean;
}

/** The parts of an answer that the engine leaves out. */
export interface AnswerParts {
	readonly video: AnsweredVideo | undefined;
	/** @default none is sent */
	readonly sound?: AnsweredSound | undefined;
	/** Further video. @default none is sent */
	readonly cameras?: readonly AnsweredVideo[] | undefined;
	/** Sound and pictures that the client may send. @default none */
	readonly received?: readonly OfferedMedia[] | undefined;
	readonly refused: readonly RefusedMedia[];
	/**
	 * Added before the transport's host candidates of the same IP version, with their
	 * ports.
	 */
	readonly publicAddresses?: readonly string[] | undefined;
	/**
	 * Longest data channel message that the client may send, bytes (RFC 8841). The
	 * engine's own bound may be another.
	 * @default as the engine wrote it
	 */
	readonly maxMessageBytes?: number | undefined;
}

/**
 * Writes our side into an answer that a transport made: exactly the codec, feedback and
 * extensions that were offered and are used, our streams, and a format for each refused
 * section. ICE, DTLS and SCTP lines stay as the transport wrote them.
 */
export function completeAnswer(
	answer: string,
	{ video, sound, cameras = [], received = [], refused, publicAddresses = [], maxMessageBytes }: AnswerParts,
): string {
	const bounded =
		maxMessageBytes === undefined
			? answer
			: answer.replace(/^a=max-message-size:.*$/m, `a=max-message-size:${maxMessageBytes}`);
	const lines = bounded.split(/\r\n|\n/).filter((line) => line !== "");
	const starts = lines.flatMap((line, index) => (line.startsWith("m=") ? [index] : []));
	const out = lines.slice(0, starts[0] ?? lines.length);
	starts.forEach((start, index) => {
		const section = withPublicCandidates(lines.slice(start, starts[index + 1]), publicAddresses);
		const ours = video !== undefined && section.includes(`a=mid:${video.offered.mid}`);
		const isSound = sound !== undefined && section.includes(`a=mid:${sound.offered.mid}`);
		const camera = cameras.find(({ offered }) => section.includes(`a=mid:${offered.mid}`));
		const taken = received.find(({ mid }) => section.includes(`a=mid:${mid}`));
		const idle = refused.find(({ mid }) => section.includes(`a=mid:${mid}`));
		if (ours) out.push(...videoSection(section, video, `${video.cname} video`, taken !== undefined));
		else if (camera) out.push(...videoSection(section, camera, cameraStream(camera)));
		else if (isSound) out.push(...soundSection(section, sound, taken === undefined ? "sendonly" : "sendrecv"));
		else if (taken) out.push(...receivedSection(section, taken));
		else out.push(...(idle === undefined ? section : idleSection(section, idle)));
	});
	return `${out.join("\r\n")}\r\n`;
}

const DIRECTIONS = "sendrecv|sendonly|recvonly|inactive";
const FORMATS = "rtpmap|fmtp|rtcp-fb|rtcp-rsize|rtcp-xr|extmap|extmap-allow-mixed";
const STREAMS = "ssrc|ssrc-group|msid";
/** Lines of the engine's section that are left out: ours stand in their place. */
const REPLACED = new RegExp(`^a=(?:${DIRECTIONS}|${FORMATS}|${STREAMS})(?::|$)|^b=`);

/** A camera has a media stream of its own: no picture waits for another's. */
function cameraStream({ cname, offered }: AnsweredVideo): string {
	return `${cname}-camera-${offered.mid} camera-${offered.mid}`;
}

/**
 * @param stream ids of the media stream and of its track.
 * @param isReceived the client sends in it, too.
 */
function videoSection(section: readonly string[], video: AnsweredVideo, stream: string, isReceived = false): string[] {
	const { offered, ssrc, cname } = video;
	const { payloadType, rtxPayloadType, fec, extensions, feedback, format } = offered;
	const formats = [payloadType, rtxPayloadType, fec?.payloadType].filter((type) => type !== undefined).join(" ");
	const lines = withFormats(section, formats);
	const out = isReceived ? [...withCameraRate(lines), "a=sendrecv"] : [...lines, "a=sendonly"];
	if (offered.reducedSizeRtcp) out.push("a=rtcp-rsize");
	if (offered.receiverRoundTrip !== undefined) out.push(`a=rtcp-xr:rcvr-rtt=${offered.receiverRoundTrip}`);
	out.push(...extensionLines(extensions, offered.receivedOnly));
	out.push(`a=rtpmap:${payloadType} ${ENCODING_NAMES[format.codec]}/90000`);
	for (const kind of FEEDBACK) {
		// A receiver that is asked for both kinds of bandwidth feedback may send
		// either.
		const useless = kind === "goog-remb" && feedback.has("transport-cc");
		if (feedback.has(kind) && !useless) out.push(`a=rtcp-fb:${payloadType} ${kind}`);
	}
	// VP8's parameters bound what their sender receives (RFC 7741, 6.1): nothing here.
	if (offered.formatParameters !== "" && format.codec !== "vp8")
		out.push(`a=fmtp:${payloadType} ${offered.formatParameters}`);
	const ssrcs = [ssrc];
	if (rtxPayloadType !== undefined) {
		out.push(
			`a=rtpmap:${rtxPayloadType} rtx/90000`,
			`a=fmtp:${rtxPayloadType} apt=${payloadType}`,
			`a=ssrc-group:FID ${ssrc} ${video.rtxSsrc}`,
		);
		ssrcs.push(video.rtxSsrc);
	}
	if (fec !== undefined) {
		// The group tells the receiver which stream is repaired (RFC 5956, 4.3).
		out.push(`a=rtpmap:${fec.payloadType} flexfec-03/90000`);
		if (feedback.has("transport-cc")) out.push(`a=rtcp-fb:${fec.payloadType} transport-cc`);
		if (fec.formatParameters !== "") out.push(`a=fmtp:${fec.payloadType} ${fec.formatParameters}`);
		out.push(`a=ssrc-group:FEC-FR ${ssrc} ${video.fecSsrc}`);
		ssrcs.push(video.fecSsrc);
	}
	for (const number of ssrcs) out.push(`a=ssrc:${number} cname:${cname}`, `a=ssrc:${number} msid:${stream}`);
	out.push(`a=msid:${stream}`);
	return out;
}

/** Both ears are sent, and lost packets are mended from the next (RFC 7587, 6.1). */
const OPUS_PARAMETERS = "minptime=10;stereo=1;sprop-stereo=1;useinbandfec=1";

function soundSection(
	section: readonly string[],
	{ offered, ssrc, cname, isSynchronized }: AnsweredSound,
	direction: "sendonly" | "sendrecv",
): string[] {
	const { payloadType, extensions, receivedOnly, reducedSizeRtcp } = offered;
	// Chromium delays pictures for sound of the same media stream.
	const stream = `${isSynchronized ? cname : `${cname}-sound`} sound`;
	return [
		...withFormats(section, String(payloadType)),
		`a=${direction}`,
		...(reducedSizeRtcp ? ["a=rtcp-rsize"] : []),
		...extensionLines(extensions, receivedOnly),
		`a=rtpmap:${payloadType} opus/48000/2`,
		...(extensions.transportCc === undefined ? [] : [`a=rtcp-fb:${payloadType} transport-cc`]),
		`a=fmtp:${payloadType} ${OPUS_PARAMETERS}`,
		`a=ssrc:${ssrc} cname:${cname}`,
		`a=ssrc:${ssrc} msid:${stream}`,
		`a=msid:${stream}`,
	];
}

/** A voice needs one channel, and lost packets are mended from the next (RFC 7587, 6.1). */
const TAKEN_OPUS_PARAMETERS = "minptime=10;useinbandfec=1";
/** Most that a client's camera may send, bits per second. */
const MOST_CAMERA_BPS = 4_000_000;

/** No header extension is agreed on: none is read. */
function receivedSection(section: readonly string[], media: OfferedMedia): string[] {
	const { payloadType, codec, feedback, formatParameters, reducedSizeRtcp } = media;
	const lines = withFormats(section, String(payloadType));
	if (codec === "opus") {
		const format = [`a=rtpmap:${payloadType} opus/48000/2`, `a=fmtp:${payloadType} ${TAKEN_OPUS_PARAMETERS}`];
		return [...lines, "a=recvonly", ...(reducedSizeRtcp ? ["a=rtcp-rsize"] : []), ...format];
	}
	return [
		...withCameraRate(lines),
		"a=recvonly",
		...(reducedSizeRtcp ? ["a=rtcp-rsize"] : []),
		`a=rtpmap:${payloadType} ${ENCODING_NAMES[codec]}/90000`,
		...MEDIA_FEEDBACK.filter((kind) => feedback.has(kind)).map((kind) => `a=rtcp-fb:${payloadType} ${kind}`),
		...(codec === "vp8" || formatParameters === "" ? [] : [`a=fmtp:${payloadType} ${formatParameters}`]),
	];
}

/** The lines of a section with the bound of what the client may send in it. */
function withCameraRate(lines: readonly string[]): string[] {
	const connection = lines.findIndex((line) => line.startsWith("c=")) + 1;
	return [...lines.slice(0, connection || 1), `b=TIAS:${MOST_CAMERA_BPS}`, ...lines.slice(connection || 1)];
}

function extensionLines(extensions: RtpExtensionIds, receivedOnly: ReadonlySet<number>): string[] {
	return Object.entries(extensions).flatMap(([name, id]) => {
		if (id === undefined) return [];
		// The answer to `recvonly` is `sendonly` (RFC 8285, 6).
		const direction = receivedOnly.has(id) ? "/sendonly" : "";
		return [`a=extmap:${id}${direction} ${RtpExtensionUri[name as keyof typeof RtpExtensionUri]}`];
	});
}

/**
 * A section in which nothing flows. Engines that know none of its formats write an m=
 * line without any, and browsers refuse the whole answer for that.
 */
function idleSection(section: readonly string[], { format, encoding }: RefusedMedia): string[] {
	const rtpmap = encoding === undefined ? [] : [`a=rtpmap:${format} ${encoding}`];
	return [...withFormats(section, format), "a=inactive", ...rtpmap];
}

/**
 * The engine's section with other formats in its `m=` line, and without the lines that
 * we write.
 */
function withFormats([head = "", ...rest]: readonly string[], formats: string): string[] {
	const [media, port, protocol] = head.split(" ");
	return [`${media} ${port} ${protocol} ${formats}`, ...rest.filter((line) => !REPLACED.test(line))];
}

/** Parts of a candidate's priority: RFC 8445, 5.1.2.1 and 5.1.2.2. */
const HOST_PREFERENCE = 126;
const MAX_LOCAL_PREFERENCE = 65_535;
/** 256 less the component, which is 1 for RTP. */
const COMPONENT_PART = 255;

function withPublicCandidates(section: readonly string[], publicAddresses: readonly string[]): string[] {
	const hosts = section.flatMap((line) => {
		const [, component, address, port] = /^a=candidate:\S+ (\d+) udp \d+ (\S+) (\d+) typ host/i.exec(line) ?? [];
		return component === undefined || address === undefined || port === undefined
			? []
			: [{ component, address, port }];
	});
	const added: string[] = [];
	publicAddresses.forEach((address, index) => {
		const sameVersion = hosts.filter((host) => host.address.includes(":") === address.includes(":"));
		for (const { component, port } of new Map(sameVersion.map((host) => [host.port, host])).values()) {
			// The highest local preference: tried before the addresses behind the NAT.
			const priority = HOST_PREFERENCE * 2 ** 24 + (MAX_LOCAL_PREFERENCE - index) * 2 ** 8 + COMPONENT_PART;
			added.push(`a=candidate:public${index} ${component} UDP ${priority} ${address} ${port} typ host`);
		}
	});
	const first = section.findIndex((line) => line.startsWith("a=candidate:"));
	return first < 0 ? [...section] : [...section.slice(0, first), ...added, ...section.slice(first)];
}
