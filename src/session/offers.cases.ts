/**
 * Parts of an offer as Chromium 156 makes it, shortened to the codecs that matter here.
 */
export interface OfferParts {
	readonly direction?: "recvonly" | "sendrecv" | "sendonly" | "inactive";
	/** Lines of the H.264 formats; empty for an offer that has none. */
	readonly h264?: readonly string[];
	/** Lines of formats of other codecs, after H.264's. @default H.265's alone */
	readonly others?: readonly string[];
	readonly video?: boolean;
	readonly audio?: boolean;
	readonly data?: boolean;
	/** Lines of header extensions. */
	readonly extensions?: readonly string[];
	readonly candidates?: readonly string[];
	/** Takes lines out of the finished offer. */
	readonly without?: RegExp;
}

export const ICE_UFRAG = "ujGG";
const FINGERPRINT = "0D:21:FB:43:E9:6C:17:AA:FE:8A:4A:AD:90:EE:2C:B4:B8:D5:99:25:B8:EE:05:E5:A7:50:2A:DE:C6:D2:BE:63";
const FEEDBACK = ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"];

/** The lines of one H.264 format with its RTX. */
export function h264Lines(payloadType: number, parameters: string, rtxPayloadType = payloadType + 1): string[] {
	return codecLines("H264", payloadType, parameters, rtxPayloadType);
}

/** The lines of one format with its RTX. */
export function codecLines(
	encoding: string,
	payloadType: number,
	parameters?: string,
	rtxPayloadType = payloadType + 1,
): string[] {
	return [
		`a=rtpmap:${payloadType} ${encoding}/90000`,
		...FEEDBACK.map((kind) => `a=rtcp-fb:${payloadType} ${kind}`),
		...(parameters === undefined ? [] : [`a=fmtp:${payloadType} ${parameters}`]),
		`a=rtpmap:${rtxPayloadType} rtx/90000`,
		`a=fmtp:${rtxPayloadType} apt=${payloadType}`,
	];
}

/**
 * Baseline before Constrained Baseline, and each in both packetization modes, as
 * Chromium lists them.
 */
const CHROMIUM_H264 = [
	...h264Lines(102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
	...h264Lines(104, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f", 107),
	...h264Lines(108, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
	...h264Lines(116, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f"),
];

const CHROMIUM_EXTENSIONS = [
	"a=extmap:1 urn:ietf:params:rtp-hdrext:toffset",
	"a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
	"a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
	"a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
	"a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid",
];

/**
 * An offer with CRLF line ends: recvonly video and data channels unless `parts` says
 * otherwise, no candidates.
 */
export function chromiumOffer(parts: OfferParts = {}): string {
	const {
		direction = "recvonly",
		h264 = CHROMIUM_H264,
		others = [],
		video = true,
		audio = false,
		data = true,
	} = parts;
	const { extensions = CHROMIUM_EXTENSIONS, candidates = [], without } = parts;
	const transport = [
		"c=IN IP4 0.0.0.0",
		...candidates.map((candidate) => `a=${candidate}`),
		`a=ice-ufrag:${ICE_UFRAG}`,
		"a=ice-pwd:0rvqeE1ATvlPQxtSxTYCicov",
		"a=ice-options:trickle",
		`a=fingerprint:sha-256 ${FINGERPRINT}`,
		"a=setup:actpass",
	];
	const formats = [...[...h264, ...others].join("\n").matchAll(/a=rtpmap:(\d+)/g)].map((match) => match[1]);
	const sections: string[][] = [];
	if (audio) {
		sections.push([
			"m=audio 9 UDP/TLS/RTP/SAVPF 111",
			...transport,
			`a=mid:${sections.length}`,
			"a=recvonly",
			"a=rtcp-mux",
			"a=rtpmap:111 opus/48000/2",
		]);
	}
	if (video) {
		sections.push([
			`m=video 9 UDP/TLS/RTP/SAVPF ${["49", "50", ...formats, "61"].join(" ")}`,
			...transport,
			`a=mid:${sections.length}`,
			...extensions,
			`a=${direction}`,
			"a=rtcp-mux",
			"a=rtcp-rsize",
			"a=rtcp-xr:rcvr-rtt=all",
			"a=rtpmap:49 H265/90000",
			"a=rtcp-fb:49 nack",
			"a=rtpmap:50 rtx/90000",
			"a=fmtp:50 apt=49",
			...h264,
			...others,
			"a=rtpmap:61 flexfec-03/90000",
			"a=rtcp-fb:61 goog-remb",
			"a=rtcp-fb:61 transport-cc",
			"a=fmtp:61 repair-window=10000000",
		]);
	}
	if (data) {
		const mid = `a=mid:${sections.length}`;
		sections.push([
			"m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
			...transport,
			mid,
			"a=sctp-port:5000",
			"a=max-message-size:262144",
		]);
	}
	const bundle = `a=group:BUNDLE ${sections.map((_, index) => index).join(" ")}`;
	const lines = [
		"v=0",
		"o=- 8180585303352050180 2 IN IP4 127.0.0.1",
		"s=-",
		"t=0 0",
		bundle,
		"a=msid-semantic: WMS",
		...sections.flat(),
	];
	return `${lines.filter((line) => without === undefined || !without.test(line)).join("\r\n")}\r\n`;
}
