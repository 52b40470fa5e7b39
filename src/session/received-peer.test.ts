import { expect, it } from "vitest";
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } from "werift";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { FULL_ACCESS } from "./access.ts";
import { hubOptions } from "./hub-options.cases.ts";
import { until } from "./receiving-peer.cases.ts";
import { SessionHub } from "./session-hub.ts";

const TICKS = 960;

it("takes the Opus of another WebRTC library through libdatachannel", async () => {
	const hub = new SessionHub(hubOptions({ bindAddress: "127.0.0.1", received: ["audio"] }));
	const packets: ClientMediaPacket[] = [];
	hub.on("session", (session) => session.on("media", (packet) => packets.push(packet)));
	const peer = new RTCPeerConnection({
		iceServers: [],
		iceUseIpv6: false,
		codecs: {
			video: [
				new RTCRtpCodecParameters({
					mimeType: "video/H264",
					clockRate: 90_000,
					rtcpFeedback: [{ type: "nack", parameter: "pli" }],
					parameters: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
				}),
			],
			audio: [new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48_000, channels: 2 })],
		},
	});
	const track = new MediaStreamTrack({ kind: "audio" });
	peer.addTransceiver("video", { direction: "recvonly" });
	peer.addTransceiver(track, { direction: "sendonly" });
	peer.createDataChannel("control");
	await peer.setLocalDescription(await peer.createOffer());
	const { answer } = await hub.open(peer.localDescription!.sdp, { door: "whep", access: FULL_ACCESS });
	await peer.setRemoteDescription({ type: "answer", sdp: answer });
	await until("the connection", () => peer.connectionState === "connected");
	let sequenceNumber = 65_530;
	const timer = setInterval(() => {
		sequenceNumber = (sequenceNumber + 1) & 0xffff;
		const header = new RtpHeader({
			sequenceNumber,
			timestamp: sequenceNumber * TICKS,
			payloadType: 96,
			version: 2,
		});
		track.writeRtp(new RtpPacket(header, Buffer.from([0xf8, 0xff, 0xfe, sequenceNumber & 0xff])));
	}, 10);
	await until("twenty packets", () => packets.length >= 20);
	clearInterval(timer);
	expect(new Set(packets.map(({ kind, codec }) => `${kind} ${codec}`))).toEqual(new Set(["audio opus"]));
	const numbers = packets.map(({ data }) => data[3]!);
	expect(numbers.every((number, index) => index === 0 || number === ((numbers[index - 1]! + 1) & 0xff))).toBe(true);
	await peer.close();
	await hub.close();
});
