import { RemoteCandidates } from "./remote-candidates.ts";
import { type RtpExtensionIds, RtpExtensionUri } from "./rtp-packetizer.ts";
import { SignallingError } from "./signalling.ts";

/** Bounds of what is read at all. */
export interface SdpLimits {
	/** Characters. A browser's offer with audio, video and data has about 8,000. */
	readonly maxLength: number;
	readonly maxLines: number;
	readonly maxLineLength: number;
	readonly maxMediaSections: number;
}

/** Longest SDP that is parsed, characters; twelve times the offer of a browser. */
export const MAX_SDP_LENGTH = 100_000;

export const DEFAULT_SDP_LIMITS: SdpLimits = {
	maxLength: MAX_SDP_LENGTH,
	maxLines: 2000,
	maxLineLength: 2048,
	maxMediaSections: 16,
};

/** RTCP feedback that we use when it is offered (RFC 4585, RFC 5104 and Google's). */
const FEEDBACK = ["nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"] as const;
type Feedback = (typeof FEEDBACK)[number];

/** The one H.264 format of an offer that we send. */
interface OfferedVideo {
	readonly mid: string;
	readonly payloadType: number;
	/** Format parameters as offered. */
	readonly formatParameters: string;
	/**
	 * 0: each NAL unit in a packet of its own, whole (RFC 6184, 6.2). 1: also several in one, or
	 * one in several (6.3).
	 */
	readonly packetizationMode: 0 | 1;
	/** Payload type of its RFC 4588 retransmissions, if offered. */
	readonly rtxPayloadType: number | undefined;
	readonly feedback: ReadonlySet<Feedback>;
	readonly extensions: RtpExtensionIds;
	/** Reduced-size RTCP, RFC 5506. */
	readonly reducedSizeRtcp: boolean;
}

/** A section of an offer in which nothing is to flow. */
export interface RefusedMedia {
	readonly mid: string;
	readonly kind: "audio" | "video";
	/**
	 * Its first format, such as `111`: an answer names at least one of those offered, also where
	 * nothing flows (RFC 3264, 6.1).
	 */
	readonly format: string;
	/**
	 * What `a=rtpmap` says of the format, such as `opus/48000/2`; missing for a static payload
	 * type.
	 */
	readonly encoding: string | undefined;
}

/** What we need to know of an SDP offer. */
export interface RemoteOffer {
	/**
	 * The text for the engine, with CRLF line ends. It has only the candidates that are used, and
	 * no host name in the place of an address.
	 */
	readonly sdp: string;
	/** Filter and counts of the candidates, also of candidates that follow the offer. */
	readonly candidates: RemoteCandidates;
	readonly video: OfferedVideo | undefined;
	/** Sections that we answer as inactive: audio, and video beyond the one that we send. */
	readonly refused: readonly RefusedMedia[];
	/** The section of the data channels, if offered. */
	readonly dataMid: string | undefined;
	readonly iceUfrag: string;
}

interface Section {
	readonly kind: string;
	readonly port: number;
	readonly protocol: string;
	readonly formats: readonly string[];
	/** Attributes (`a=`) without the prefix. */
	readonly attributes: readonly string[];
}

const TOKEN = /^[\w!#$%&'*+.^`{|}~:;=@/-]{1,64}$/;
const DIRECTIONS = ["sendrecv", "sendonly", "recvonly", "inactive"];

/**
 * Reads an SDP offer (RFC 8866, RFC 8829) of a client that wants to receive video, exchange
 * messages, or both. Candidates may be missing.
 *
 * @throws {SignallingError} 413 too long, 400 not SDP or unusable for WebRTC, 406 video without
 * H.264 that we can send, 422 video that the client does not want to receive, or nothing to connect
 * for.
 */
export function parseOffer(text: string, limits: SdpLimits = DEFAULT_SDP_LIMITS): RemoteOffer {
	const lines = splitLines(text, limits);
	if (lines[0] !== "v=0") throw new SignallingError(400, 'The offer is not SDP: its first line is not "v=0".');
	const { session, sections } = readSections(lines, limits);
	const find = (section: Section, name: string) => attribute(section.attributes, name) ?? attribute(session, name);
	const active = sections.filter((section) => section.port !== 0 || find(section, "bundle-only") !== undefined);
	if (active.length === 0) throw new SignallingError(422, "The offer has no media section to answer.");
	const isFollower = bundleFollowers(session, active);
	for (const name of ["ice-ufrag", "ice-pwd", "fingerprint"]) {
		const unstated = active.find((section) => (find(section, name) ?? "") === "" && !isFollower(section));
		if (unstated !== undefined) throw new SignallingError(400, `The offer has no a=${name}.`);
	}
	const mids = sections.map((section) => attribute(section.attributes, "mid"));
	for (const mid of mids) {
		if (mid === undefined || !TOKEN.test(mid))
			throw new SignallingError(400, "Every media section of the offer needs an a=mid.");
	}
	if (new Set(mids).size !== mids.length)
		throw new SignallingError(400, "Two media sections of the offer have the same a=mid.");

	let video: OfferedVideo | undefined;
	let dataMid: string | undefined;
	/** Why the first section that may have been meant for our video can't carry it. */
	let complaint: SignallingError | undefined;
	const refused: RefusedMedia[] = [];
	// A section with port 0 is rejected by the offer itself, and needs nothing more.
	for (const section of active) {
		const mid = attribute(section.attributes, "mid")!;
		if (section.kind === "application" && section.protocol.endsWith("DTLS/SCTP")) dataMid ??= mid;
		if (section.kind !== "video" && section.kind !== "audio") continue;
		if (section.kind === "video" && video === undefined && directionOf(section, session) !== "inactive") {
			const choice = chooseVideo(section, directionOf(section, session), mid);
			if (!(choice instanceof SignallingError)) {
				video = choice;
				continue;
			}
			complaint ??= choice;
		}
		const format = section.formats[0]!;
		refused.push({
			mid,
			kind: section.kind,
			format,
			encoding: attribute(section.attributes, "rtpmap", `${format} `),
		});
	}
	if (video === undefined && complaint !== undefined) throw complaint;
	if (video === undefined && dataMid === undefined)
		throw new SignallingError(422, "The offer asks for neither video nor data channels.");
	const iceUfrag = active.map((section) => find(section, "ice-ufrag") ?? "").find((ufrag) => ufrag !== "")!;
	const candidates = new RemoteCandidates();
	return { sdp: sdpForEngine(lines, candidates), candidates, video, refused, dataMid, iceUfrag };
}

/**
 * Addresses that ICE does not use (RFC 8839, 4.2 and 5.6), and the end of candidates that need not
 * be all: the client may be found by its checks.
 */
const UNUSED_ADDRESSES = /^a=\s*(?:remote-candidates|end-of-candidates|rtcp)\s*(?::|$)/i;

/**
 * What an engine may do with an address is its own affair, so it gets no address that is not
 * needed, and no name in the place of one.
 */
function sdpForEngine(lines: readonly string[], candidates: RemoteCandidates): string {
	const kept = lines.flatMap((line) => {
		if (/^a=\s*candidate\s*:/i.test(line)) {
			const candidate = candidates.use(line.slice(2).trim());
			return candidate === undefined ? [] : [`a=${candidate}`];
		}
		if (UNUSED_ADDRESSES.test(line)) return [];
		if (line.startsWith("c=")) return ["c=IN IP4 0.0.0.0"];
		return [line.replace(/^(o=\S+ \S+ \S+) .*$/, "$1 IN IP4 127.0.0.1")];
	});
	return `${kept.join("\r\n")}\r\n`;
}

/**
 * Tells which sections may leave the transport's attributes to the first one of their bundle (RFC
 * 8829, 5.2.1).
 */
function bundleFollowers(session: readonly string[], active: readonly Section[]): (section: Section) => boolean {
	const bundle =
		session
			.find((line) => line.startsWith("group:BUNDLE "))
			?.split(/ +/)
			.slice(1) ?? [];
	const bundled = active.filter((section) => bundle.includes(attribute(section.attributes, "mid") ?? ""));
	return (section) => bundled.indexOf(section) > 0;
}

function directionOf(section: Section, session: readonly string[]): string {
	const isDirection = (name: string) => DIRECTIONS.includes(name);
	return section.attributes.find(isDirection) ?? session.find(isDirection) ?? "sendrecv";
}

/**
 * @returns what to send, or why nothing can be: 422 when the client would send and not receive, 406
 * without H.264 that we can make.
 */
function chooseVideo(section: Section, direction: string, mid: string): OfferedVideo | SignallingError {
	if (direction === "sendonly")
		return new SignallingError(422, "The offer only sends video; a viewer offers recvonly.");
	const candidates = section.attributes.flatMap((line) => {
		const match = /^rtpmap:(\d{1,3}) H264\/90000$/i.exec(line);
		if (match === null || !section.formats.includes(match[1]!)) return [];
		const payloadType = Number(match[1]);
		const formatParameters = formatParametersOf(section, payloadType);
		const parameters = readParameters(formatParameters);
		const profileRank = rankProfile(parameters);
		// Absent means 0 (RFC 6184, 8.1).
		const mode = parameters.get("packetization-mode") ?? "0";
		if (payloadType > 127 || profileRank === undefined || (mode !== "0" && mode !== "1")) return [];
		const packetizationMode: 0 | 1 = mode === "1" ? 1 : 0;
		// Many small slices cost quality and processor time: the last choice, whatever the profile.
		return [
			{
				payloadType,
				formatParameters,
				packetizationMode,
				rank: profileRank + (packetizationMode === 0 ? 100 : 0),
			},
		];
	});
	// The earlier of two equals is what the client likes better.
	const best = candidates.sort((a, b) => a.rank - b.rank)[0];
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
		packetizationMode: best.packetizationMode,
		rtxPayloadType: rtxPayloadTypeOf(section, best.payloadType),
		// Either is of no use without the other.
		feedback: extensions.transportCc === undefined ? without(feedback, "transport-cc") : feedback,
		extensions: feedback.has("transport-cc") ? extensions : { ...extensions, transportCc: undefined },
		reducedSizeRtcp: section.attributes.includes("rtcp-rsize"),
	};
}

/**
 * How well a format suits Constrained Baseline, what we send: 0 is best; `undefined` can't be used.
 * Every later profile decodes it (RFC 6184, 8.1).
 */
function rankProfile(parameters: ReadonlyMap<string, string>): number | undefined {
	// Absent means Baseline at level 1.
	const profileLevelId = parameters.get("profile-level-id") ?? "42000a";
	if (!/^[0-9a-f]{6}$/.test(profileLevelId)) return undefined;
	if (profileLevelId === "42e01f") return 0;
	// Which bits make it Constrained Baseline differs from profile to profile (RFC 6184, table 5).
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
		const match = /^rtpmap:(\d{1,3}) rtx\/90000$/i.exec(line);
		if (match === null || !section.formats.includes(match[1]!)) continue;
		const apt = /(?:^|;)\s*apt=(\d{1,3})\s*(?:;|$)/.exec(formatParametersOf(section, Number(match[1])));
		if (apt !== null && Number(apt[1]) === payloadType && Number(match[1]) <= 127) return Number(match[1]);
	}
	return undefined;
}

function feedbackOf(section: Section, payloadType: number): Set<Feedback> {
	const offered = new Set(
		section.attributes.flatMap((line) => {
			const match = /^rtcp-fb:(\d{1,3}|\*) (.+)$/.exec(line);
			return match !== null && (match[1] === "*" || Number(match[1]) === payloadType) ? [match[2]!.trim()] : [];
		}),
	);
	return new Set(FEEDBACK.filter((feedback) => offered.has(feedback)));
}

function extensionsOf(section: Section): RtpExtensionIds {
	const ids = new Map<string, number>();
	for (const line of section.attributes) {
		const match = /^extmap:(\d{1,5})(?:\/(sendrecv|sendonly|recvonly|inactive))? (\S+)/.exec(line);
		if (match === null || match[2] === "sendonly" || match[2] === "inactive") continue;
		const id = Number(match[1]);
		// Above 14 needs the two-byte form (RFC 8285), which nobody offers for these.
		if (id >= 1 && id <= 14 && ![...ids.values()].includes(id)) ids.set(match[3]!, id);
	}
	return {
		transportCc: ids.get(RtpExtensionUri.transportCc),
		absSendTime: ids.get(RtpExtensionUri.absSendTime),
		playoutDelay: ids.get(RtpExtensionUri.playoutDelay),
		mid: ids.get(RtpExtensionUri.mid),
	};
}

/** What the answer says of the video we send. */
export interface AnsweredVideo {
	readonly offered: OfferedVideo;
	readonly ssrc: number;
	/** Used when RTX was offered. */
	readonly rtxSsrc: number;
	readonly cname: string;
}

/** What the engine's answer lacks. */
export interface AnswerParts {
	readonly video: AnsweredVideo | undefined;
	readonly refused: readonly RefusedMedia[];
	/**
	 * Put before the transport's own host candidates of the same IP version, with the same ports.
	 */
	readonly publicAddresses?: readonly string[];
	/**
	 * Longest data channel message that the client may send, bytes (RFC 8841). The engine's own
	 * bound may be another.
	 * @default as the engine wrote it
	 */
	readonly maxMessageBytes?: number;
}

/**
 * Writes our side into an answer that a transport made: exactly the codec, feedback and extensions
 * that were offered and are used, our streams, and a format for each refused section. ICE, DTLS and
 * SCTP lines stay as the transport wrote them.
 */
export function completeAnswer(
	answer: string,
	{ video, refused, publicAddresses = [], maxMessageBytes }: AnswerParts,
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
		const idle = refused.find(({ mid }) => section.includes(`a=mid:${mid}`));
		out.push(...(ours ? videoSection(section, video) : idle === undefined ? section : idleSection(section, idle)));
	});
	return `${out.join("\r\n")}\r\n`;
}

const REPLACED =
	/^a=(?:rtpmap|fmtp|rtcp-fb|extmap|extmap-allow-mixed|ssrc|ssrc-group|msid|sendrecv|sendonly|recvonly|inactive|rtcp-rsize)(?::|$)|^b=/;

function videoSection(section: readonly string[], { offered, ssrc, rtxSsrc, cname }: AnsweredVideo): string[] {
	const { payloadType, rtxPayloadType, extensions, feedback } = offered;
	const formats = rtxPayloadType === undefined ? `${payloadType}` : `${payloadType} ${rtxPayloadType}`;
	const [media, port, protocol] = section[0]!.split(" ");
	const out = [
		`${media} ${port} ${protocol} ${formats}`,
		...section.slice(1).filter((line) => !REPLACED.test(line)),
		"a=sendonly",
	];
	if (offered.reducedSizeRtcp) out.push("a=rtcp-rsize");
	for (const [name, id] of Object.entries(extensions)) {
		if (id !== undefined) out.push(`a=extmap:${id} ${RtpExtensionUri[name as keyof typeof RtpExtensionUri]}`);
	}
	out.push(`a=rtpmap:${payloadType} H264/90000`);
	for (const kind of FEEDBACK) {
		// A receiver that is asked for both kinds of bandwidth feedback may send either.
		const useless = kind === "goog-remb" && feedback.has("transport-cc");
		if (feedback.has(kind) && !useless) out.push(`a=rtcp-fb:${payloadType} ${kind}`);
	}
	if (offered.formatParameters !== "") out.push(`a=fmtp:${payloadType} ${offered.formatParameters}`);
	if (rtxPayloadType !== undefined) {
		out.push(
			`a=rtpmap:${rtxPayloadType} rtx/90000`,
			`a=fmtp:${rtxPayloadType} apt=${payloadType}`,
			`a=ssrc-group:FID ${ssrc} ${rtxSsrc}`,
		);
	}
	for (const number of rtxPayloadType === undefined ? [ssrc] : [ssrc, rtxSsrc]) {
		out.push(`a=ssrc:${number} cname:${cname}`, `a=ssrc:${number} msid:${cname} video`);
	}
	out.push(`a=msid:${cname} video`);
	return out;
}

/**
 * Browsers refuse the whole answer for an m= line without formats, which is what engines write when
 * they know none.
 */
function idleSection(section: readonly string[], { format, encoding }: RefusedMedia): string[] {
	const [media, port, protocol] = section[0]!.split(" ");
	const rest = section.slice(1).filter((line) => !REPLACED.test(line));
	return [
		`${media} ${port} ${protocol} ${format}`,
		...rest,
		"a=inactive",
		...(encoding === undefined ? [] : [`a=rtpmap:${format} ${encoding}`]),
	];
}

function withPublicCandidates(section: readonly string[], publicAddresses: readonly string[]): string[] {
	const hosts = section.flatMap((line) => {
		const match = /^a=candidate:(\S+) (\d+) (udp) (\d+) (\S+) (\d+) typ host/i.exec(line);
		return match === null ? [] : [{ component: match[2]!, address: match[5]!, port: match[6]! }];
	});
	const added: string[] = [];
	publicAddresses.forEach((address, index) => {
		const sameVersion = hosts.filter((host) => host.address.includes(":") === address.includes(":"));
		for (const { component, port } of new Map(sameVersion.map((host) => [host.port, host])).values()) {
			// Type preference 126 as RFC 8445, 5.1.2.1, and the highest local preference: tried
			// before the addresses behind the NAT.
			const priority = 126 * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255;
			added.push(`a=candidate:public${index} ${component} UDP ${priority} ${address} ${port} typ host`);
		}
	});
	const first = section.findIndex((line) => line.startsWith("a=candidate:"));
	return first < 0 ? [...section] : [...section.slice(0, first), ...added, ...section.slice(first)];
}

/** What a trickle PATCH carries (RFC 8840). */
export interface SdpFragment {
	readonly candidates: readonly { readonly candidate: string; readonly mid: string }[];
	/** User fragment of the client's ICE session, if it is stated. */
	readonly iceUfrag: string | undefined;
}

const MAX_CANDIDATES = 64;
/**
 * RFC 8839, 5.1, with any text in the place of the address: `RemoteCandidates` decides on its use.
 * Older versions of MediaMTX write the prefix twice.
 */
const CANDIDATE =
	/^(?:candidate:)+[\w+/]{1,32} \d{1,5} (?:udp|tcp) \d{1,10} \S{1,255} \d{1,5} typ (?:host|srflx|prflx|relay)(?: .*)?$/i;

/** @throws {SignallingError} 413 or 400 as `parseOffer`. */
export function parseSdpFragment(text: string, limits: SdpLimits = DEFAULT_SDP_LIMITS): SdpFragment {
	const candidates: { candidate: string; mid: string }[] = [];
	let mid = "";
	let iceUfrag: string | undefined;
	for (const line of splitLines(text, limits)) {
		if (!/^[a-z]=/.test(line))
			throw new SignallingError(400, "The body is not an SDP fragment: a line has no type.");
		if (line.startsWith("m=")) mid = "";
		else if (line.startsWith("a=mid:")) mid = line.slice(6).trim();
		else if (line.startsWith("a=ice-ufrag:")) iceUfrag = line.slice(12).trim();
		else if (line.startsWith("a=candidate:")) {
			const candidate = line.slice(2).trim();
			if (!CANDIDATE.test(candidate)) throw new SignallingError(400, "A candidate can't be read.");
			candidates.push({ candidate, mid });
		}
	}
	if (candidates.length > MAX_CANDIDATES)
		throw new SignallingError(413, `An SDP fragment has at most ${MAX_CANDIDATES} candidates.`);
	return { candidates, iceUfrag };
}

function splitLines(text: string, limits: SdpLimits): string[] {
	if (text.length > limits.maxLength)
		throw new SignallingError(413, `An SDP has at most ${limits.maxLength} characters; got ${text.length}.`);
	const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== "");
	if (lines.length === 0) throw new SignallingError(400, "The SDP is empty.");
	if (lines.length > limits.maxLines)
		throw new SignallingError(413, `An SDP has at most ${limits.maxLines} lines; got ${lines.length}.`);
	for (const line of lines) {
		if (line.length > limits.maxLineLength)
			throw new SignallingError(413, `A line of SDP has at most ${limits.maxLineLength} characters.`);
		// Control characters would travel into the native parser.
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
		if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line))
			throw new SignallingError(400, "The SDP contains control characters.");
	}
	return lines;
}

function readSections(lines: readonly string[], limits: SdpLimits): { session: string[]; sections: Section[] } {
	const session: string[] = [];
	const sections: Section[] = [];
	let attributes = session;
	for (const line of lines) {
		if (line.startsWith("m=")) {
			const [kind = "", port = "", protocol = "", ...formats] = line.slice(2).trim().split(/ +/);
			if (!/^\d{1,5}(?:\/\d+)?$/.test(port) || formats.length === 0)
				throw new SignallingError(400, "The offer has a broken m= line.");
			attributes = [];
			sections.push({ kind, port: Number.parseInt(port, 10), protocol, formats, attributes });
		} else if (line.startsWith("a=")) attributes.push(line.slice(2).trim());
	}
	if (sections.length > limits.maxMediaSections) {
		throw new SignallingError(
			413,
			`An offer has at most ${limits.maxMediaSections} media sections; got ${sections.length}.`,
		);
	}
	return { session, sections };
}

/**
 * Value of `a=name:value`, less the `start` that it must begin with, or the empty string of a bare
 * `a=name`.
 */
function attribute(attributes: readonly string[], name: string, start = ""): string | undefined {
	for (const line of attributes) {
		if (line === name) return "";
		if (line.startsWith(`${name}:${start}`)) return line.slice(name.length + 1 + start.length).trim();
	}
	return undefined;
}

function without<T>(set: ReadonlySet<T>, value: T): Set<T> {
	const rest = new Set(set);
	rest.delete(value);
	return rest;
}
