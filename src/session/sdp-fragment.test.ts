import { describe, expect, it } from "vitest";
import { parseSdpFragment } from "./sdp-fragment.ts";
import { statusOf } from "./status-of.cases.ts";

const CANDIDATE = "candidate:1 1 udp 1 192.0.2.1 1 typ host";

describe("parseSdpFragment()", () => {
	it("gives each candidate the mid it stands under", () => {
		const lines = [
			"a=ice-ufrag:ujGG",
			"a=ice-pwd:x",
			"m=video 9 RTP/AVP 0",
			"a=mid:0",
			`a=${CANDIDATE}`,
			"a=end-of-candidates",
		];
		expect(parseSdpFragment(`${lines.join("\r\n")}\r\n`)).toEqual({
			iceUfrag: "ujGG",
			candidates: [{ candidate: CANDIDATE, mid: "0" }],
		});
	});

	it("refuses prose, and too many candidates", () => {
		expect(statusOf(() => parseSdpFragment("hello"))).toBe(400);
		for (const candidate of [
			"",
			"1",
			"1 1 udp x 192.0.2.1 1 typ host",
			"1 1 udp 1 192.0.2.1 1 typ boat",
			"1 1 sctp 1 192.0.2.1 1 typ host",
		]) {
			expect(statusOf(() => parseSdpFragment(`a=candidate:${candidate}\r\n`))).toBe(400);
		}
		expect(statusOf(() => parseSdpFragment(`a=${CANDIDATE}\r\n`.repeat(65)))).toBe(413);
	});
});
