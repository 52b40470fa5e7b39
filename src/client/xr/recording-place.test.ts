import { describe, expect, it } from "vitest";
import { quaternionFromAngles } from "../../media/rotation.ts";
import { rotateVector } from "../../skeleton/rigid-transform.ts";
import { isLookedAt, type Standing, standingFor } from "./recording-place.ts";

const HEAD = [0.2, 1.6, 0.1] as const;
const look = (yawDeg: number, pitchDeg = 0) =>
	rotateVector(quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 }), [0, 0, -1]);
const move = (standing: Standing, head: readonly [number, number, number], yawDeg: number, pitchDeg = 0) =>
	standingFor(standing.kind, standing, head, look(yawDeg, pitchDeg));

describe("the place of a headset's panel about the recording", () => {
	const plate = standingFor("plate", undefined, HEAD, look(170));

	it("is below the view, and the plate answers to those who look its way", () => {
		expect(plate.place.position[1]).toBeLessThan(HEAD[1] - 0.6);
		const answers = [look(170, -42), look(170, -20), look(170), look(100, -42)].map((ahead) =>
			isLookedAt(plate.place, HEAD, ahead),
		);
		expect(answers).toEqual([true, true, false, false]);
	});

	it("stays while the wearer looks about, and follows who turns or goes away", () => {
		expect(move(plate, HEAD, -150)).toBe(plate);
		expect(move(plate, [0.5, 1.6, 0.1], 170)).toBe(plate);
		expect(move(plate, HEAD, 90).yawDeg).toBeCloseTo(90);
		expect(move(plate, [1, 1.6, 0.1], 170).head).toEqual([1, 1.6, 0.1]);
		// Straight down there is no direction of the room.
		expect(move(plate, HEAD, 0, -85)).toBe(plate);
	});

	it("is ahead for a question, which stays where it was asked", () => {
		const question = standingFor("question", plate, HEAD, look(10));
		expect(question.place.position[1]).toBeGreaterThan(plate.place.position[1]);
		expect(move(question, HEAD, 120)).toBe(question);
	});
});
