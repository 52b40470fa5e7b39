import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket } from "werift";
import { decodeOpus, toneLevel } from "../src/sound/opus-decoder.cases.ts";
import { voicePackets } from "../src/sound/voice-packets.cases.ts";
import { Camera } from "./support/camera.ts";
import { serversOfEachTest } from "./support/test-server.ts";
import { until } from "./support/werift-viewer.ts";

const start = serversOfEachTest();
const OPUS = new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48_000, channels: 2 });
const H264 = new RTCRtpCodecParameters({
	mimeType: "video/H264",
	clockRate: 90_000,
	parameters: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
});

/** A viewer whose one section of sound goes both ways, and the Opus packets that it gets. */
async function join(url: string) {
	const peer = new RTCPeerConnection({ iceServers: [], codecs: { video: [H264], audio: [OPUS] } });
	const microphone = new MediaStreamTrack({ kind: "audio" });
	const heard: Buffer[] = [];
	peer.addTransceiver("video", { direction: "recvonly" });
	const { receiver } = peer.addTransceiver(microphone, { direction: "sendrecv" });
	const messages: Record<string, unknown>[] = [];
	const control = peer.createDataChannel("control");
	control.onMessage.subscribe((data) => messages.push(JSON.parse(String(data)) as Record<string, unknown>));
	await peer.setLocalDescription(await peer.createOffer());
	const headers = { "content-type": "application/sdp" };
	const response = await fetch(new URL("whep", url), { method: "POST", headers, body: peer.localDescription!.sdp });
	expect(response.status).toBe(201);
	await peer.setRemoteDescription({ type: "answer", sdp: await response.text() });
	await until(() => control.readyState === "open", "the channel");
	receiver.track.onReceiveRtp.subscribe(({ payload }) => heard.push(payload));
	const tell = (message: object) => control.send(JSON.stringify(message));
	tell({ type: "hello", v: 1 });
	await until(() => messages.some(({ type }) => type === "sound"), "the statement about sound");
	return { peer, microphone, heard, messages, tell };
}

it("lets viewers hear each other's microphones beside a source without sound, with their consent", async () => {
	const directory = mkdtempSync(joinPath(tmpdir(), "panogaze-voices-"));
	onTestFinished(() => rmSync(directory, { recursive: true }));
	const record = { directory, consent: "ask" } as const;
	const server = await start({ source: new Camera(), media: { relay: ["audio"] }, record });
	let taken = 0;
	server.on("join", (viewer) => viewer.on("media", () => taken++));
	const [talker, listener, other] = await Promise.all([1, 2, 3].map(() => join(server.urls[0]!)));
	const welcome = listener!.messages.find(({ type }) => type === "welcome");
	expect(welcome).toMatchObject({ media: { takes: ["audio"], relays: ["audio"] } });
	const said = listener!.messages.find(({ type }) => type === "sound");
	expect(said).toEqual({ type: "sound", available: false, on: false, voices: true });
	talker!.tell({ type: "sound", on: true, voices: true });
	listener!.tell({ type: "sound", on: true, voices: true });
	other!.tell({ type: "sound", on: true });
	const packets = voicePackets(50);
	let sent = 0;
	const beginMs = performance.now();
	// As many as there have been in the time: a busy machine calls back late.
	const timer = setInterval(() => {
		for (; sent * 20 <= performance.now() - beginMs; sent++) {
			const header = new RtpHeader({ sequenceNumber: sent, timestamp: sent * 960, payloadType: 96, version: 2 });
			talker!.microphone.writeRtp(new RtpPacket(header, Buffer.from(packets[sent % 50]!.data)));
		}
	}, 20);
	onTestFinished(() => clearInterval(timer));
	const level = (heard: Buffer[]) => toneLevel(decodeOpus(heard.slice(-40))[0].slice(960), 500);
	const isHeard = () => listener!.heard.length > 25 && level(listener!.heard) > 0.1;
	await until(() => taken > 60, "the voice");
	expect(listener!.heard.length < 2 || level(listener!.heard) < 0.01).toBe(true);
	talker!.tell({ type: "consent", given: true });
	await until(isHeard, "the tone");
	// Silence at most, which is sent for a quarter of a second.
	for (const { heard } of [talker!, other!]) expect(heard.length < 2 || level(heard) < 0.01).toBe(true);
	await Promise.all([talker, listener, other].map((viewer) => viewer!.peer.close()));
});
