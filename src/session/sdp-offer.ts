import type { ClientMediaKind } from "../media/client-media.ts";
import { VIEW_CODECS, type ViewCodec } from "../media/video-format.ts";
import { chooseMedia, chooseViewFormat, type OfferedMedia } from "./offered-media.ts";
import { chooseSound, type OfferedSound } from "./offered-sound.ts";
import { chooseVideo, type OfferedVideo } from "./offered-video.ts";
import { RemoteCandidates } from "./remote-candidates.ts";
import {
	attribute,
	DEFAULT_SDP_LIMITS,
	readSections,
	type SdpLimits,
	type Section,
	type Sections,
	splitLines,
} from "./sdp-lines.ts";
import { SignallingError } from "./signalling.ts";

/** A section of an offer in which nothing is to flow. */
export interface RefusedMedia {
	readonly mid: string;
	readonly kind: "audio" | "video";
	/**
	 * Its first format, such as `111`: an answer names at least one of those offered,
	 * also where nothing flows (RFC 3264, 6.1).
	 */
	readonly format: string;
	/**
	 * The format's `a=rtpmap`, such as `opus/48000/2`; missing for a static payload
	 * type.
	 */
	readonly encoding: string | undefined;
}

/** The parts of an SDP offer that matter here. */
export interface RemoteOffer {
	/**
	 * The text for the engine, with CRLF line ends. It has only the candidates that are
	 * used, and no host name in the place of an address.
	 */
	readonly sdp: string;
	/**
	 * Filter and counts of the candidates, also of candidates that follow the offer.
	 */
	readonly candidates: RemoteCandidates;
	readonly video: OfferedVideo | undefined;
	/** Sound that is sent beside the video. */
	readonly sound: OfferedSound | undefined;
	/** Further video, one section for each camera that may be sent. */
	readonly cameras: readonly OfferedVideo[];
	/** Sound and pictures that the client may send, at most one of each kind. */
	readonly received: readonly OfferedMedia[];
	/**
	 * Sections that are answered as inactive: video and audio beyond what is sent.
	 */
	readonly refused: readonly RefusedMedia[];
	/** The section of the data channels, if offered. */
	readonly dataMid: string | undefined;
	readonly iceUfrag: string;
}

/** What there is to be sent beside the video. */
export interface OfferedHaving {
	readonly sound: boolean;
	/** Most further sections of video that are sent. */
	readonly cameras: number;
	/** The video is a camera's: H.264 in its highest profile is best. @default false */
	readonly passes?: boolean | undefined;
	/** Kinds of media that the client may send. @default none */
	readonly received?: readonly ClientMediaKind[] | undefined;
}

/** A section that is not rejected, with its name. */
interface ActiveSection extends Section {
	readonly mid: string;
}

const TOKEN = /^[\w!#$%&'*+.^`{|}~:;=@/-]{1,64}$/;
const DIRECTIONS = ["sendrecv", "sendonly", "recvonly", "inactive"];

/**
 * Reads an SDP offer (RFC 8866, RFC 8829) of a client that wants to receive video,
 * exchange messages, or both. Candidates may be missing.
 *
 * @param codecs that may be sent, best first; for cameras H.264 before the others.
 * @param having what there is to be sent beside the video.
 * @throws {SignallingError} 413 too long, 400 not SDP or unusable for WebRTC, 406 video
 * without a codec that we can send, 422 video that the client does not want to receive,
 * or nothing to connect for.
 */
export function parseOffer(
	text: string,
	limits: SdpLimits = DEFAULT_SDP_LIMITS,
	codecs: readonly ViewCodec[] = VIEW_CODECS,
	having: OfferedHaving = { sound: false, cameras: 0 },
): RemoteOffer {
	const lines = splitLines(text, limits);
	if (lines[0] !== "v=0") throw new SignallingError(400, 'The offer is not SDP: its first line is not "v=0".');
	const { session, sections } = readSections(lines, limits);
	// A section with port 0 is rejected by the offer itself, and needs nothing more.
	const active = sections.filter(
		({ port, attributes }) => port !== 0 || effectiveValue("bundle-only", attributes, session) !== undefined,
	);
	if (active.length === 0) throw new SignallingError(422, "The offer has no media section to answer.");
	requireTransport(session, active);
	requireNames(sections);
	const media = sortMedia(session, active.map(named), codecs, having);
	const candidates = new RemoteCandidates();
	return { sdp: sdpForEngine(lines, candidates), candidates, ...media, iceUfrag: iceUfragOf(session, active) };
}

/** Value of a section's attribute, or else of the session's. */
function effectiveValue(name: string, attributes: readonly string[], session: readonly string[]): string | undefined {
	return attribute(attributes, name) ?? attribute(session, name);
}

/**
 * @throws {SignallingError} 400 when a section has no ICE or DTLS of its own or of its
 * bundle.
 */
function requireTransport(session: readonly string[], active: readonly Section[]): void {
	const isFollower = bundleFollowers(session, active);
	for (const name of ["ice-ufrag", "ice-pwd", "fingerprint"]) {
		const lacks = ({ attributes }: Section) => (effectiveValue(name, attributes, session) ?? "") === "";
		if (active.some((section) => lacks(section) && !isFollower(section)))
			throw new SignallingError(400, `The offer has no a=${name}.`);
	}
}

/** @throws {SignallingError} 400 when a section has no name of its own. */
function requireNames(sections: readonly Section[]): void {
	const mids = sections.map(({ attributes }) => attribute(attributes, "mid"));
	if (!mids.every((mid) => mid !== undefined && TOKEN.test(mid)))
		throw new SignallingError(400, "Every media section of the offer needs an a=mid.");
	if (new Set(mids).size !== mids.length)
		throw new SignallingError(400, "Two media sections of the offer have the same a=mid.");
}

function named(section: Section): ActiveSection {
	return { ...section, mid: attribute(section.attributes, "mid") ?? "" };
}

/**
 * Finds the video that is sent, the data channels, and the sections in which nothing is
 * to flow.
 *
 * @throws {SignallingError} 406 or 422 when nothing can be sent.
 */
function sortMedia(
	session: readonly string[],
	active: readonly ActiveSection[],
	codecs: readonly ViewCodec[],
	having: OfferedHaving,
): Pick<RemoteOffer, "video" | "sound" | "cameras" | "received" | "refused" | "dataMid"> {
	let video: OfferedVideo | undefined;
	// Sound has no use without the video.
	const offersVideo = active.some(
		(section) => section.kind === "video" && ["recvonly", "sendrecv"].includes(directionOf(section, session)),
	);
	let sound: OfferedSound | undefined;
	/**
	 * The reason why the first section that may be meant for our video can't carry it.
	 */
	let complaint: SignallingError | undefined;
	const refused: RefusedMedia[] = [];
	const cameras: OfferedVideo[] = [];
	const received: OfferedMedia[] = [];
	const wants = (kind: ClientMediaKind) =>
		having.received?.includes(kind) === true && received.every((each) => each.kind !== kind);
	/** The view's section, if the client offers to send in it, too. */
	let bothWays: ActiveSection | undefined;
	/** Takes a section that the client sends in, if it is wanted. */
	const receives = (section: ActiveSection, kind: ClientMediaKind, direction: string): boolean => {
		const choice = wants(kind) && offersVideo ? chooseMedia(section, direction, section.mid) : undefined;
		if (choice !== undefined) received.push(choice);
		return choice !== undefined;
	};
	for (const section of active) {
		if (section.kind !== "video" && section.kind !== "audio") continue;
		const direction = directionOf(section, session);
		if (direction === "sendonly" && receives(section, section.kind, direction)) continue;
		if (section.kind === "video" && video === undefined && direction !== "inactive") {
			const choice = chooseVideo(section, direction, section.mid, codecs, having.passes);
			if (!(choice instanceof SignallingError)) {
				video = choice;
				if (direction === "sendrecv") bothWays = section;
				continue;
			}
			complaint ??= choice;
		} else if (section.kind === "video" && direction === "sendrecv" && receives(section, "video", direction)) {
			continue;
		} else if (section.kind === "video" && direction !== "inactive" && cameras.length < having.cameras) {
			const choice = chooseVideo(section, direction, section.mid, codecs, true);
			if (!(choice instanceof SignallingError)) {
				cameras.push(choice);
				continue;
			}
		}
		if (section.kind === "audio" && sound === undefined && having.sound && offersVideo) {
			sound = chooseSound(section, direction, section.mid);
			if (sound !== undefined) {
				if (receives(section, "audio", direction)) sound = withoutTransportCc(sound);
				continue;
			}
		}
		if (section.kind === "audio" && receives(section, "audio", direction)) continue;
		refused.push(refusalOf(section, section.kind));
	}
	if (video === undefined && complaint !== undefined) throw complaint;
	const dataMid = active.find(({ kind, protocol }) => kind === "application" && protocol.endsWith("DTLS/SCTP"))?.mid;
	if (video === undefined && dataMid === undefined)
		throw new SignallingError(422, "The offer asks for neither video nor data channels.");
	const camera = video && bothWays && wants("video") ? chooseViewFormat(bothWays, video) : undefined;
	if (video && camera) {
		video = withoutTransportCc(video);
		sound &&= withoutTransportCc(sound);
	}
	// Feedback goes the video's way.
	const taken = video === undefined ? [] : [...received, ...(camera ? [camera] : [])];
	for (const { mid } of video === undefined ? received : []) {
		const section = active.find((each) => each.mid === mid);
		if (section !== undefined) refused.push(refusalOf(section, section.kind as RefusedMedia["kind"]));
	}
	return { video, sound, cameras, received: taken, refused, dataMid };
}

/**
 * A client that sends in the same section would wait for transport-cc's feedback about that, which
 * is not sent: Chromium then goes down to its least rate.
 */
function withoutTransportCc<Sent extends OfferedVideo | OfferedSound>(sent: Sent): Sent {
	const extensions = { ...sent.extensions, transportCc: undefined };
	if (!("feedback" in sent)) return { ...sent, extensions };
	return { ...sent, extensions, feedback: new Set([...sent.feedback].filter((kind) => kind !== "transport-cc")) };
}

function refusalOf({ mid, formats, attributes }: ActiveSection, kind: RefusedMedia["kind"]): RefusedMedia {
	const [format] = formats;
	return { mid, kind, format, encoding: attribute(attributes, "rtpmap", `${format} `) };
}

function iceUfragOf(session: readonly string[], active: readonly Section[]): string {
	const ufrags = active.map(({ attributes }) => effectiveValue("ice-ufrag", attributes, session) ?? "");
	return ufrags.find((ufrag) => ufrag !== "") ?? "";
}

/**
 * Addresses that ICE does not use (RFC 8839, 4.2 and 5.6), and the end of candidates,
 * which need not be all: the client may be found by its checks.
 */
const UNUSED_ADDRESSES = /^a=\s*(?:remote-candidates|end-of-candidates|rtcp)\s*(?::|$)/i;

/** Feedback for all formats of a section (RFC 4585, 4.2), by which libdatachannel fails. */
const FEEDBACK_FOR_ALL = /^a=\s*rtcp-fb\s*:\s*\*/i;

/**
 * Takes out of an offer every address that the engine does not need, and every name in
 * the place of one: what the engine does with them is out of our hands.
 */
function sdpForEngine(lines: readonly string[], candidates: RemoteCandidates): string {
	const kept = lines.flatMap((line) => {
		if (/^a=\s*candidate\s*:/i.test(line)) {
			const candidate = candidates.use(line.slice(2).trim());
			return candidate === undefined ? [] : [`a=${candidate}`];
		}
		if (UNUSED_ADDRESSES.test(line) || FEEDBACK_FOR_ALL.test(line)) return [];
		if (line.startsWith("c=")) return ["c=IN IP4 0.0.0.0"];
		return [line.replace(/^(o=\S+ \S+ \S+) .*$/, "$1 IN IP4 127.0.0.1")];
	});
	return `${kept.join("\r\n")}\r\n`;
}

/**
 * Finds the sections that may leave the transport's attributes to the first one of
 * their bundle (RFC 8829, 5.2.1).
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

function directionOf(section: Section, session: Sections["session"]): string {
	const isDirection = (name: string) => DIRECTIONS.includes(name);
	return section.attributes.find(isDirection) ?? session.find(isDirection) ?? "sendrecv";
}
