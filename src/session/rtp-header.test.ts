import { describe, expect, it } from "vitest";
import { type RtpExtensionIds, RtpHeader } from "./rtp-header.ts";
import { readRtp } from "./rtp-reader.cases.ts";

const IDS = { transportCc: 4, absSendTime: 2, playoutDelay: 5, mid: 9 } satisfies RtpExtensionIds;
const SSRC = 0x89abcdef;

function headerWith(extensions: RtpExtensionIds): RtpHeader {
	return new RtpHeader({ ssrc: SSRC, payloadType: 108, extensions, mid: "v0", firstSequenceNumber: 65_534 });
}

/** A packet without a payload. */
function packetOf(header: RtpHeader, rtpTicks = 0): Buffer {
	const packet = Buffer.alloc(header.byteLength);
	header.write(packet, 0, rtpTicks);
	return packet;
}

describe("RtpHeader", () => {
	it("writes version, payload type, time and SSRC, and the marker where it is asked for", () => {
		const header = headerWith({});
		const packet = packetOf(header, 0xfffffff0);
		const fields = { payloadType: 108, timestamp: 0xfffffff0, ssrc: SSRC };
		expect(readRtp(packet)).toMatchObject({ ...fields, marker: false });
		header.mark(packet);
		expect(readRtp(packet)).toMatchObject({ ...fields, marker: true });
	});

	it("numbers packets as they leave, across the wrap", () => {
		const header = headerWith({});
		const packets = Array.from({ length: 4 }, () => packetOf(header));
		const numbers = [65_534, 65_535, 0, 1];
		expect(packets.map((packet) => header.stamp(packet, 0, 0))).toEqual(numbers);
		expect(packets.map((packet) => readRtp(packet).sequenceNumber)).toEqual(numbers);
		expect(header.nextSequenceNumber).toBe(2);
	});

	it("asks for a playout delay of 0 to 10 ms: Chromium's low-delay renderer needs a maximum above 0", () => {
		const { extensions } = readRtp(packetOf(headerWith({ playoutDelay: IDS.playoutDelay })));
		// The fields are 12 bits each, in steps of 10 ms.
		const fields = extensions.get(IDS.playoutDelay)!.readUIntBE(0, 3);
		expect({ leastMs: (fields >> 12) * 10, greatestMs: (fields & 0xfff) * 10 }).toEqual({
			leastMs: 0,
			greatestMs: 10,
		});
	});

	it("writes the offered extensions and stamps those of the moment in place", () => {
		const header = headerWith(IDS);
		const packet = packetOf(header);
		header.stamp(packet, 0x1234, 64 + 1.5);
		const { extensions, payload } = readRtp(packet);
		expect(payload).toHaveLength(0);
		expect(extensions.get(IDS.transportCc)?.readUInt16BE(0)).toBe(0x1234);
		// 24 bits, 6 of them whole seconds: the time wraps after 64 s.
		expect(extensions.get(IDS.absSendTime)?.readUIntBE(0, 3)).toBe(1.5 * 2 ** 18);
		expect(extensions.get(IDS.mid)?.toString()).toBe("v0");
		expect(extensions.size).toBe(4);
	});

	it("writes no extension block when nothing was offered, and refuses ids of the two-byte form", () => {
		expect(headerWith({}).byteLength).toBe(12);
		expect(() => headerWith({ mid: 15 })).toThrow(RangeError);
	});
});
