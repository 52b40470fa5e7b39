import { expect, it } from "vitest";
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } from "werift";
import type { ClientMediaPacket } from "../media/client-media.ts";
import { monotonicSec } from "../media/clock.ts";
import { joinAnnexB } from "../media/h264.ts";
import { FULL_ACCESS } from "./access.ts";
import { encodedPacket } from "./h264-clip.cases.ts";
import { hubOptions } from "./hub-options.cases.ts";
import { until } from "./receiving-peer.cases.ts";
import { SessionHub } from "./session-hub.ts";

const TICKS = 960;

const H264 = new RTCRtpCodecParameters({
	mimeType: "video/H264",
	clockRate: 90_000,
	rtcpFeedback: [{ type: "nack" }, { type: "nack", parameter: "pli" }],
	parameters: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
});
const OPUS = new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48_000, channels: 2 });

/** A peer that watches, and sends `track`; `sendrecv`: it also receives, in the same section. */
async function connectPeer(
	hub: SessionHub,
	track: MediaStreamTrack,
	direction: "sendonly" | "sendrecv" = "sendonly",
): Promise<RTCPeerConnection> {
	const codecs = { video: [H264], audio: [OPUS] };
	const peer = new RTCPeerConnection({ iceServers: [], iceUseIpv6: false, codecs });
	if (track.kind !== "video" || direction === "sendonly") peer.addTransceiver("video", { direction: "recvonly" });
	peer.addTransceiver(track, { direction });
	peer.createDataChannel("control");
	await peer.setLocalDescription(await peer.createOffer());
	const { answer } = await hub.open(peer.localDescription!.sdp, { door: "whep", access: FULL_ACCESS });
	await peer.setRemoteDescription({ type: "answer", sdp: answer });
	await until("the connection", () => peer.connectionState === "connected");
	return peer;
}

function openHub(): { hub: SessionHub; packets: ClientMediaPacket[] } {
	const sound = () => "separate" as const;
	const hub = new SessionHub(hubOptions({ bindAddress: "127.0.0.1", received: ["audio", "video"], sound }));
	const packets: ClientMediaPacket[] = [];
	hub.on("session", (session) => session.on("media", (packet) => packets.push(packet)));
	return { hub, packets };
}

it("takes the Opus of another WebRTC library through libdatachannel, and sends in the same section", async () => {
	const { hub, packets } = openHub();
	const track = new MediaStreamTrack({ kind: "audio" });
	const ours = { kind: "sound", data: Uint8Array.of(0xf8, 0xff, 0xfe), mediaTimeSec: 0, begins: false } as const;
	let rtpTicks = 0;
	hub.on("session", (session) => {
		const timer = setInterval(() => {
			rtpTicks += TICKS;
			session.sendSound({ ...ours, rtpTicks, dueSec: monotonicSec() });
		}, 20);
		void session.closed.then(() => clearInterval(timer));
	});
	const peer = await connectPeer(hub, track, "sendrecv");
	let heard = 0;
	peer.getTransceivers()[1]!.receiver.track.onReceiveRtp.subscribe(() => heard++);
	let sequenceNumber = 65_530;
	const timer = setInterval(() => {
		sequenceNumber = (sequenceNumber + 1) & 0xffff;
		const timestamp = sequenceNumber * TICKS;
		const header = new RtpHeader({ sequenceNumber, timestamp, payloadType: 96, version: 2 });
		track.writeRtp(new RtpPacket(header, Buffer.from([0xf8, 0xff, 0xfe, sequenceNumber & 0xff])));
	}, 10);
	await until("packets both ways", () => packets.length >= 20 && heard >= 10);
	clearInterval(timer);
	expect(new Set(packets.map(({ kind, codec }) => `${kind} ${codec}`))).toEqual(new Set(["audio opus"]));
	const numbers = packets.map(({ data }) => data[3]!);
	expect(numbers.every((number, index) => index === 0 || number === ((numbers[index - 1]! + 1) & 0xff))).toBe(true);
	await peer.close();
	await hub.close();
});

it.each([
	["a section of its own", "sendonly"],
	["the view's section", "sendrecv"],
] as const)("asks the other library for a key frame, and takes its H.264 in %s", async (_name, direction) => {
	const { hub, packets } = openHub();
	const picture = joinAnnexB([Uint8Array.of(0x67, 1), Uint8Array.of(0x68, 1), Uint8Array.of(0x65, 1)]);
	let sent = 0;
	hub.on("session", (session) => {
		const timer = setInterval(() => session.sendVideo(encodedPacket(picture, true, sent++ * 3000)), 20);
		void session.closed.then(() => clearInterval(timer));
	});
	const track = new MediaStreamTrack({ kind: "video" });
	const peer = await connectPeer(hub, track, direction);
	let asked = 0;
	peer.getTransceivers()
		.at(-1)!
		.sender.onPictureLossIndication.subscribe(() => asked++);
	let seen = 0;
	peer.getTransceivers()[0]!.receiver.tracks[0]!.onReceiveRtp.subscribe(() => seen++);
	let sequenceNumber = 100;
	let frame = 0;
	const timer = setInterval(() => {
		frame++;
		const slice = Buffer.from([asked > 0 ? 0x65 : 0x61, 0x88, 0x80, 0x01]);
		const units = asked > 0 ? [Buffer.from([0x67, 0x42, 0xe0, 0x1f]), Buffer.from([0x68, 0xce]), slice] : [slice];
		for (const unit of units) {
			const marker = unit === slice;
			const timestamp = frame * 3000;
			const header = new RtpHeader({ sequenceNumber, timestamp, payloadType: 96, version: 2, marker });
			track.writeRtp(new RtpPacket(header, unit));
			sequenceNumber++;
		}
	}, 20);
	await until("pictures both ways", () => packets.length > 0 && seen > 0);
	clearInterval(timer);
	expect(packets[0]).toMatchObject({ kind: "video", codec: "h264", keyframe: true });
	expect(asked).toBeGreaterThan(0);
	await peer.close();
	await hub.close();
});
