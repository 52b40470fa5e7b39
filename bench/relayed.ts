// What do the microphones and cameras of viewers cost where others hear and see them? Voices: the
// time of the one thread of sound for a second of them, each heard by every other viewer. A camera
// of 640x480, 30 pictures a second and 1.5 Mbit/s, from its packets up to where a session takes its
// pictures, as they are and drawn: the time of all threads.
import type { ClientMediaPacket } from "../src/media/client-media.ts";
import { monotonicSec } from "../src/media/clock.ts";
import { IDENTITY } from "../src/media/rotation.ts";
import { SharedHeap } from "../src/media/shared-heap.ts";
import { SoundRing } from "../src/media/sound-ring.ts";
import { encodeClip } from "../src/session/h264-clip.cases.ts";
import { ListenerMailbox } from "../src/sound/listener-mailbox.ts";
import { SoundMixer } from "../src/sound/sound-mixer.ts";
import { voicePackets } from "../src/sound/voice-packets.cases.ts";
import { Camera } from "../src/stream/cameras/camera.ts";
import { CameraTrack } from "../src/stream/cameras/camera-track.ts";
import { clientPictureForm } from "../src/stream/cameras/client-camera-feed.ts";
import { ClientCameraSource } from "../src/stream/cameras/client-camera-source.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { sleep } from "./moving-views.ts";

const SOUND_SECONDS = 20;
const CAMERA_SECONDS = 10;
const WARM_UP_SECONDS = 2;
const RATE = 30;

export async function run(): Promise<BenchRow[]> {
	const [silent, one, sixteen] = [voicesCost(0, 1), voicesCost(1, 1), voicesCost(16, 1)];
	const crowd = voicesCost(16, 17);
	const unseen = await cameraCost(undefined);
	const copied = await cameraCost("high");
	const drawn = await cameraCost("baseline");
	const unit = "% of a core";
	return [
		benchRow({ name: "listener-alone", value: silent, unit }),
		benchRow({ name: "first-voice", value: one - silent, unit: `${unit} more` }),
		benchRow({ name: "further-voice", value: (sixteen - one) / 15, unit: `${unit} more`, atMost: 1 }),
		benchRow({ name: "further-listener", value: (crowd - sixteen) / 16, unit: `${unit} more` }),
		benchRow({ name: "camera-copied", value: copied - unseen, unit: `${unit} more`, atMost: 2 }),
		benchRow({ name: "camera-drawn", value: drawn - unseen, unit: `${unit} more` }),
	];
}

/** Time of the thread for a second of sound, percent. */
function voicesCost(voices: number, listeners: number): number {
	using mixer = new SoundMixer(() => {});
	mixer.source = { ring: SoundRing.create("stereo").handle, worldFromSource: IDENTITY, live: true };
	for (let id = 0; id < listeners; id++) {
		const mailbox = new ListenerMailbox();
		mailbox.put({ ...mailbox.get(), voices: true });
		mixer.add(id, mailbox, `listener ${id}`);
	}
	const packets = voicePackets(50);
	const turn = (block: number) => {
		for (let voice = 0; block % 2 === 0 && voice < voices; voice++)
			mixer.addVoice(`voice ${voice}`, packets[(block / 2) % packets.length]!);
		mixer.turn(1000 + block / 100);
	};
	for (let block = 0; block < 100; block++) turn(block);
	const before = process.threadCpuUsage();
	for (let block = 100; block < 100 + SOUND_SECONDS * 100; block++) turn(block);
	const { user, system } = process.threadCpuUsage(before);
	return (user + system) / 1e4 / SOUND_SECONDS;
}

/** @param profile that the other viewer's client decodes; `undefined`: nobody sees the camera. */
async function cameraCost(profile: "baseline" | "high" | undefined): Promise<number> {
	const clip = encodeClip({ width: 640, height: 480, frames: RATE, bitrateBps: 1_500_000 });
	const packets = clip.map(({ accessUnit, keyframe }): ClientMediaPacket => {
		const times = { rtpTicks: 0, receivedSec: monotonicSec(), capturedSec: Number.NaN };
		return { kind: "video", codec: "h264", data: Uint8Array.from(accessUnit), keyframe, ...times };
	});
	const [first] = packets as [ClientMediaPacket];
	const form = clientPictureForm(first)!;
	// What can't be passed on is drawn.
	const passed = profile === "baseline" ? undefined : form.passed;
	const source = new ClientCameraSource(first, { ...form, passed }, () => {});
	const onNotice = (message: string) => console.error(message);
	const heap = new SharedHeap();
	await using camera = await Camera.create({
		...{ name: "bench", source, feed: source.feed, heap, keepRunning: true, onNotice },
	});
	await camera.runner.tryOut();
	const stream = { format: { codec: "h264", profile: "main" }, mostProfile: profile } as const;
	let pictures = 0;
	const send = () => void pictures++;
	const track =
		profile && new CameraTrack({ camera, stream, encoder: "software", send, onChange: () => {}, onNotice });
	if (track) track.rateBps = 20e6;
	let sent = 0;
	const beginSec = monotonicSec();
	const timer = setInterval(() => {
		for (; sent < (monotonicSec() - beginSec) * RATE; sent++) {
			const packet = { ...packets[sent % packets.length]!, receivedSec: monotonicSec() };
			source.add(packet, packet.keyframe ? { ...form, passed } : undefined);
		}
	}, 1000 / RATE);
	await sleep(WARM_UP_SECONDS);
	const before = process.cpuUsage();
	pictures = 0;
	await sleep(CAMERA_SECONDS);
	const { user, system } = process.cpuUsage(before);
	clearInterval(timer);
	track?.end();
	if (track && pictures < (CAMERA_SECONDS * RATE) / 2) console.error(`Only ${pictures} pictures were sent.`);
	return (user + system) / 1e4 / CAMERA_SECONDS;
}
