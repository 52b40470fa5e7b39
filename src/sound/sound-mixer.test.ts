import { describe, expect, it } from "vitest";
import type { EncodedSound } from "../media/encoded-packet.ts";
import { IDENTITY, type Quaternion, quaternionFromAngles } from "../media/rotation.ts";
import { SOUND_HZ, type SoundLayout, SoundRing } from "../media/sound-ring.ts";
import { harmonicsOf } from "./ambisonics.ts";
import { ListenerMailbox, SOUND_BPS } from "./listener-mailbox.ts";
import { decodeOpus, toneLevel } from "./opus-decoder.cases.ts";
import { SoundMixer } from "./sound-mixer.ts";
import { voicePackets } from "./voice-packets.cases.ts";

const BEGIN_SEC = 1000;
const tone = (level: number, seconds = 2, hz = 500) =>
	Float32Array.from({ length: seconds * SOUND_HZ }, (_, n) => level * Math.sin((2 * Math.PI * hz * n) / SOUND_HZ));
const turned = (yawDeg: number) => quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 });

/** A mixer with one listener and a ring, whose media time 0 is due at `BEGIN_SEC`. */
function setUp(layout: SoundLayout, { live = false, worldFromSource = IDENTITY as Quaternion } = {}) {
	const ring = SoundRing.create(layout);
	ring.offsetSec = BEGIN_SEC;
	const packets: EncodedSound[] = [];
	const mixer = new SoundMixer((_, packet) => packets.push(packet));
	const mailbox = new ListenerMailbox();
	mixer.source = { ring: ring.handle, worldFromSource, live };
	mixer.add(7, mailbox);
	let nowSec = BEGIN_SEC;
	/** Lets time pass as the thread does. @returns the packets of that time */
	const pass = (seconds: number) => {
		packets.length = 0;
		const endSec = nowSec + seconds;
		for (; nowSec < endSec - 1e-6; nowSec += 0.01) mixer.turn(nowSec);
		return [...packets];
	};
	return { ring, mixer, mailbox, pass };
}

const levels = (packets: readonly EncodedSound[]) =>
	decodeOpus(packets.map(({ data }) => data)).map((ear) => toneLevel(ear.slice(4800), 500)) as [number, number];

describe("SoundMixer", () => {
	it("passes stereo through, each packet at the time of its first sample", () => {
		const { ring, mixer, pass } = setUp("stereo");
		ring.write(0, [tone(0.5), tone(0.25)]);
		expect(ring.wanted).toBe(true);
		const packets = pass(0.5);
		expect(packets).toHaveLength(25);
		for (const [index, { dueSec, rtpTicks, mediaTimeSec, begins }] of packets.entries()) {
			// A file's sound leaves 100 ms before its time.
			expect(dueSec).toBeCloseTo(BEGIN_SEC + 0.1 + index * 0.02, 6);
			expect(rtpTicks).toBe((BEGIN_SEC + 0.1) * SOUND_HZ + index * 960);
			expect(mediaTimeSec).toBeCloseTo(0.1 + index * 0.02, 9);
			expect(begins).toBe(index === 0);
		}
		const [left, right] = levels(packets);
		expect(left).toBeCloseTo(0.5, 1);
		expect(right).toBeCloseTo(0.25, 1);
		mixer.remove(7);
		expect(ring.wanted).toBe(false);
		expect(mixer.nextSec).toBe(Number.POSITIVE_INFINITY);
		expect(pass(0.1)).toEqual([]);
	});

	it("moves a sound from the left ear to both when the head turns to it, and to the right one beyond", () => {
		const decibels = ([left, right]: readonly [number, number]) => 20 * Math.log10(left / right);
		for (const cameraDeg of [0, 30]) {
			const { ring, mailbox, pass } = setUp("ambisonic", { worldFromSource: turned(cameraDeg) });
			ring.write(
				0,
				harmonicsOf([-1, 0, 0]).map((weight) => tone(0.3 * weight, 3)),
			);
			const hear = (yawDeg: number) => {
				mailbox.put({ ...mailbox.get(), worldFromHead: turned(yawDeg + cameraDeg), volume: 1 });
				return decibels(levels(pass(0.4)));
			};
			expect(hear(0)).toBeGreaterThan(3);
			expect(Math.abs(hear(-90))).toBeLessThan(1);
			expect(hear(180)).toBeLessThan(-3);
		}
	});

	it("adds the channels that stay with the head", () => {
		const { ring, mailbox, pass } = setUp("ambisonic+stereo");
		const silence = tone(0);
		ring.write(0, [silence, silence, silence, silence, tone(0.4), tone(0.1)]);
		mailbox.put({ ...mailbox.get(), worldFromHead: turned(77), volume: 0.5 });
		const [left, right] = levels(pass(0.5));
		expect(left).toBeCloseTo(0.2, 1);
		expect(right).toBeCloseTo(0.05, 1);
	});

	it("sends nothing while there is silence, at volume 0, and while the source stands still", () => {
		const { ring, mailbox, pass } = setUp("stereo", { live: true });
		ring.write(0, [tone(0), tone(0)]);
		ring.write(2, [tone(0.5, 1), tone(0.5, 1)]);
		// A quarter of a second of it is sent, in case there is more.
		expect(pass(1)).toHaveLength(13);
		expect(pass(0.9)).toEqual([]);
		const back = pass(0.3);
		expect(back).toHaveLength(10);
		expect(back.map(({ begins }) => begins)).toEqual([true, ...Array(9).fill(false)]);
		expect(back[0]!.dueSec).toBeCloseTo(BEGIN_SEC + 2, 6);
		mailbox.put({ ...mailbox.get(), worldFromHead: IDENTITY, volume: 0 });
		expect(pass(0.2)).toHaveLength(1);
		mailbox.put({ ...mailbox.get(), worldFromHead: IDENTITY, volume: 1 });
		expect(pass(0.1)).toHaveLength(5);
		ring.offsetSec = Number.NaN;
		const fading = decodeOpus(pass(0.2).map(({ data }) => data))[0];
		expect(Math.max(...fading.slice(4800).map(Math.abs))).toBeLessThan(0.01);
		expect(pass(0.02).map(({ mediaTimeSec }) => mediaTimeSec)).toEqual([Number.NaN]);
		pass(0.18);
		expect(pass(0.2)).toEqual([]);
	});

	it("encodes for a narrow path at a lower rate", () => {
		const { ring, mailbox, pass } = setUp("stereo");
		const noise = Float32Array.from({ length: 3 * SOUND_HZ }, (_, n) => Math.sin(n * n) / 3);
		ring.write(0, [noise, noise.slice().reverse()]);
		const bitsPerSec = (packets: readonly EncodedSound[]) =>
			packets.reduce((sum, { data }) => sum + data.length * 8, 0) / (packets.length * 0.02);
		const usual = bitsPerSec(pass(0.5));
		mailbox.put({ ...mailbox.get(), bitrateBps: SOUND_BPS.narrow });
		expect(bitsPerSec(pass(0.5))).toBeLessThan(usual / 2);
	});

	it("lets a source fall to silence when another takes its place, with RTP times that grow", () => {
		const { ring, mixer, pass } = setUp("stereo");
		const loud = Float32Array.from({ length: 2 * SOUND_HZ }, (_, n) => 0.5 * Math.cos(n / 15));
		ring.write(0, [loud, loud]);
		const sent = pass(0.203);
		const other = SoundRing.create("stereo");
		other.offsetSec = BEGIN_SEC;
		other.write(0, [loud, loud]);
		const seen = pass(0);
		mixer.source = { ring: other.handle, worldFromSource: IDENTITY, live: false };
		sent.push(...seen, ...pass(0.2));
		const ticks = sent.map(({ rtpTicks }) => rtpTicks);
		expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
		const [heard] = decodeOpus(sent.map(({ data }) => data));
		const steps = heard.slice(1).map((sample, index) => Math.abs(sample - heard[index]!));
		expect(Math.max(...steps)).toBeLessThan(0.06);
	});

	it("goes on from the present when its thread was held up", () => {
		const { ring, mixer, pass } = setUp("stereo", { live: true });
		ring.write(0, [tone(0.5, 3), tone(0.5, 3)]);
		pass(0.1);
		mixer.turn(BEGIN_SEC + 2.5);
		expect(mixer.nextSec).toBeCloseTo(BEGIN_SEC + 2.51, 6);
	});

	it("changes its source for those who listen, and hears none where there is none", () => {
		const { ring, mixer, pass } = setUp("ambisonic");
		ring.write(0, [tone(0.3), tone(0), tone(0), tone(0)]);
		expect(pass(0.1)).toHaveLength(10);
		mixer.source = undefined;
		expect([ring.wanted, pass(0.1)]).toEqual([false, []]);
		const other = SoundRing.create("stereo");
		other.offsetSec = BEGIN_SEC;
		other.write(0, [tone(0.5), tone(0.5)]);
		mixer.source = { ring: other.handle, worldFromSource: IDENTITY, live: true };
		const packets = pass(0.1);
		expect(packets).toHaveLength(5);
		expect(packets[0]!.begins).toBe(true);
		mixer[Symbol.dispose]();
		expect(other.wanted).toBe(false);
	});

	it("mixes the voices of others into a silent source for those who wish, and not the own", () => {
		const ring = SoundRing.create("ambisonic");
		const heard = new Map<number, EncodedSound[]>([1, 2, 3].map((id) => [id, []]));
		using mixer = new SoundMixer((id, packet) => heard.get(id)!.push(packet));
		mixer.source = { ring: ring.handle, worldFromSource: IDENTITY, live: true };
		for (const [id, own, voices] of [
			[1, "a", true],
			[2, "b", true],
			[3, "c", false],
		] as const) {
			const mailbox = new ListenerMailbox();
			mailbox.put({ ...mailbox.get(), voices });
			mixer.add(id, mailbox, own);
		}
		const pass = (fromSec: number, talk: (block: number) => void) => {
			for (let block = 0; block < 60; block++) {
				talk(block);
				mixer.turn(fromSec + block / 100);
			}
		};
		pass(BEGIN_SEC, () => {});
		expect([...heard.values()].flat().every(({ data }) => data.length < 20)).toBe(true);
		for (const packets of heard.values()) packets.length = 0;
		const packets = voicePackets(30);
		pass(BEGIN_SEC + 0.6, (block) => block % 2 === 0 && mixer.addVoice("a", packets[block / 2]!));
		expect([heard.get(1), heard.get(3)]).toEqual([[], []]);
		expect(heard.get(2)![0]!.begins).toBe(true);
		for (const level of levels(heard.get(2)!)) expect(level).toBeCloseTo(0.25, 1);
		mixer.removeVoice("a");
		heard.get(2)!.length = 0;
		pass(BEGIN_SEC + 1.2, () => {});
		expect(heard.get(2)).toEqual([]);
		for (let n = 0; n < 6; n++) mixer.addVoice("a", packets[n]!);
		for (const id of [1, 2, 3]) mixer.remove(id);
		const mailbox = new ListenerMailbox();
		mailbox.put({ ...mailbox.get(), voices: true });
		mixer.add(2, mailbox, "b");
		pass(BEGIN_SEC + 60, () => {});
		const isSilent = heard.get(2)!.every(({ data }) => data.length < 20);
		expect(isSilent, "without what was said before the listener came").toBe(true);
	});
});
