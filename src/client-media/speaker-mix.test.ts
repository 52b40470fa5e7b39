import { describe, expect, it } from "vitest";
import { SpeakerMix } from "./speaker-mix.ts";
import { BLOCK_SAMPLES } from "./voice.ts";

const PACKET = 960;
/** A packet of 20 ms, left as loud as said, right the opposite. */
const packet = (loudness: number) => Int16Array.from({ length: 2 * PACKET }, (_, n) => (n % 2 ? -loudness : loudness));

/** Blocks that a player gets in `blocks` times 10 ms, from a client whose clock has `rate`. */
function play(mix: SpeakerMix, blocks: number, rate: number, loudness: (packet: number) => number) {
	const played: (Int16Array | undefined)[] = [];
	let sent = 0;
	for (let block = 0; block < blocks; block++) {
		for (; sent * PACKET <= block * BLOCK_SAMPLES * rate; sent++) mix.add("a", packet(loudness(sent)));
		played.push(mix.next());
	}
	return { played, sent };
}

describe("SpeakerMix", () => {
	it("plays both channels after 40 ms, rests in silence, and plays on at once", () => {
		const mix = new SpeakerMix();
		const { played } = play(mix, 100, 1, (n) => (n < 10 || n >= 40 ? 5000 : 0));
		expect(played.findIndex((block) => block !== undefined)).toBe(2);
		expect([...played[3]!.subarray(0, 4)]).toEqual([5000, -5000, 5000, -5000]);
		// 300 ms of silence are played, then none.
		expect(played.slice(22, 52).every((block) => block?.[0] === 0)).toBe(true);
		expect(played.slice(54, 80).every((block) => block === undefined)).toBe(true);
		expect(played.slice(83).every((block) => block?.[0] === 5000)).toBe(true);
	});

	it("adds several viewers, within the range of samples, and forgets those who leave", () => {
		const mix = new SpeakerMix();
		for (let n = 0; n < 2; n++) for (const id of ["a", "b"]) mix.add(id, packet(20_000));
		expect([...mix.next()!.subarray(0, 2)]).toEqual([32_767, -32_768]);
		mix.remove("a");
		expect([...mix.next()!.subarray(0, 2)]).toEqual([20_000, -20_000]);
		mix.remove("b");
		expect([mix.isEmpty, mix.next()?.[0]]).toEqual([true, 0]);
	});

	it.each([
		[1.01, 3_100, 3],
		[0.95, 400, 2],
	])(
		"keeps the delay, by a client whose clock has %d of our rate, and leaves a slower player room",
		(rate, blocks, leastLeftOut) => {
			const mix = new SpeakerMix();
			// Numbered packets show how long each was under way.
			const { played, sent } = play(mix, blocks, rate, (n) => 5000 + (n % 20_000));
			const last = played.findLast((block) => block !== undefined)!;
			const behind = (5000 + ((sent - 1) % 20_000) - last[0]!) * 20;
			expect(behind).toBeLessThanOrEqual(120);
			// Those before the first packet is heard, and one of each half a minute.
			expect(played.filter((block) => block === undefined).length).toBeGreaterThanOrEqual(leastLeftOut);
		},
	);

	it("keeps the newest 100 ms of the packets that a network delivers in one burst after a pause", () => {
		const mix = new SpeakerMix();
		for (let n = 0; n < 50; n++) mix.add("a", packet(1000 + n));
		const heard = Array.from({ length: 12 }, () => mix.next()?.[0]);
		expect(heard[0]).toBeGreaterThanOrEqual(1000 + 44);
		expect(heard.at(-1)).toBe(0);
	});
});
