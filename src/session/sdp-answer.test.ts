import { describe, expect, it } from "vitest";
import { chromiumOffer, ICE_UFRAG } from "./offers.cases.ts";
import { completeAnswer } from "./sdp-answer.ts";
import { parseOffer } from "./sdp-offer.ts";

describe("completeAnswer()", () => {
	const engineAnswer = chromiumOffer({
		candidates: [
			"candidate:1 1 UDP 2114977791 10.0.0.5 40000 typ host",
			"candidate:2 1 UDP 2116026111 fd00::5 40000 typ host",
		],
	});

	it("describes exactly the codec, RTX, FlexFEC and streams that are sent, and leaves the rest alone", () => {
		const { video } = parseOffer(chromiumOffer());
		const answer = completeAnswer(engineAnswer, {
			video: { offered: video!, ssrc: 1000, rtxSsrc: 1001, fecSsrc: 1002, cname: "panogaze" },
			refused: [],
		});
		const section = answer.slice(answer.indexOf("m=video"), answer.indexOf("m=application"));
		expect(section).toContain("m=video 9 UDP/TLS/RTP/SAVPF 116 117 61\r\n");
		expect(section.match(/a=rtpmap:\S+ \S+/g)).toEqual([
			"a=rtpmap:116 H264/90000",
			"a=rtpmap:117 rtx/90000",
			"a=rtpmap:61 flexfec-03/90000",
		]);
		expect(section).toContain("a=fmtp:61 repair-window=10000000\r\n");
		expect(section.match(/a=extmap:\d+/g)).toEqual(["a=extmap:4", "a=extmap:2", "a=extmap:5", "a=extmap:9"]);
		expect(section.match(/a=rtcp-fb:.*/g)).toEqual([
			"a=rtcp-fb:116 nack",
			"a=rtcp-fb:116 nack pli",
			"a=rtcp-fb:116 ccm fir",
			"a=rtcp-fb:116 transport-cc",
			"a=rtcp-fb:61 transport-cc",
		]);
		expect(section.match(/a=(?:sendonly|recvonly|sendrecv)/g)).toEqual(["a=sendonly"]);
		expect(section).toContain("a=ssrc-group:FID 1000 1001\r\n");
		expect(section).toContain("a=ssrc-group:FEC-FR 1000 1002\r\n");
		expect(section.match(/(?<=a=ssrc:)\d+(?= cname)/g)).toEqual(["1000", "1001", "1002"]);
		expect(section).toContain(`a=ice-ufrag:${ICE_UFRAG}\r\n`);
		expect(answer.slice(answer.indexOf("m=application"))).toBe(
			engineAnswer.slice(engineAnswer.indexOf("m=application")),
		);
	});

	it("answers a receiver's wish to measure the round trip, and names no FlexFEC that was not offered", () => {
		const withVideo = (offer: string) =>
			completeAnswer(engineAnswer, {
				video: {
					offered: parseOffer(offer).video!,
					ssrc: 1000,
					rtxSsrc: 1001,
					fecSsrc: 1002,
					cname: "panogaze",
				},
				refused: [],
			});
		expect(withVideo(chromiumOffer())).toContain("a=rtcp-xr:rcvr-rtt=all\r\n");
		const fewer = chromiumOffer({ without: /^a=(?:\w+:61|rtcp-xr)/ }).replace(/(m=video .*) 61/, "$1");
		expect(withVideo(fewer.replace("a=rtcp-mux", "a=rtcp-xr:pkt-loss-rle rcvr-rtt=sender:800"))).toContain(
			"a=rtcp-xr:rcvr-rtt=sender\r\n",
		);
		const without = withVideo(chromiumOffer({ without: /^a=(?:rtpmap:61|rtcp-xr)/ }));
		expect(without.match(/flexfec|FEC-FR|1002|rtcp-xr/)).toBeNull();
	});

	it("names a format in sections where nothing flows: browsers refuse an answer that has none", () => {
		const offer = parseOffer(chromiumOffer({ audio: true }));
		const engine = chromiumOffer({ audio: true })
			.replace("SAVPF 111", "SAVPF ")
			.replace("a=rtpmap:111 opus/48000/2\r\n", "");
		const answer = completeAnswer(engine, { video: undefined, refused: offer.refused });
		const audio = answer.slice(answer.indexOf("m=audio"), answer.indexOf("m=video"));
		expect(audio.split("\r\n")[0]).toBe("m=audio 9 UDP/TLS/RTP/SAVPF 111");
		expect(audio.match(/a=(?:inactive|recvonly|rtpmap.*)/g)).toEqual(["a=inactive", "a=rtpmap:111 opus/48000/2"]);
	});

	it("puts public addresses before the server's own, with the same port and IP version", () => {
		const answer = completeAnswer(engineAnswer, {
			video: undefined,
			refused: [],
			publicAddresses: ["203.0.113.7", "2001:db8::7"],
		});
		const candidates = answer.slice(0, answer.indexOf("m=application")).match(/a=candidate:.*/g)!;
		expect(candidates.map((line) => line.split(" ").slice(4, 6).join(" "))).toEqual([
			"203.0.113.7 40000",
			"2001:db8::7 40000",
			"10.0.0.5 40000",
			"fd00::5 40000",
		]);
		const priorities = candidates.map((line) => Number(line.split(" ")[3]));
		expect(Math.min(priorities[0]!, priorities[1]!)).toBeGreaterThan(Math.max(priorities[2]!, priorities[3]!));
	});
});
