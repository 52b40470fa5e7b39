import { describe, expect, it } from "vitest";
import { IDENTITY, quaternionFromAngles } from "../../media/rotation.ts";
import { rotateVector } from "../../skeleton/rigid-transform.ts";
import { carried, distanceAlong, placeBeside } from "./camera-placing.ts";

const HEAD = [0.2, 1.6, 0.1] as const;
const SIZE = [0.6, 0.5] as const;

describe("the places of cameras in a headset", () => {
	it("are beside the view and face the wearer", () => {
		const [right, left] = [placeBeside(0, HEAD, 0), placeBeside(1, HEAD, 0)];
		expect(right.position[0]).toBeGreaterThan(HEAD[0] + 0.5);
		expect(left.position[0]).toBeLessThan(HEAD[0] - 0.5);
		for (const panel of [right, left]) {
			const [nx, ny, nz] = rotateVector(panel.rotation, [0, 0, 1]);
			const back = HEAD.map((value, axis) => (value - panel.position[axis]!) / 1.4);
			expect(nx).toBeCloseTo(back[0]!);
			expect(ny).toBeCloseTo(back[1]!);
			expect(nz).toBeCloseTo(back[2]!);
		}
	});

	it("are met by a ray that points at them, and by no other", () => {
		const panel = placeBeside(0, HEAD, 0);
		const at = { position: HEAD, rotation: panel.rotation };
		expect(distanceAlong(at, panel, SIZE)).toBeCloseTo(1.4);
		expect(distanceAlong({ position: HEAD, rotation: IDENTITY }, panel, SIZE)).toBeNaN();
		const away = quaternionFromAngles({ yawDeg: 38 + 180, pitchDeg: 8, rollDeg: 0 });
		expect(distanceAlong({ position: HEAD, rotation: away }, panel, SIZE)).toBeNaN();
	});

	it("follow the hand that carries them", () => {
		const panel = placeBeside(0, HEAD, 0);
		const before = { position: HEAD, rotation: IDENTITY };
		const moved = carried(panel, before, { position: [HEAD[0] + 1, HEAD[1], HEAD[2]], rotation: IDENTITY });
		expect(moved.position[0]).toBeCloseTo(panel.position[0] + 1);
		const rotation = quaternionFromAngles({ yawDeg: -76, pitchDeg: 0, rollDeg: 0 });
		const turned = carried(panel, before, { position: HEAD, rotation });
		expect(turned.position[0]).toBeCloseTo(placeBeside(1, HEAD, 0).position[0]);
	});
});
