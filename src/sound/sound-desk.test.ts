import { describe, expect, it } from "vitest";
import { monotonicSec } from "../media/clock.ts";
import type { EncodedSound } from "../media/encoded-packet.ts";
import { IDENTITY } from "../media/rotation.ts";
import { SOUND_HZ, SoundRing } from "../media/sound-ring.ts";
import { SOUND_BPS } from "./listener-mailbox.ts";
import { SoundDesk } from "./sound-desk.ts";
import { voicePackets } from "./voice-packets.cases.ts";

const HEARING = { worldFromHead: IDENTITY, volume: 1, bitrateBps: SOUND_BPS.usual, voices: false };

describe("SoundDesk", () => {
	it("mixes in a thread of its own while anybody listens, and ends it", async () => {
		const ring = SoundRing.create("stereo");
		const desk = new SoundDesk({ voices: true });
		const failures: string[] = [];
		desk.events.on("failed", (message) => failures.push(message));
		desk.source = { ring: ring.handle, worldFromSource: IDENTITY, live: true };
		// Any time has sound: the newest four seconds are due, over and over.
		const noise = Float32Array.from({ length: 4 * SOUND_HZ }, () => Math.random() - 0.5);
		ring.write(0, [noise, noise]);
		const keepDue = setInterval(() => {
			ring.offsetSec = monotonicSec() - 2;
		}, 10);
		const packets: EncodedSound[] = [];
		const listener = desk.listen((packet) => packets.push(packet), HEARING);
		await expect.poll(() => packets.length, { timeout: 25_000 }).toBeGreaterThan(3);
		expect(packets[0]).toMatchObject({ kind: "sound", begins: true });
		expect(Math.abs(packets[0]!.dueSec - monotonicSec())).toBeLessThan(30);
		const [voice] = voicePackets(1);
		for (let n = 0; n < 300; n++) desk.addVoice("viewer", voice!);
		expect(desk.voicesDropped, "beyond 200 that wait").toBe(100);
		const takesMore = () => {
			const { voicesDropped } = desk;
			desk.addVoice("viewer", voice!);
			return desk.voicesDropped === voicesDropped;
		};
		await expect.poll(takesMore, { timeout: 25_000 }).toBe(true);
		listener.volume = 0.5;
		expect([listener.volume, ring.wanted]).toEqual([0.5, true]);
		listener[Symbol.dispose]();
		await expect.poll(() => ring.wanted, { timeout: 25_000 }).toBe(false);
		const { length } = packets;
		clearInterval(keepDue);
		await desk.close();
		expect([packets.length, failures]).toEqual([length, []]);
	});
});
