import { expect, it } from "vitest";
import { BLOCK_SAMPLES } from "../client-media/voice.ts";
import { toneLevel } from "./opus-decoder.cases.ts";
import { VoiceMix } from "./voice-mix.ts";
import { voicePackets } from "./voice-packets.cases.ts";

/** Levels of tones that each listener hears while packets come every 20 ms. */
function hear(mix: VoiceMix, talk: (packet: number) => void, listeners: readonly string[], packets: number) {
	const heard = new Map(listeners.map((name) => [name, [] as number[]]));
	for (let packet = 0; packet < packets; packet++) {
		talk(packet);
		for (let half = 0; half < 2; half++) {
			mix.nextBlock();
			for (const [name, samples] of heard) {
				const left = new Float32Array(BLOCK_SAMPLES);
				mix.mixInto(name, left, new Float32Array(BLOCK_SAMPLES));
				samples.push(...left);
			}
		}
	}
	const levelOf = (name: string, hz: number) => toneLevel(heard.get(name)!.slice(-4800), hz);
	return (hz: number) => listeners.map((name) => Math.round(levelOf(name, hz) * 20) / 20);
}

it("gives each listener the voices of the others, and of nobody once they have left", () => {
	using mix = new VoiceMix();
	const [low, high] = [voicePackets(30), voicePackets(30, { level: 0.5, hz: 1500 })];
	const talk = (packet: number) => {
		mix.add("a", low[packet]!);
		mix.add("b", high[packet]!);
	};
	const levels = hear(mix, talk, ["a", "b", "c"], 30);
	expect(levels(500)).toEqual([0, 0.25, 0.25]);
	expect(levels(1500)).toEqual([0.5, 0, 0.5]);
	mix.remove("a");
	expect([mix.isHeardBy("b"), mix.isHeardBy("a")]).toEqual([false, true]);
	mix.remove("b");
	expect(mix.isHeardBy("a")).toBe(false);
	expect(hear(mix, () => {}, ["c"], 10)(500)).toEqual([0]);
});

it("mixes sixteen voices at most, and lets others in when one rests", () => {
	using mix = new VoiceMix();
	const packets = voicePackets(20, { level: 0.05 });
	const level = (talkers: readonly number[], times: number) => {
		const talk = (packet: number) => {
			for (const talker of talkers) mix.add(`talker ${talker}`, packets[packet]!);
		};
		return hear(mix, talk, ["listener"], times)(500)[0]!;
	};
	expect(
		level(
			Array.from({ length: 20 }, (_, talker) => talker),
			20,
		),
	).toBeCloseTo(16 * 0.05, 1);
	expect(level([19], 10)).toBe(0);
	expect(level([19], 20)).toBe(0.05);
});

it("takes the few packets of a silence for no voice, and hears what follows from its beginning", () => {
	using mix = new VoiceMix();
	const packets = voicePackets(60);
	// As DTX sends them: one of 20 ms in 400.
	const level = (first: number, every: number, times: number) =>
		hear(
			mix,
			(turn) => turn % every === 0 && mix.add("a", packets[first + turn / every]!),
			["listener"],
			times,
		)(500)[0];
	expect(level(0, 20, 200)).toBe(0);
	expect(mix.isHeardBy(undefined)).toBe(false);
	expect(level(10, 1, 30)).toBe(0.25);
});

it("passes over damaged packets and unknown names", () => {
	using mix = new VoiceMix();
	const [packet] = voicePackets(1);
	mix.add("a", { ...packet!, data: new Uint8Array() });
	mix.add("a", { ...packet!, data: new Uint8Array(1500).fill(255) });
	mix.remove("nobody");
	expect(hear(mix, () => {}, ["listener"], 20)(500)).toEqual([0]);
	expect(mix.isHeardBy(undefined)).toBe(false);
});
