import { isIP } from "node:net";
import { chromiumOffer } from "../../src/session/offers.cases.ts";
import { RemoteCandidates } from "../../src/session/remote-candidates.ts";
import { completeAnswer } from "../../src/session/sdp-answer.ts";
import { parseSdpFragment } from "../../src/session/sdp-fragment.ts";
import { DEFAULT_SDP_LIMITS } from "../../src/session/sdp-lines.ts";
import { parseOffer } from "../../src/session/sdp-offer.ts";
import { SignallingError } from "../../src/session/signalling.ts";
import type { FuzzTarget } from "../fuzzer.ts";

const FRAGMENT = [
	"a=ice-ufrag:ujGG",
	"a=ice-pwd:0123456789abcdef0123456789",
	"m=video 9 UDP/TLS/RTP/SAVPF 96",
	"a=mid:0",
	"a=candidate:1 1 UDP 2122252543 192.168.1.4 51000 typ host",
	"a=candidate:2 1 TCP 1 fe80::1%eth0 9 typ host tcptype active",
	"a=candidate:candidate:3 1 udp 5 a.local 9 typ srflx raddr 0.0.0.0 rport 0",
	"a=end-of-candidates",
	"",
].join("\r\n");

/** An SDP answer as the engine makes one: what the client's offer says is written into it. */
const ENGINE_ANSWER =
	"v=0\r\no=- 1 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n" +
	"a=mid:0\r\na=candidate:1 1 UDP 1 127.0.0.1 4000 typ host\r\n";

export const target: FuzzTarget = {
	covers: [
		"src/session/sdp-lines.ts",
		"src/session/sdp-offer.ts",
		"src/session/offered-video.ts",
		"src/session/sdp-answer.ts",
		"src/session/sdp-fragment.ts",
		"src/session/remote-candidates.ts",
	],
	maxBytes: 8192,
	dictionary: [
		"a=",
		"m=video ",
		"m=audio ",
		"m=application ",
		"a=mid:",
		"a=rtpmap:",
		"a=fmtp:",
		"H264/90000",
		"packetization-mode=",
		"profile-level-id=",
		"a=group:BUNDLE ",
		"a=candidate:",
		"a=extmap:",
		"a=rtcp-fb:",
		"a=recvonly",
		"a=inactive",
		"a=setup:actpass",
		"rtx/90000",
		"apt=",
		"\r\n",
	],
	seeds: () => [chromiumOffer(), FRAGMENT].map((text) => Buffer.from(text)),
	run(input) {
		const text = Buffer.from(input).toString("utf8");
		for (const read of [readOffer, readFragment]) {
			try {
				read(text);
			} catch (error) {
				if (!(error instanceof SignallingError)) throw error;
				if (error.status < 400 || error.status > 499)
					throw new Error(`A client's mistake is answered with ${error.status}.`, { cause: error });
			}
		}
	},
};

function readOffer(text: string): void {
	const { sdp, video, refused } = parseOffer(text);
	for (const line of sdp.split("\r\n")) {
		if (line.startsWith("a=candidate:")) requireAddress(line.slice(2).split(" ")[4]);
		if (line.startsWith("c=")) requireAddress(line.split(" ")[2]?.split("/")[0]);
	}
	if (refused.length > DEFAULT_SDP_LIMITS.maxMediaSections)
		throw new Error(`${refused.length} sections are refused.`);
	const answer = completeAnswer(ENGINE_ANSWER, {
		video: video && { offered: video, ssrc: 1, rtxSsrc: 2, fecSsrc: 3, cname: "c" },
		refused,
	});
	if (/[^\r]\n|\r(?!\n)/.test(answer)) throw new Error("The answer has a line that does not end as SDP's do.");
}

function readFragment(text: string): void {
	const { candidates } = parseSdpFragment(text);
	const usable = new RemoteCandidates();
	for (const { candidate } of candidates) {
		const line = usable.use(candidate);
		if (line !== undefined) requireAddress(line.split(" ")[4]);
	}
	if (usable.counts.used > 20) throw new Error(`${usable.counts.used} candidates are used.`);
}

/** The engine would look a name up. */
function requireAddress(address: string | undefined): void {
	if (address === undefined || isIP(address) === 0)
		throw new Error(`The engine gets ${address} in place of an IP address.`);
}
