import { describe, expect, it } from "vitest";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { FULL_ACCESS } from "./access.ts";
import { FakeTransport } from "./fake-transport.cases.ts";
import { hubOptions } from "./hub-options.cases.ts";
import { chromiumOffer, codecLines } from "./offers.cases.ts";
import { parseRtcp, writeSenderReport } from "./rtcp.ts";
import { RtpHeader } from "./rtp-header.ts";
import { isRtcp } from "./rtp-reader.cases.ts";
import { parseOffer } from "./sdp-offer.ts";
import { SessionHub } from "./session-hub.ts";

const THEIRS = 4242;
/** An offer whose first section is a microphone's. */
const WITH_MICROPHONE = chromiumOffer({ audio: true }).replace("a=recvonly", "a=sendonly");
/** The same, in which the client listens, too. */
const BOTH_WAYS = WITH_MICROPHONE.replace("a=sendonly", "a=sendrecv");
/** An offer whose last section is a camera's. */
const WITH_CAMERA = (() => {
	const [head, video = "", data] = chromiumOffer().split(/(?=^m=)/m);
	const camera = video.replace("a=mid:0", "a=mid:2").replace("a=recvonly", "a=sendonly");
	return [head!.replace("BUNDLE 0 1", "BUNDLE 0 1 2"), video, data, camera].join("");
})();
const having = (received: readonly ("audio" | "video")[], sound = false) => ({ sound, cameras: 0, received });
const read = (offer: string, received: readonly ("audio" | "video")[], sound = false) =>
	parseOffer(offer, undefined, undefined, having(received, sound));

describe("an offer of media to the server", () => {
	it("is refused unless the server wants that kind", () => {
		expect(read(WITH_MICROPHONE, [])).toMatchObject({ received: [], refused: [{ mid: "0", kind: "audio" }] });
		expect(read(WITH_MICROPHONE, ["video"]).received).toEqual([]);
		expect(read(WITH_MICROPHONE, ["audio"])).toMatchObject({
			received: [{ mid: "0", kind: "audio", codec: "opus", payloadType: 111 }],
			refused: [],
		});
	});

	it("leaves the view its section, and takes a camera's beside it", () => {
		const { video, received, refused } = read(WITH_CAMERA, ["audio", "video"]);
		expect(video?.mid).toBe("0");
		expect(received).toMatchObject([{ mid: "2", kind: "video", codec: "h264" }]);
		expect([...received[0]!.feedback]).toEqual(["nack", "nack pli"]);
		expect(refused).toEqual([]);
		expect(read(WITH_CAMERA, []).refused).toMatchObject([{ mid: "2", kind: "video" }]);
	});

	it("comes in the view's own section and format where that is offered both ways, or else in a further one", () => {
		const offer = chromiumOffer({ direction: "sendrecv", others: codecLines("VP9", 98) });
		const { video, received } = read(offer, ["audio", "video"]);
		const { mid, payloadType, rtxPayloadType } = video!;
		expect(received).toMatchObject([{ kind: "video", codec: "h264", mid, payloadType, rtxPayloadType }]);
		// Chromium waits for such feedback about what it sends, too.
		expect([video!.extensions.transportCc, video!.feedback.has("transport-cc")]).toEqual([undefined, false]);
		expect(video!.feedback.has("goog-remb")).toBe(true);
		expect(read(offer, ["audio"])).toMatchObject({ received: [], video: { extensions: { transportCc: 4 } } });
		// Pictures of VP9 are sent and not taken.
		expect(parseOffer(offer, undefined, ["vp9"], having(["video"])).received).toEqual([]);
		for (const view of ["recvonly", "sendrecv"]) {
			const further = WITH_CAMERA.replace("a=sendonly", "a=sendrecv").replace("a=recvonly", `a=${view}`);
			const beside = parseOffer(further, undefined, undefined, { ...having(["video"]), cameras: 2 });
			expect(beside).toMatchObject({ video: { mid: "0" }, received: [{ mid: "2" }], cameras: [], refused: [] });
		}
	});

	it("carries sound both ways in a section that is offered so, where both are wanted", () => {
		expect(read(BOTH_WAYS, ["audio"], true)).toMatchObject({ sound: { mid: "0" }, received: [{ mid: "0" }] });
		expect(read(BOTH_WAYS, [], true)).toMatchObject({ sound: { mid: "0" }, received: [] });
		expect(read(BOTH_WAYS, ["audio"], false)).toMatchObject({ sound: undefined, received: [{ mid: "0" }] });
	});

	it("is refused without a view", () => {
		const offer = chromiumOffer({ audio: true, video: false }).replace("a=recvonly", "a=sendonly");
		expect(read(offer, ["audio"])).toMatchObject({ received: [], refused: [{ mid: "0" }] });
	});
});

describe("a session that receives media", () => {
	async function open(access = FULL_ACCESS, offer = WITH_MICROPHONE) {
		const transport = new FakeTransport();
		const hub = new SessionHub(
			hubOptions({ createTransport: () => transport, received: ["audio", "video"], sound: () => "separate" }),
		);
		const { session, answer } = await hub.open(offer, { door: "whep", access });
		return { hub, transport, session, answer };
	}

	it("answers that it also sends, where the section carries both", async () => {
		const { hub, answer, session } = await open(FULL_ACCESS, BOTH_WAYS);
		const section = answer.slice(answer.indexOf("m=audio"), answer.indexOf("m=video"));
		expect(section).toContain("a=sendrecv\r\n");
		expect(section).toMatch(/a=fmtp:111 .*stereo=1/);
		expect([[...session.receives], session.hasSound]).toEqual([["audio"], true]);
		await hub.close();
	});

	it("answers that pictures flow both ways in the view's section, at a bounded rate from the client", async () => {
		const { hub, answer, session } = await open(FULL_ACCESS, chromiumOffer({ direction: "sendrecv" }));
		const section = answer.slice(answer.indexOf("m=video"), answer.indexOf("m=application"));
		expect(section.match(/^(?:m=|[cb]=|a=(?:sendonly|recvonly|sendrecv|rtpmap)).*/gm)).toEqual([
			"m=video 9 UDP/TLS/RTP/SAVPF 116 117 61",
			"c=IN IP4 0.0.0.0",
			"b=TIAS:4000000",
			"a=sendrecv",
			"a=rtpmap:116 H264/90000",
			"a=rtpmap:117 rtx/90000",
			"a=rtpmap:61 flexfec-03/90000",
		]);
		expect([...session.receives]).toEqual(["video"]);
		await hub.close();
	});

	it("answers that it only receives, in the format that was chosen", async () => {
		const { hub, answer, session } = await open();
		const section = answer.slice(answer.indexOf("m=audio"), answer.indexOf("m=video"));
		expect(section.match(/^(?:m=|a=(?:rtpmap|fmtp|extmap|sendonly|recvonly)).*/gm)).toEqual([
			"m=audio 9 UDP/TLS/RTP/SAVPF 111",
			"a=recvonly",
			"a=rtpmap:111 opus/48000/2",
			"a=fmtp:111 minptime=10;useinbandfec=1",
		]);
		expect([...session.receives]).toEqual(["audio"]);
		await hub.close();
	});

	it("takes none from a viewer who may only watch", async () => {
		const { hub, answer, session } = await open(new Set(["watch"]));
		expect(answer.slice(answer.indexOf("m=audio"), answer.indexOf("m=video"))).toContain("a=inactive");
		expect(session.receives.size).toBe(0);
		await hub.close();
	});

	it("emits each packet of Opus, and reports to its sender", async () => {
		const { hub, transport, session } = await open();
		const packets: ClientMediaPacket[] = [];
		session.on("media", (packet) => packets.push(packet));
		transport.emit("connected");
		const header = new RtpHeader({ ssrc: THEIRS, payloadType: 111, extensions: {}, firstSequenceNumber: 9 });
		const send = (rtpTicks: number) => {
			const packet = Buffer.alloc(header.byteLength + 2, 7);
			header.write(packet, 0, rtpTicks);
			header.stamp(packet, 0, 0);
			transport.emit("media", "0", packet);
		};
		send(960);
		const times = { wallClockSec: 1e9, rtpTicks: 960, packetsSent: 1, payloadBytesSent: 2 };
		transport.emit("media", "0", writeSenderReport({ ssrc: THEIRS, cname: "them", ...times }));
		send(1920);
		expect(packets).toMatchObject([
			{ kind: "audio", codec: "opus", keyframe: true, rtpTicks: 960, data: Uint8Array.of(7, 7) },
			{ rtpTicks: 1920 },
		]);
		expect(packets[1]!.capturedSec).toBeLessThanOrEqual(packets[1]!.receivedSec);
		const reports = () => transport.sent.filter(isRtcp).flatMap((packet) => parseRtcp(packet));
		await expect.poll(() => reports().map(({ type }) => type), { timeout: 20_000 }).toContain("receiverReport");
		await hub.close();
	});
});
