import { statSync } from "node:fs";
import { expect, it } from "vitest";
import { DEMO_HZ, DEMO_SEC, demoSamples } from "../../scripts/build-demo-motion.ts";
import { readMotion } from "../motion/read-motion.ts";
import { boneTable } from "../skeleton/bone-table.ts";
import type { PoseSample } from "../skeleton/pose-sample.ts";
import { DEMO_MOTION } from "./demo-motion.ts";

/** How far the bones of one pose are from those of another at most, metres. */
function distance(a: PoseSample, b: PoseSample): number {
	const [p, q] = [boneTable(a).positions, boneTable(b).positions];
	return p.reduce((most, value, index) => Math.max(most, Math.abs(value - q[index]!)), 0);
}

it("the demo is what its script makes, is small, and ends where it begins", async () => {
	expect(statSync(DEMO_MOTION).size).toBeLessThan(200_000);
	const streams = new Map<string, PoseSample[]>();
	for await (const { stream, sample } of readMotion(DEMO_MOTION))
		streams.set(stream, [...(streams.get(stream) ?? []), sample]);
	expect([...streams.keys()].sort()).toEqual(["body", "head", "left_hand", "right_hand"]);
	for (const [index, name] of ["head", "body", "left_hand", "right_hand"].entries()) {
		const samples = streams.get(name)!;
		expect(samples).toHaveLength(DEMO_SEC * DEMO_HZ);
		const steps: number[] = [];
		for (const [step, sample] of samples.entries()) {
			const made = demoSamples(step / DEMO_HZ)[index]!;
			expect(sample).toMatchObject({ kind: made.kind, skeleton: made.skeleton, stream: made.stream });
			expect(distance(sample, made)).toBe(0);
			steps.push(distance(sample, samples[(step + 1) % samples.length]!));
		}
		// The last step, back to the beginning, is not longer than the others.
		expect(steps.pop()).toBeLessThanOrEqual(Math.max(...steps));
		expect(Math.max(...steps)).toBeGreaterThan(0.001);
	}
});
