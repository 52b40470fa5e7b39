import { describe, expect, it } from "vitest";
import { PLAIN_H264, type ViewCodec } from "../media/video-format.ts";
import { seededRandom } from "../skeleton/seeded-random.cases.ts";
import { chromiumOffer, codecLines, firefoxOffer, h264Lines, ICE_UFRAG, type OfferParts } from "./offers.cases.ts";
import { MAX_PAYLOAD_BYTES } from "./payload/max-payload.ts";
import { completeAnswer } from "./sdp-answer.ts";
import { DEFAULT_SDP_LIMITS } from "./sdp-lines.ts";
import { parseOffer } from "./sdp-offer.ts";
import { statusOf } from "./status-of.cases.ts";

const PM1 = "level-asymmetry-allowed=1;packetization-mode=1";

describe("parseOffer()", () => {
	it("chooses Main with packetization mode 1, and what belongs to it", () => {
		const { video, dataMid, refused, iceUfrag } = parseOffer(chromiumOffer({ audio: true }));
		expect(video).toMatchObject({ mid: "1", payloadType: 116, rtxPayloadType: 117, reducedSizeRtcp: true });
		expect(video!.formatParameters).toContain("profile-level-id=4d001f");
		expect([...video!.feedback].sort()).toEqual(["ccm fir", "goog-remb", "nack", "nack pli", "transport-cc"]);
		expect(video!.extensions).toEqual({ transportCc: 4, absSendTime: 2, playoutDelay: 5, mid: 9 });
		expect(dataMid).toBe("2");
		expect(refused).toEqual([{ mid: "0", kind: "audio", format: "111", encoding: "opus/48000/2" }]);
		expect(iceUfrag).toBe(ICE_UFRAG);
	});

	const ranked: [string, string[], number][] = [
		[
			"another level of Constrained Baseline before Baseline",
			[...h264Lines(102, `${PM1};profile-level-id=42001f`), ...h264Lines(104, `${PM1};profile-level-id=42e034`)],
			104,
		],
		[
			"Main before Constrained Baseline",
			[...h264Lines(102, `${PM1};profile-level-id=42e01f`), ...h264Lines(104, `${PM1};profile-level-id=4d001f`)],
			104,
		],
		[
			"High before Constrained Baseline, as Safari offers both",
			[...h264Lines(96, `${PM1};profile-level-id=640c1f`), ...h264Lines(98, `${PM1};profile-level-id=42e01f`)],
			96,
		],
		[
			"Main before High",
			[...h264Lines(102, `${PM1};profile-level-id=640c1f`), ...h264Lines(104, `${PM1};profile-level-id=4d0032`)],
			104,
		],
		[
			"the earlier of two equals",
			[...h264Lines(110, `${PM1};profile-level-id=42e01f`), ...h264Lines(104, `${PM1};profile-level-id=42e01f`)],
			110,
		],
		[
			"Main that is Constrained Baseline before Baseline",
			[...h264Lines(104, `${PM1};profile-level-id=42001f`), ...h264Lines(106, `${PM1};profile-level-id=4d801f`)],
			106,
		],
		["a format without a profile as Baseline", h264Lines(96 + 4, "packetization-mode=1"), 100],
		[
			"packetization mode 0 when there is no other",
			h264Lines(100, "profile-level-id=42e01f;packetization-mode=0"),
			100,
		],
		["a format without parameters, as GStreamer offers it, when there is no other", ["a=rtpmap:96 H264/90000"], 96],
		[
			"any profile in mode 1 before the best one in mode 0",
			[...h264Lines(102, "profile-level-id=42e01f"), ...h264Lines(104, `${PM1};profile-level-id=640c1f`)],
			104,
		],
		["parameters with spaces and capitals", h264Lines(100, "Packetization-Mode=1; Profile-Level-Id=42E01F"), 100],
	];
	it.each(ranked)("takes %s", (_name, h264, payloadType) => {
		expect(parseOffer(chromiumOffer({ h264 })).video?.payloadType).toBe(payloadType);
	});

	it("uses only extensions and feedback that were offered, and transport-cc only with both halves", () => {
		expect(parseOffer(chromiumOffer({ extensions: [] })).video!.extensions).toEqual({});
		const halves: OfferParts[] = [{ without: /rtcp-fb:\d+ transport-cc/ }, { without: /transport-wide-cc/ }];
		for (const parts of halves) {
			const { video } = parseOffer(chromiumOffer(parts));
			expect(video!.extensions.transportCc).toBeUndefined();
			expect(
				completeAnswer(chromiumOffer(), {
					video: { offered: video!, ssrc: 1, rtxSsrc: 2, fecSsrc: 3, cname: "c" },
					refused: [],
				}),
			).not.toMatch(/transport-cc|transport-wide/);
		}
		expect(parseOffer(chromiumOffer({ without: /rtx|apt=/ })).video!.rtxPayloadType).toBeUndefined();
	});

	it("answers extensions that the client only receives as sent only (RFC 8285, 6)", () => {
		const { video } = parseOffer(firefoxOffer());
		const parts = { video: { offered: video!, ssrc: 1, rtxSsrc: 2, fecSsrc: 3, cname: "c" }, refused: [] };
		expect(completeAnswer(chromiumOffer({ data: false }), parts).match(/a=extmap:\S+/g)).toEqual([
			"a=extmap:7",
			"a=extmap:4",
			"a=extmap:6/sendonly",
			"a=extmap:3",
		]);
	});

	it("passes over RTX, FlexFEC and feedback that belong to other formats", () => {
		const [rtpmap = "", ...others] = codecLines("H264", 96, `${PM1};profile-level-id=4d001f`);
		const mistaken = others.map((line) => line.replace("apt=96", "apt=196").replace("rtcp-fb:96", "rtcp-fb:97"));
		const { video } = parseOffer(
			chromiumOffer({
				h264: [rtpmap, ...mistaken, "a=rtcp-fb:* nack pli", "a=rtpmap:126 rtx/90000"],
				without: /^a=\w+:61/,
			}).replace("a=rtcp-mux", "a=rtpmap:62 flexfec-03/90000"),
		);
		expect(video).toMatchObject({ payloadType: 96, rtxPayloadType: undefined, fec: undefined });
		expect([...video!.feedback]).toEqual(["nack pli"]);
		expect(video!.extensions.transportCc).toBeUndefined();
	});

	it("ignores extensions that the client only sends, and ids of the two-byte form", () => {
		const extensions = [
			"a=extmap:3/sendonly urn:ietf:params:rtp-hdrext:sdes:mid",
			"a=extmap:15 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
		];
		expect(parseOffer(chromiumOffer({ extensions })).video!.extensions).toEqual({});
	});

	const accepted: [string, OfferParts, boolean][] = [
		["no candidates", {}, true],
		[
			"only mDNS candidates",
			{ candidates: ["candidate:1 1 udp 2113937151 f9d3c2b4-1a2b.local 51234 typ host"] },
			true,
		],
		["no video", { video: false }, false],
		["inactive video", { direction: "inactive" }, false],
		["sendrecv video", { direction: "sendrecv" }, true],
		["no data channels", { data: false }, true],
	];
	it.each(accepted)("accepts %s", (_name, parts, hasVideo) => {
		expect(parseOffer(chromiumOffer(parts)).video !== undefined).toBe(hasVideo);
	});

	it("takes the first video section that can be used, and asks nothing of the others", () => {
		const sections = (...videos: OfferParts[]) => {
			const parts = videos.map((part, index) => {
				const sdp = chromiumOffer({ data: false, ...part });
				return sdp.slice(sdp.indexOf("m=video")).replace("a=mid:0", `a=mid:${index}`);
			});
			const first = chromiumOffer({ data: false });
			return first.slice(0, first.indexOf("m=video")).replace("BUNDLE 0", "BUNDLE 0 1") + parts.join("");
		};
		const idle = { mid: "0", kind: "video", format: "49", encoding: "H265/90000" };
		const unusable: OfferParts[] = [{ direction: "sendonly" }, { direction: "inactive" }, { h264: [] }];
		for (const parts of unusable) {
			const { video, refused } = parseOffer(sections(parts, {}));
			expect([video?.mid, refused]).toEqual(["1", [idle]]);
		}
		expect(parseOffer(sections({}, { direction: "sendonly" })).refused).toEqual([{ ...idle, mid: "1" }]);
		expect(statusOf(() => parseOffer(sections({ h264: [] }, { direction: "sendonly" })))).toBe(406);
	});

	it("leaves sections alone that the offer itself has rejected", () => {
		const offer = parseOffer(chromiumOffer({ audio: true }).replace("m=audio 9", "m=audio 0"));
		expect([offer.refused, offer.video?.mid]).toEqual([[], "1"]);
		expect(statusOf(() => parseOffer(chromiumOffer({ data: false }).replace("m=video 9", "m=video 0")))).toBe(422);
	});

	it("accepts sections of a bundle that leave ICE and DTLS to its first one", () => {
		const offer = chromiumOffer({ audio: true });
		const followers = offer
			.slice(offer.indexOf("m=video"))
			.replaceAll(/a=(?:ice-ufrag|ice-pwd|fingerprint|setup).*\r\n/g, "")
			.replaceAll(/m=(video|application) 9(.*)\r\n/g, "m=$1 0$2\r\na=bundle-only\r\n");
		const bundleOnly = offer.slice(0, offer.indexOf("m=video")) + followers;
		expect(parseOffer(bundleOnly)).toMatchObject({ video: { mid: "1" }, dataMid: "2", iceUfrag: ICE_UFRAG });
		// Outside of the bundle it is on its own.
		expect(statusOf(() => parseOffer(bundleOnly.replace("BUNDLE 0 1 2", "BUNDLE 0 1")))).toBe(400);
	});

	it("obeys feedback that is offered for all formats, and keeps it from the engine, which fails by it", () => {
		const line = "a=rtcp-fb:* nack pli\r\n";
		const offer = chromiumOffer({ without: /rtcp-fb/ });
		const { sdp, video } = parseOffer(offer.replace("a=rtcp-mux", `${line}a=rtcp-mux`));
		expect([...video!.feedback]).toEqual(["nack pli"]);
		expect(sdp).toBe(offer);
	});

	it("takes no payload type that looks like RTCP beside it, and none twice", () => {
		const h264 = [72, 95, 96].flatMap((type) => h264Lines(type, `${PM1};profile-level-id=4d001f`, 126));
		expect(parseOffer(chromiumOffer({ h264 })).video?.payloadType).toBe(96);
		const twice = chromiumOffer({ h264: h264Lines(96, `${PM1};profile-level-id=4d001f`) });
		expect(parseOffer(twice.replace("rtpmap:61 flexfec", "rtpmap:96 flexfec")).video?.fec).toBeUndefined();
	});

	it("accepts bare LF line ends and hands on CRLF", () => {
		expect(parseOffer(chromiumOffer().replaceAll("\r\n", "\n")).sdp).toBe(chromiumOffer());
	});

	const refused: [string, string, number][] = [
		["nothing", "", 400],
		["prose", "hello", 400],
		["no media", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", 422],
		["video it would send", chromiumOffer({ direction: "sendonly" }), 422],
		["inactive video and nothing else", chromiumOffer({ direction: "inactive", data: false }), 422],
		["no H.264", chromiumOffer({ h264: [] }), 406],
		[
			"H.264 with packetization mode 2 only",
			chromiumOffer({ h264: h264Lines(102, "profile-level-id=42e01f;packetization-mode=2") }),
			406,
		],
		["H.264 High 4:4:4 only", chromiumOffer({ h264: h264Lines(102, `${PM1};profile-level-id=f4001f`) }), 406],
		["no ICE credentials", chromiumOffer({ without: /ice-pwd/ }), 400],
		["no fingerprint", chromiumOffer({ without: /fingerprint/ }), 400],
		["no mid", chromiumOffer({ without: /a=mid:0/ }), 400],
		["a mid twice", chromiumOffer().replace("a=mid:1", "a=mid:0"), 400],
		["a mid that is no token", chromiumOffer().replace("a=mid:0", 'a=mid:"0"'), 400],
		["a broken m= line", chromiumOffer().replace("m=video 9", "m=video nine"), 400],
		["a NUL character", chromiumOffer().replace(ICE_UFRAG, "uj\0G"), 400],
		["too many characters", chromiumOffer() + "a=x\r\n".repeat(20_000), 413],
		["too many lines", `${chromiumOffer()}${"a=x\r\n".repeat(DEFAULT_SDP_LIMITS.maxLines)}`, 413],
		["a line too long", `${chromiumOffer()}a=${"x".repeat(DEFAULT_SDP_LIMITS.maxLineLength)}\r\n`, 413],
		[
			"too many sections",
			`${chromiumOffer()}${"m=audio 0 RTP/AVP 0\r\n".repeat(DEFAULT_SDP_LIMITS.maxMediaSections)}`,
			413,
		],
	];
	it.each(refused)("refuses %s", (_name, sdp, status) => {
		expect(statusOf(() => parseOffer(sdp))).toBe(status);
	});

	it("throws only SignallingError on a thousand damaged offers", () => {
		const random = seededRandom(3);
		for (let round = 0; round < 1000; round++)
			statusOf(() => parseOffer(damage(chromiumOffer({ audio: round % 3 === 0 }), random)));
	});
});

describe("codecs of an offer", () => {
	const VP8 = codecLines("VP8", 120, "max-fs=12288;max-fr=60");
	const VP9 = codecLines("VP9", 98, "profile-id=0");
	const AV1 = codecLines("AV1", 45, "level-idx=5;profile=0;tier=0");
	const chosen = (parts: OfferParts, codecs?: readonly ViewCodec[]) => {
		const { video } = parseOffer(chromiumOffer(parts), DEFAULT_SDP_LIMITS, codecs);
		return [video?.payloadType, video?.rtxPayloadType, video?.format.codec];
	};
	const without: OfferParts = { h264: [] };

	it("are taken by rank, H.264 first, VP8, VP9 and AV1 after it", () => {
		expect(chosen({ others: [...AV1, ...VP9, ...VP8] })).toEqual([116, 117, "h264"]);
		expect(chosen({ ...without, others: [...AV1, ...VP9, ...VP8] })).toEqual([120, 121, "vp8"]);
		expect(chosen({ ...without, others: [...AV1, ...VP9] })).toEqual([98, 99, "vp9"]);
		expect(chosen({ ...without, others: AV1 })).toEqual([45, 46, "av1"]);
	});

	it("are taken in the order of the server's list, and none beside it", () => {
		const others = [...VP8, ...VP9, ...AV1];
		expect(chosen({ others }, ["vp9", "h264"])).toEqual([98, 99, "vp9"]);
		expect(() => chosen({ ...without, others }, ["h264"])).toThrow(
			"The offer has no video that is sent here: H.264 of packetization-mode 0 or 1 up to High profile.",
		);
		expect(() => chosen(without, ["vp8", "av1"])).toThrow(
			"The offer has no video that is sent here: VP8 or AV1 of profile 0.",
		);
	});

	it("of equals is the one that the m= line names first, whatever the order of the others", () => {
		const lines = codecLines("VP8", 100);
		expect(chosen({ ...without, others: [...lines, ...VP8] })).toEqual([100, 101, "vp8"]);
		const swapped = chromiumOffer({ ...without, others: [...lines, ...VP8] }).replace("100 101 120", "120 101 100");
		expect(parseOffer(swapped).video?.payloadType).toBe(120);
	});

	it.each([
		["VP9 of profile 2, which has 10 bits", codecLines("VP9", 98, "profile-id=2"), codecLines("VP9", 100)],
		["AV1 of profile 1, which is 4:4:4", codecLines("AV1", 45, "profile=1"), codecLines("AV1", 100, "profile=0")],
	])("leave out %s", (_name, other, plain) => {
		expect(statusOf(() => parseOffer(chromiumOffer({ ...without, others: other })))).toBe(406);
		expect(chosen({ ...without, others: [...other, ...plain] })[0]).toBe(100);
	});

	it.each([
		["VP9", VP9, ["a=rtpmap:98 VP9/90000", "a=fmtp:98 profile-id=0"]],
		["AV1", AV1, ["a=rtpmap:45 AV1/90000", "a=fmtp:45 level-idx=5;profile=0;tier=0"]],
		["VP8, whose parameters bound what their sender receives,", VP8, ["a=rtpmap:120 VP8/90000"]],
	])("are repeated in the answer: %s", (_name, others, lines) => {
		const offer = parseOffer(chromiumOffer({ ...without, others }));
		const answer = completeAnswer(offer.sdp, {
			video: { offered: offer.video!, ssrc: 1, rtxSsrc: 2, fecSsrc: 3, cname: "c" },
			refused: [],
		});
		const type = offer.video!.payloadType;
		expect(answer.match(new RegExp(`a=(?:rtpmap|fmtp):${type} .*`, "g"))).toEqual(lines);
	});
});

describe("Firefox's offer, whose transport stands in the session and whose formats come last", () => {
	it("is taken with H.264 in mode 1, and with VP8 where there is no H.264", () => {
		expect(parseOffer(firefoxOffer()).video).toMatchObject({
			mid: "0",
			payloadType: 126,
			rtxPayloadType: 127,
			format: PLAIN_H264,
			extensions: { transportCc: 7, absSendTime: 4, playoutDelay: 6, mid: 3 },
			reducedSizeRtcp: true,
		});
		expect(parseOffer(firefoxOffer(/^a=\w+(?:-fb)?:(?:126|97) /)).video).toMatchObject({
			payloadType: 120,
			rtxPayloadType: 124,
			format: { codec: "vp8" },
		});
	});
});

describe("packetization mode", () => {
	it.each([
		["is 1 where that is offered", `${PM1};profile-level-id=42e01f`, undefined],
		["is 0 where that is offered", "profile-level-id=42e01f; packetization-mode = 0", MAX_PAYLOAD_BYTES],
		["is 0 where none is stated (RFC 6184, 8.1)", "profile-level-id=42e01f", MAX_PAYLOAD_BYTES],
	] as const)("%s, and the answer repeats the offer's parameters", (_name, parameters, maxNalUnitBytes) => {
		const offer = parseOffer(chromiumOffer({ h264: h264Lines(102, parameters) }));
		expect(offer.video?.format).toEqual({ ...PLAIN_H264, maxNalUnitBytes });
		expect(offer.video?.formatParameters).toBe(parameters);
		const answer = completeAnswer(offer.sdp, {
			video: { offered: offer.video!, ssrc: 1, rtxSsrc: 2, fecSsrc: 3, cname: "c" },
			refused: [],
		});
		expect(answer).toContain(`a=fmtp:102 ${parameters}\r\n`);
	});
});

function damage(sdp: string, random: () => number): string {
	const lines = sdp.split("\r\n");
	for (let cut = 0; cut < 1 + random() * 6; cut++) {
		const at = Math.floor(random() * lines.length);
		const line = lines[at] ?? "";
		const kind = Math.floor(random() * 5);
		if (kind === 0) lines.splice(at, 1);
		else if (kind === 1) lines.splice(at, 0, line);
		else if (kind === 2) lines[at] = line.slice(0, Math.floor(random() * line.length));
		else if (kind === 3) lines[at] = line.replace(/\d+/, () => String(Math.floor(random() * 2 ** 40) - 2 ** 20));
		else lines[at] = line + String.fromCharCode(Math.floor(random() * 300));
	}
	return lines.join("\r\n");
}
