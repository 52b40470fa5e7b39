import { describe, expect, it } from "vitest";
import { encodeHaptics } from "../protocol/legacy/haptics.ts";
import { GamepadHaptics, type HapticSource } from "./gamepad-haptics.ts";

interface Played {
	readonly strength: number;
	readonly durationMs: number;
	readonly atMs: number;
}

/** Two controllers that record their pulses, and a clock. */
class Hands {
	nowMs = 0;
	readonly played: { readonly left: Played[]; readonly right: Played[] } = { left: [], right: [] };
	readonly sources: HapticSource[] = (["left", "right"] as const).map((handedness) => ({
		handedness,
		gamepad: {
			hapticActuators: [
				{
					pulse: (strength: number, durationMs: number) => {
						this.played[handedness].push({ strength, durationMs, atMs: this.nowMs });
						return Promise.resolve(true);
					},
				},
			],
		},
	}));

	/** Display frames until `untilMs`, `everyMs` apart. */
	run(haptics: GamepadHaptics, untilMs: number, everyMs = 11): void {
		for (; this.nowMs < untilMs; this.nowMs += everyMs) haptics.play(this.sources, this.nowMs);
	}
}

const message = (left: number, right: number) =>
	encodeHaptics({ timestampSec: 1, left: { index: left, palm: left / 2 }, right: { thumb: right } });

describe("GamepadHaptics", () => {
	it("plays each hand's most touched part, and is still a second after the last message", () => {
		const haptics = new GamepadHaptics();
		const hands = new Hands();
		expect(haptics.receive(message(0.5, 0), 0)).toBe(true);
		hands.run(haptics, 2000);
		const { left, right } = hands.played;
		expect(right).toEqual([]);
		expect(left.every(({ strength }) => strength === 0.5)).toBe(true);
		// Without a gap, and not for longer.
		for (let i = 1; i < left.length; i++)
			expect(left[i]!.atMs).toBeLessThanOrEqual(left[i - 1]!.atMs + left[i - 1]!.durationMs);
		expect(left.at(-1)!.atMs + left.at(-1)!.durationMs).toBe(1000);
		expect(left.length).toBeLessThan(25);
	});

	it("follows a change at once, and stops at once when the touch ends", () => {
		const haptics = new GamepadHaptics();
		const hands = new Hands();
		haptics.receive(message(0, 0.2), 0);
		hands.run(haptics, 100);
		haptics.receive(message(0, 0.9), hands.nowMs);
		const changedAtMs = hands.nowMs;
		hands.run(haptics, 200);
		expect(hands.played.right.find(({ strength }) => strength === 0.9)?.atMs).toBe(changedAtMs);
		haptics.receive(message(0, 0), hands.nowMs);
		const endedAtMs = hands.nowMs;
		hands.run(haptics, 500);
		expect(hands.played.right.at(-1)).toEqual({ strength: 0, durationMs: 0, atMs: endedAtMs });
	});

	it("goes on while messages repeat", () => {
		const haptics = new GamepadHaptics();
		const hands = new Hands();
		for (let second = 0; second < 3; second++) {
			haptics.receive(message(1, 1), hands.nowMs);
			hands.run(haptics, (second + 1) * 700);
		}
		for (const played of [hands.played.left, hands.played.right])
			for (let i = 1; i < played.length; i++)
				expect(played[i]!.atMs).toBeLessThanOrEqual(played[i - 1]!.atMs + played[i - 1]!.durationMs);
		expect(hands.played.left.at(-1)!.atMs).toBeGreaterThan(1900);
	});

	it.each(["", "null", "[]", "{", '{"type":"touch","left":{"palm":1}}', '"haptics"'])(
		"changes nothing for %j",
		(text) => {
			const haptics = new GamepadHaptics();
			expect(haptics.receive(text, 0)).toBe(false);
			expect(haptics.receive(new ArrayBuffer(4), 0)).toBe(false);
			expect(haptics.strengthsAt(0)).toEqual({ left: 0, right: 0 });
		},
	);

	it("takes what is no number for no touch, and no more than full strength", () => {
		const haptics = new GamepadHaptics();
		haptics.receive('{"type":"haptics","left":{"palm":"much","thumb":7},"right":[null]}', 0);
		expect(haptics.strengthsAt(0)).toEqual({ left: 1, right: 0 });
	});

	it("plays both hands on one gamepad, left on its strong motor and right on its weak one", () => {
		const haptics = new GamepadHaptics();
		const effects: object[] = [];
		const vibrationActuator = { playEffect: (_: string, effect: object) => Promise.resolve(effects.push(effect)) };
		haptics.receive(message(0.75, 0.25), 0);
		haptics.playOn({ vibrationActuator }, 0);
		expect(effects).toEqual([{ duration: 120, strongMagnitude: 0.75, weakMagnitude: 0.25 }]);
	});

	it("is not stopped by a controller that has gone", async () => {
		const haptics = new GamepadHaptics();
		haptics.receive(message(1, 1), 0);
		const gone = { pulse: () => Promise.reject(new Error("no such gamepad")) };
		haptics.play(
			[
				{ handedness: "left", gamepad: { vibrationActuator: gone } },
				{ handedness: "right" },
				{ handedness: "none" },
			],
			0,
		);
		await new Promise((resolve) => setTimeout(resolve));
	});

	it("plays pulses by their meaning, on both hands, and ends them by itself", () => {
		const haptics = new GamepadHaptics();
		const hands = new Hands();
		haptics.pulse({ meaning: "warning" }, 0);
		hands.run(haptics, 1000);
		const { left, right } = hands.played;
		expect(left).toEqual(right);
		const felt = left.filter(({ durationMs }) => durationMs > 0);
		expect(felt).toHaveLength(3);
		for (const [index, beginsMs] of [0, 170, 340].entries()) {
			expect(felt[index]!.strength).toBe(0.8);
			expect(felt[index]!.atMs - beginsMs).toBeLessThan(11);
			expect(felt[index]!.atMs + felt[index]!.durationMs).toBe(beginsMs + 80);
		}
		expect(haptics.isPulsing(hands.nowMs)).toBe(false);
	});

	it.each([90, 170, 400, 2000])("leaves out no part of a pulse where frames are %d ms apart", (everyMs) => {
		const haptics = new GamepadHaptics();
		const hands = new Hands();
		haptics.pulse({ meaning: "warning" }, 1000);
		// The first frame is late, too.
		hands.nowMs = 3000;
		expect(haptics.isPulsing(hands.nowMs)).toBe(true);
		hands.run(haptics, 20_000, everyMs);
		const { left, right } = hands.played;
		expect(left).toEqual(right);
		const felt = left.filter(({ durationMs }) => durationMs > 0);
		expect(felt.map(({ strength }) => strength)).toEqual([0.8, 0.8, 0.8]);
		for (const { durationMs } of felt) expect(durationMs).toBeGreaterThanOrEqual(40);
		expect(haptics.isPulsing(hands.nowMs)).toBe(false);
	});

	it("states the strengths of a pulse for motors that the program drives itself", () => {
		const haptics = new GamepadHaptics();
		haptics.pulse({ meaning: "hold" }, 0);
		const left = [10, 200, 300, 420, 700, 900].map((atMs) => haptics.strengthsAt(atMs).left);
		expect(left).toEqual([1, 1, 0, 1, 0, 0]);
		expect(haptics.isPulsing(900)).toBe(false);
	});

	it("plays nothing of a pulse for which no frame came in five seconds", () => {
		const haptics = new GamepadHaptics();
		const hands = new Hands();
		haptics.pulse({ meaning: "hold" }, 0);
		hands.nowMs = 5001;
		hands.run(haptics, 7000);
		expect(hands.played).toEqual({ left: [], right: [] });
		expect(haptics.isPulsing(hands.nowMs)).toBe(false);
	});

	it("plays a pulse of a hand beside the touch of the other, and the touch after it", () => {
		const haptics = new GamepadHaptics();
		const hands = new Hands();
		haptics.receive(message(0.5, 0.3), 0);
		haptics.pulse({ intensity: 0.9, durationMs: 200, hand: "right" }, 0);
		hands.run(haptics, 500);
		expect(hands.played.left.every(({ strength }) => strength === 0.5)).toBe(true);
		const { right } = hands.played;
		const ofPulse = right.filter(({ strength }) => strength === 0.9);
		expect(ofPulse.at(-1)!.atMs + ofPulse.at(-1)!.durationMs).toBe(200);
		expect(right.at(-1)!.strength).toBe(0.3);
	});
});
