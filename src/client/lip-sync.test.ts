import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keepInStep, LipSyncReader, LipSyncRule, type LipSyncTargets } from "./lip-sync.ts";

/**
 * Receivers whose buffers follow their targets in steps of 20 ms for sound.
 *
 * @param own delay of each without a target. @returns lead of the sound after many readings, and
 * the targets.
 */
function settle(own: { soundMs: number; picturesMs: number }, rule = new LipSyncRule()) {
	let targets: LipSyncTargets = { soundMs: 0, picturesMs: 0 };
	let changes = 0;
	const leads: number[] = [];
	for (let index = 0; index < 200; index++) {
		const soundDelayMs = Math.max(own.soundMs, Math.round(targets.soundMs / 20) * 20);
		const leadMs = Math.max(own.picturesMs, targets.picturesMs) - soundDelayMs;
		leads.push(leadMs);
		// Readings tremble by the 10 ms of a device.
		const changed = rule.read({ leadMs: leadMs + ((index * 7) % 11) - 5, soundDelayMs });
		if (changed !== undefined) [targets, changes] = [changed, changes + 1];
	}
	return { leadMs: leads.at(-1)!, targets, changes };
}

describe("LipSyncRule", () => {
	it("delays sound that is early, and pictures where sound is late, to within 15 ms", () => {
		for (const soundMs of [20, 40, 63, 100])
			for (const picturesMs of [0, 17, 29, 58, 81, 120]) {
				const { leadMs, changes } = settle({ soundMs, picturesMs });
				expect(Math.abs(leadMs), `${soundMs} ${picturesMs}`).toBeLessThanOrEqual(15);
				expect(changes).toBeLessThan(6);
			}
		expect(settle({ soundMs: 40, picturesMs: 75 }).targets.picturesMs).toBe(0);
		expect(settle({ soundMs: 75, picturesMs: 40 }).targets.soundMs).toBe(0);
	});

	it("takes a delay back that is not needed any more", () => {
		const rule = new LipSyncRule();
		const first = settle({ soundMs: 40, picturesMs: 100 }, rule);
		expect(first.targets.soundMs).toBeGreaterThan(80);
		// `settle` begins without targets, so the rule sees a sound that is early, and asks again.
		expect(Math.abs(settle({ soundMs: 40, picturesMs: 40 }, rule).leadMs)).toBeLessThanOrEqual(15);
	});

	it("leaves differences that are small, large or unknown to the browser", () => {
		const rule = new LipSyncRule();
		for (const leadMs of [9, -9, 500, -500, Number.NaN])
			for (let index = 0; index < 20; index++) expect(rule.read({ leadMs, soundDelayMs: 40 })).toBeUndefined();
	});
});

describe("LipSyncReader", () => {
	const report = (...entries: object[]) => new Map(entries.map((entry, index) => [String(index), entry]));
	const sound = (fields: object) => ({ type: "inbound-rtp", kind: "audio", ...fields });
	const pictures = { type: "inbound-rtp", kind: "video", estimatedPlayoutTimestamp: 980 };

	it("reads the lead, and the delay since the last look", () => {
		const reader = new LipSyncReader();
		const first = { estimatedPlayoutTimestamp: 1000, jitterBufferDelay: 48, jitterBufferEmittedCount: 960 };
		expect(reader.read(report(sound(first), pictures))).toEqual({ leadMs: 20, soundDelayMs: 50 });
		expect(reader.read(report(sound(first), pictures)), "no sound has come since").toBeUndefined();
		const second = { ...first, jitterBufferDelay: 48 + 96, jitterBufferEmittedCount: 960 * 2 };
		expect(reader.read(report(sound(second), pictures))).toEqual({ leadMs: 20, soundDelayMs: 100 });
	});

	it("knows nothing in browsers that state nothing, and before both are played", () => {
		const reader = new LipSyncReader();
		expect(reader.read(report())).toBeUndefined();
		expect(reader.read(report(pictures))).toBeUndefined();
		const untold = { jitterBufferDelay: 48, jitterBufferEmittedCount: 960 };
		expect(reader.read(report(sound(untold), pictures))).toBeUndefined();
	});
});

describe("keepInStep()", () => {
	beforeEach(() => {
		vi.useFakeTimers();
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	/** Receivers, and statistics by which the sound is early, each answered when the test wants. */
	function receivers() {
		const [sound, pictures] = [0, 0].map((jitterBufferTarget) => ({ jitterBufferTarget }));
		const answers: (() => void)[] = [];
		let samples = 0;
		const getStats = () =>
			new Promise<Map<string, object>>((resolve) => {
				samples += 960;
				const heard = { jitterBufferDelay: samples * 0.042, jitterBufferEmittedCount: samples };
				const entries = [
					{ type: "inbound-rtp", kind: "audio", estimatedPlayoutTimestamp: 1040, ...heard },
					{ type: "inbound-rtp", kind: "video", estimatedPlayoutTimestamp: 1000 },
				];
				answers.push(() => resolve(new Map(entries.map((entry) => [entry.kind, entry]))));
			});
		const both = { sound, pictures } as unknown as { sound: RTCRtpReceiver; pictures: RTCRtpReceiver };
		return { sound: sound!, pictures: pictures!, answers, inStep: { ...both, getStats } };
	}

	/** Answers `count` readings. */
	async function answer(answers: (() => void)[], count: number): Promise<void> {
		for (let index = 0; index < count; index++) {
			await vi.advanceTimersByTimeAsync(150);
			answers.shift()?.();
			await vi.advanceTimersByTimeAsync(0);
		}
	}

	it("delays what is early, and takes the delays back at its end, also behind a late answer", async () => {
		const { sound, pictures, answers, inStep } = receivers();
		const end = keepInStep(inStep);
		await answer(answers, 6);
		expect([sound.jitterBufferTarget, pictures.jitterBufferTarget]).toEqual([0, 0]);
		await answer(answers, 1);
		expect([sound.jitterBufferTarget, pictures.jitterBufferTarget]).toEqual([82, 0]);
		// The settling, and all readings of the next change but the last one.
		await answer(answers, 11);
		await vi.advanceTimersByTimeAsync(150);
		end();
		for (const late of answers) late();
		await vi.advanceTimersByTimeAsync(1000);
		expect([sound.jitterBufferTarget, pictures.jitterBufferTarget]).toEqual([0, 0]);
	});

	it("asks nothing of browsers that can't delay", async () => {
		const { answers, inStep } = receivers();
		keepInStep({ ...inStep, sound: {} as RTCRtpReceiver })();
		keepInStep({ ...inStep, sound: {} as RTCRtpReceiver });
		await vi.advanceTimersByTimeAsync(1000);
		expect(answers).toEqual([]);
	});
});
