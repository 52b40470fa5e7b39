import { describe, expect, it } from "vitest";
import type { EncodedSound } from "../media/encoded-packet.ts";
import { HUB_LIMITS } from "../server/serve-limits.ts";
import { GccController } from "./congestion/gcc-controller.ts";
import { FakeTransport } from "./fake-transport.cases.ts";
import { encodedPacket } from "./h264-clip.cases.ts";
import { chromiumOffer } from "./offers.cases.ts";
import { RtcSession } from "./rtc-session.ts";
import { isRtcp, readRtp } from "./rtp-reader.cases.ts";
import { type AnsweredSound, completeAnswer } from "./sdp-answer.ts";
import { parseOffer } from "./sdp-offer.ts";

const TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
const VIDEO_SSRC = 1000;
const SOUND_SSRC = 1003;

/** Chromium's offer, whose sound has the lines that matter. */
const offered = chromiumOffer({ audio: true }).replace(
	"a=rtpmap:111 opus/48000/2",
	[
		"a=rtpmap:111 opus/48000/2",
		"a=rtcp-fb:111 transport-cc",
		"a=fmtp:111 minptime=10;useinbandfec=1",
		`a=extmap:4 ${TRANSPORT_CC}`,
	].join("\r\n"),
);
const withSound = (offer: string) => parseOffer(offer, undefined, undefined, { sound: true, cameras: 0 });

function answered(offer: string, isSynchronized = true): AnsweredSound {
	const { sound } = withSound(offer);
	if (sound === undefined) throw new Error("The offer has no sound.");
	return { offered: sound, ssrc: SOUND_SSRC, cname: "panogaze", isSynchronized };
}

/** The section of sound in the answer to an offer. */
function soundOf(offer: string, isSynchronized?: boolean): string {
	const { video, refused } = withSound(offer);
	const answer = completeAnswer(offer, {
		video: video && { offered: video, ssrc: VIDEO_SSRC, rtxSsrc: 1001, fecSsrc: 1002, cname: "panogaze" },
		sound: answered(offer, isSynchronized),
		refused,
	});
	return answer.slice(answer.indexOf("m=audio"), answer.indexOf("m=video"));
}

describe("an offer with sound", () => {
	it("is answered with the Opus that it offers, in stereo, and with what it offers beside it", () => {
		const section = soundOf(offered);
		expect(section).toContain("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n");
		expect(section.match(/a=(?:rtpmap|fmtp|rtcp-fb|extmap|sendonly|recvonly).*/g)).toEqual([
			"a=sendonly",
			`a=extmap:4 ${TRANSPORT_CC}`,
			"a=rtpmap:111 opus/48000/2",
			"a=rtcp-fb:111 transport-cc",
			"a=fmtp:111 minptime=10;stereo=1;sprop-stereo=1;useinbandfec=1",
		]);
		expect(section).toContain(`a=ssrc:${SOUND_SSRC} cname:panogaze\r\n`);
	});

	it("names the media stream of the pictures only where sound is to be in step with them", () => {
		expect(soundOf(offered, true)).toContain("a=msid:panogaze sound\r\n");
		expect(soundOf(offered, false)).toContain("a=msid:panogaze-sound sound\r\n");
	});

	it.each([
		["there is no sound to send", parseOffer(offered)],
		["it has no Opus", withSound(offered.replace("opus/48000/2", "PCMU/8000"))],
		["it would only send", withSound(offered.replace("a=recvonly", "a=sendonly"))],
		["its payload type is one of RTCP", withSound(offered.replaceAll("111", "72"))],
	])("gets none where %s", (_, { sound, refused, video }) => {
		expect(sound).toBeUndefined();
		expect(refused).toMatchObject([{ mid: "0", kind: "audio" }]);
		expect(video).toBeDefined();
	});

	it("gets none without video", () => {
		const { sound, refused } = withSound(chromiumOffer({ audio: true, video: false }));
		expect([sound, refused.length]).toEqual([undefined, 1]);
	});
});

/** Seconds since 1900 in the middle 64 bits of a sender report, and its RTP time. */
function readReport(packet: Buffer): { readonly ssrc: number; readonly ntpSec: number; readonly rtpTicks: number } {
	return {
		ssrc: packet.readUInt32BE(4),
		ntpSec: packet.readUInt32BE(8) + packet.readUInt32BE(12) / 2 ** 32,
		rtpTicks: packet.readUInt32BE(16),
	};
}

describe("a session with sound", () => {
	function setUp() {
		const offer = withSound(offered);
		const transport = new FakeTransport();
		const clock = { sec: 5000 };
		const session = new RtcSession({
			id: "id",
			transport,
			video: { offered: offer.video!, ssrc: VIDEO_SSRC, rtxSsrc: 1001, fecSsrc: 1002, cname: "panogaze" },
			sound: answered(offered),
			dataChannels: true,
			remoteCandidates: offer.candidates,
			bitrate: { minBps: 300_000, startBps: 5_000_000, maxBps: 10_000_000 },
			limits: HUB_LIMITS,
			createController: (limits) => new GccController(limits),
			paceTimer: { wake: () => {}, cancel: () => {} },
			nowSec: () => clock.sec,
		});
		const sound = (dueSec: number, begins = false): EncodedSound => ({
			kind: "sound",
			data: Uint8Array.of(0xfc, 1, 2, 3),
			rtpTicks: Math.round(dueSec * 48_000) % 2 ** 32,
			dueSec,
			mediaTimeSec: Number.NaN,
			begins,
		});
		return { transport, session, clock, sound };
	}
	const ofSound = (transport: FakeTransport) =>
		transport.rtp.filter((packet) => packet.readUInt32BE(8) === SOUND_SSRC).map(readRtp);

	it("sends its packets at once, in order, with transport-wide numbers, and marks the first after silence", () => {
		const { transport, session, sound } = setUp();
		expect(session.hasSound).toBe(true);
		session.sendSound(sound(5000, true));
		expect(transport.sent).toEqual([]);
		transport.emit("connected");
		session.sendSound(sound(5000.02, true));
		session.sendSound(sound(5000.04));
		const [first, second] = ofSound(transport);
		expect(first).toMatchObject({ payloadType: 111, marker: true, timestamp: 240_000_960 });
		expect(second).toMatchObject({ marker: false, sequenceNumber: (first!.sequenceNumber + 1) & 0xffff });
		expect([...second!.payload]).toEqual([0xfc, 1, 2, 3]);
		expect(session.stats().packetsSent).toBe(2);
		session.close("over");
	});

	it("puts sound and pictures on one wall clock: what was drawn when a sample was due is shown with it", () => {
		const { transport, session, clock, sound } = setUp();
		transport.emit("connected");
		clock.sec = 5001;
		const packet = encodedPacket(Uint8Array.of(0, 0, 0, 1, 0x65, 1), true, 900_000);
		// Drawn at 5000.97, and sent 30 ms later: a slow encoder delays no lips.
		session.sendVideo({ ...packet, stages: { ...packet.stages, drawStartSec: 5000.97 } });
		session.sendSound(sound(5001.04));
		clock.sec = 5001.2;
		session.housekeep(clock.sec);
		const reports = transport.sent.filter((each) => isRtcp(each) && each[1] === 200).map(readReport);
		const [ofVideo, ofAudio] = [VIDEO_SSRC, SOUND_SSRC].map((ssrc) => reports.find((each) => each.ssrc === ssrc)!);
		const drawnNtp = ofVideo!.ntpSec + (900_000 - ofVideo!.rtpTicks) / 90_000;
		const dueNtp = ofAudio!.ntpSec + (5001.04 * 48_000 - ofAudio!.rtpTicks) / 48_000;
		expect(dueNtp - drawnNtp).toBeCloseTo(0.07, 4);
		session.close("over");
	});

	it("lets pictures wait for the sound of a file while there is some, and no longer", () => {
		const { transport, session, clock, sound } = setUp();
		transport.emit("connected");
		/** Greatest delay that a picture may have, steps of 10 ms. */
		const mostDelay = () => {
			session.sendVideo(encodedPacket(Uint8Array.of(0, 0, 0, 1, 0x65, 1), true, clock.sec * 90_000));
			const packet = transport.rtp.map(readRtp).findLast(({ ssrc }) => ssrc === VIDEO_SSRC);
			return packet?.extensions.get(5)?.[2];
		};
		expect(mostDelay()).toBe(1);
		clock.sec += 0.1;
		session.sendSound(sound(clock.sec));
		expect(mostDelay()).toBe(50);
		clock.sec += 3;
		session.housekeep(clock.sec);
		expect(mostDelay()).toBe(1);
		session.close("over");
	});

	it("leaves the encoder of pictures less by the rate of its sound", () => {
		const { transport, session, clock, sound } = setUp();
		transport.emit("connected");
		const before = session.stats().targetBitrateBps;
		for (let packet = 0; packet < 400; packet++) {
			clock.sec += 0.01;
			session.sendSound({ ...sound(clock.sec), data: new Uint8Array(200) });
			if (packet % 20 === 0) session.housekeep(clock.sec);
		}
		expect(before - session.stats().targetBitrateBps).toBeGreaterThan(120_000);
		session.close("over");
	});
});
