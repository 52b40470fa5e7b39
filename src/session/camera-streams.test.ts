import { describe, expect, it } from "vitest";
import { HUB_LIMITS } from "../server/serve-limits.ts";
import { GccController } from "./congestion/gcc-controller.ts";
import { FakeTransport } from "./fake-transport.cases.ts";
import { encodedPacket } from "./h264-clip.cases.ts";
import { chromiumOffer, codecLines, h264Lines } from "./offers.cases.ts";
import { RtcSession } from "./rtc-session.ts";
import { pliPacket, receiverReport } from "./rtcp-packets.cases.ts";
import { readRtp } from "./rtp-reader.cases.ts";
import { completeAnswer } from "./sdp-answer.ts";
import { parseOffer } from "./sdp-offer.ts";

const HIGH = h264Lines(120, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=640c1f");
const MAIN = h264Lines(116, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f");
const VIEW_SSRC = 1000;
const CAMERA_SSRC = 1004;

/** Chromium's offer with further sections of video, named cam0 and so on. */
function offerWith(cameras: number, others: readonly string[] = []): string {
	const offer = chromiumOffer({ h264: [...MAIN, ...HIGH], others });
	const [head = "", ...sections] = offer.split(/(?=^m=)/m);
	const video = sections.find((section) => section.startsWith("m=video"))!;
	const further = Array.from({ length: cameras }, (_, index) => video.replace("a=mid:0", `a=mid:cam${index}`));
	return [head, ...sections, ...further].join("");
}
const parsed = (offer: string, cameras: number) => parseOffer(offer, undefined, undefined, { sound: false, cameras });
const numbersFrom = (ssrc: number) => ({ ssrc, rtxSsrc: ssrc + 1, fecSsrc: ssrc + 2, cname: "panogaze" });

describe("an offer with further sections of video", () => {
	it("gets one for each camera that there is, in the highest profile, and the others inactive", () => {
		const { video, cameras, refused } = parsed(offerWith(3), 2);
		expect(video).toMatchObject({ mid: "0", payloadType: 116, mostProfile: "main" });
		expect(cameras).toMatchObject([
			{ mid: "cam0", payloadType: 120, mostProfile: "high" },
			{ mid: "cam1", payloadType: 120, mostProfile: "high" },
		]);
		expect(refused).toMatchObject([{ mid: "cam2", kind: "video" }]);
		expect(parsed(offerWith(1), 0)).toMatchObject({ cameras: [], refused: [{ mid: "cam0" }] });
	});

	it("gets H.264 for cameras also where the view has another codec, as long as it may be sent", () => {
		const having = { sound: false, cameras: 1 };
		const offer = offerWith(1, codecLines("VP9", 98, "profile-id=0"));
		const { video, cameras } = parseOffer(offer, undefined, ["vp9", "h264"], having);
		expect([video, cameras[0]]).toMatchObject([
			{ format: { codec: "vp9" } },
			{ payloadType: 120, format: { codec: "h264" } },
		]);
		expect(parseOffer(offer, undefined, ["vp9", "vp8"], having).cameras).toMatchObject([
			{ format: { codec: "vp9" } },
		]);
	});

	it("is answered with a media stream of its own for each", () => {
		const offer = offerWith(2);
		const { video, cameras, refused } = parsed(offer, 1);
		const answer = completeAnswer(offer, {
			video: { offered: video!, ...numbersFrom(VIEW_SSRC) },
			cameras: cameras.map((offered) => ({ offered, ...numbersFrom(CAMERA_SSRC) })),
			refused,
		});
		const [, view, , camera, idle] = answer.split(/(?=^m=)/m);
		expect(view).toContain("a=msid:panogaze video\r\n");
		expect(camera).toContain("m=video 9 UDP/TLS/RTP/SAVPF 120 121 61\r\n");
		expect(camera).toContain("a=sendonly\r\n");
		expect(camera).toContain("a=msid:panogaze-camera-cam0 camera-cam0\r\n");
		expect(camera).toContain(`a=ssrc-group:FID ${CAMERA_SSRC} ${CAMERA_SSRC + 1}\r\n`);
		expect(idle).toContain("a=inactive\r\n");
	});
});

function setUp() {
	const { video, cameras, candidates } = parsed(offerWith(1), 1);
	const transport = new FakeTransport();
	const clock = { sec: 5000 };
	const session = new RtcSession({
		id: "id",
		transport,
		video: { offered: video!, ...numbersFrom(VIEW_SSRC) },
		cameras: cameras.map((offered) => ({ offered, ...numbersFrom(CAMERA_SSRC) })),
		dataChannels: true,
		remoteCandidates: candidates,
		bitrate: { minBps: 300_000, startBps: 5_000_000, maxBps: 10_000_000 },
		limits: HUB_LIMITS,
		createController: (limits) => new GccController(limits),
		paceTimer: { wake: () => {}, cancel: () => {} },
		nowSec: () => clock.sec,
	});
	const requests: string[] = [];
	session.on("keyframeRequest", () => requests.push("view"));
	session.on("cameraKeyframe", (mid) => requests.push(mid));
	const shares: number[] = [];
	session.on("camerasBitrate", (bitrateBps) => shares.push(bitrateBps));
	transport.emit("connected");
	return { session, transport, clock, requests, shares };
}
const picture = (bytes: number, keyframe = true) =>
	encodedPacket(
		Uint8Array.from([0, 0, 0, 1, keyframe ? 0x65 : 0x41, ...Array<number>(bytes).fill(7)]),
		keyframe,
		900,
	);

describe("a session with a camera", () => {
	it("sends the camera's pictures in a stream of their own, and counts them apart from the view's", () => {
		const { session, transport, clock } = setUp();
		expect(session.cameras).toMatchObject([{ mid: "cam0", mostProfile: "high" }]);
		const sent: string[] = [];
		session.on("frameSent", () => sent.push("view"));
		session.on("cameraFrameSent", (mid) => sent.push(mid));
		session.sendVideo(picture(100));
		session.sendCamera("cam0", picture(100));
		session.sendCamera("unknown", picture(100));
		clock.sec += 0.1;
		expect(sent).toEqual(["view", "cam0"]);
		expect(session.stats().framesSent).toBe(1);
		const streams = transport.rtp.map((packet) => [packet.readUInt32BE(8), readRtp(packet).payloadType]);
		expect(streams).toEqual([
			[VIEW_SSRC, 116],
			[CAMERA_SSRC, 120],
		]);
	});

	it("asks the stream that a receiver names for a key frame, and no other", () => {
		const { transport, clock, requests } = setUp();
		expect(requests.splice(0)).toEqual(["view", "cam0"]);
		clock.sec += 5;
		transport.emit("rtcp", pliPacket(CAMERA_SSRC));
		expect(requests.splice(0)).toEqual(["cam0"]);
		clock.sec += 5;
		transport.emit("rtcp", pliPacket(VIEW_SSRC));
		expect(requests).toEqual(["view"]);
	});

	it("subtracts the cameras' rate from the view's, and limits the cameras to a share of the path's", () => {
		const { session, transport, clock, shares } = setUp();
		const before = session.stats().targetBitrateBps;
		expect(before).toBe(5_000_000);
		for (let tick = 0; tick < 20; tick++) {
			// 800 kbit/s.
			for (let part = 0; part < 10; part++) {
				clock.sec += 0.01;
				session.sendCamera("cam0", picture(1000));
			}
			transport.emit("rtcp", receiverReport());
			session.housekeep(clock.sec);
		}
		const used = before - session.stats().targetBitrateBps;
		expect(used).toBeGreaterThan(600_000);
		expect(used).toBeLessThan(1_100_000);
		expect(shares[0]).toBe(0.3 * 5_000_000);
	});
});
