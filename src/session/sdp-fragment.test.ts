import { describe, expect, it } from "vitest";
import { parseSdpFragment } from "./sdp-fragment.ts";
import { statusOf } from "./status-of.cases.ts";

describe("parseSdpFragment()", () => {
	it("gives each candidate the mid it stands under", () => {
		const text =
			"a=ice-ufrag:ujGG\r\na=ice-pwd:x\r\nm=video 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\na=end-of-candidates\r\n";
		expect(parseSdpFragment(text)).toEqual({
			iceUfrag: "ujGG",
			candidates: [{ candidate: "candidate:1 1 udp 1 192.0.2.1 1 typ host", mid: "0" }],
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
		expect(statusOf(() => parseSdpFragment("a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n".repeat(65)))).toBe(413);
	});
});
