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

const feedbackLines = (payloadType: number) => FEEDBACK.map((kind) => `a=rtcp-fb:${payloadType} ${kind}`);

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
		...feedbackLines(payloadType),
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

/**
 * An offer as Firefox 128 makes it with its H.264 plugin: recvonly video.
 * @param without takes lines out of it.
 */
export function firefoxOffer(without?: RegExp): string {
	const lines = [
		"v=0",
		"o=mozilla...THIS_IS_SDPARTA-99.0 2400864153024665403 0 IN IP4 0.0.0.0",
		"s=-",
		"t=0 0",
		"a=sendrecv",
		`a=fingerprint:sha-256 ${FINGERPRINT}`,
		"a=group:BUNDLE 0",
		"a=ice-options:trickle",
		"a=msid-semantic:WMS *",
		"m=video 9 UDP/TLS/RTP/SAVPF 120 124 121 125 126 127 97 98 123 122 119",
		"c=IN IP4 0.0.0.0",
		"a=recvonly",
		"a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
		"a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
		"a=extmap:5 urn:ietf:params:rtp-hdrext:toffset",
		"a=extmap:6/recvonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
		"a=extmap:7 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
		"a=extmap-allow-mixed",
		"a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1",
		"a=fmtp:97 profile-level-id=42e01f;level-asymmetry-allowed=1",
		"a=fmtp:120 max-fs=12288;max-fr=60",
		"a=fmtp:124 apt=120",
		"a=fmtp:121 max-fs=12288;max-fr=60",
		"a=fmtp:125 apt=121",
		"a=fmtp:127 apt=126",
		"a=fmtp:98 apt=97",
		"a=fmtp:119 apt=122",
		"a=ice-pwd:0rvqeE1ATvlPQxtSxTYCicov",
		`a=ice-ufrag:${ICE_UFRAG}`,
		"a=mid:0",
		...[120, 121, 126, 97, 123, 122].flatMap(feedbackLines),
		"a=rtcp-mux",
		"a=rtcp-rsize",
		"a=rtpmap:120 VP8/90000",
		"a=rtpmap:124 rtx/90000",
		"a=rtpmap:121 VP9/90000",
		"a=rtpmap:125 rtx/90000",
		"a=rtpmap:126 H264/90000",
		"a=rtpmap:127 rtx/90000",
		"a=rtpmap:97 H264/90000",
		"a=rtpmap:98 rtx/90000",
		"a=rtpmap:123 ulpfec/90000",
		"a=rtpmap:122 red/90000",
		"a=rtpmap:119 rtx/90000",
		"a=setup:actpass",
		"a=ssrc:1347702353 cname:{e94c5049-fb95-4bd6-b2d1-221cd51b713f}",
	];
	return `${lines.filter((line) => without === undefined || !without.test(line)).join("\r\n")}\r\n`;
}
