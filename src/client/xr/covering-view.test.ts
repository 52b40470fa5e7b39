import { describe, expect, it } from "vitest";
import { type Quaternion, quaternionFromAngles } from "../../media/rotation.ts";
import type { XrView, XrViewerPose } from "../xr-device.ts";
import { coveringView, fovDegFromTangent } from "./covering-view.ts";

const DEG = Math.PI / 180;
const FORWARD: Quaternion = [0, 0, 0, 1];

/** A camera that sees so many degrees to each side. */
function eye(left: number, right: number, up: number, down: number, [x, y, z, w]: Quaternion = FORWARD): XrView {
	const [l, r, u, d] = [left, right, up, down].map((angle) => Math.tan(angle * DEG)) as [
		number,
		number,
		number,
		number,
	];
	const projectionMatrix = new Float32Array([
		2 / (r + l),
		0,
		0,
		0,
		0,
		2 / (u + d),
		0,
		0,
		(r - l) / (r + l),
		(u - d) / (u + d),
		-1,
		-1,
		0,
		0,
		-0.2,
		0,
	]);
	return {
		eye: "none",
		projectionMatrix,
		transform: { position: { x: 0, y: 0, z: 0 }, orientation: { x, y, z, w } },
	};
}

function viewer(views: XrView[], [x, y, z, w]: Quaternion = FORWARD): XrViewerPose {
	return { views, transform: { position: { x: 0, y: 1.6, z: 0 }, orientation: { x, y, z, w } } };
}

describe("coveringView", () => {
	it("reaches as far to both sides as the outer side of either eye, and the margin further", () => {
		const view = coveringView(viewer([eye(54, 44, 48, 50), eye(44, 54, 48, 50)]), 5, 150);
		expect(fovDegFromTangent(view.tanHalfWidth)).toBeCloseTo(118, 4);
		expect(fovDegFromTangent(view.tanHalfHeight)).toBeCloseTo(110, 4);
	});

	it("does not depend on where the head looks", () => {
		const turned = quaternionFromAngles({ yawDeg: 70, pitchDeg: 20, rollDeg: 10 });
		const view = coveringView(viewer([eye(54, 44, 48, 50, turned)], turned), 5, 150);
		expect(fovDegFromTangent(view.tanHalfWidth)).toBeCloseTo(118, 4);
		expect(fovDegFromTangent(view.tanHalfHeight)).toBeCloseTo(110, 4);
	});

	it("reaches further for eyes that are turned outwards", () => {
		const outwards = (yawDeg: number) => quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 });
		const view = coveringView(
			viewer([eye(45, 45, 0.01, 0.01, outwards(-10)), eye(45, 45, 0.01, 0.01, outwards(10))]),
			0,
			150,
		);
		expect(fovDegFromTangent(view.tanHalfWidth)).toBeCloseTo(110, 2);
	});

	it("stops at what can be drawn", () => {
		const view = coveringView(viewer([eye(80, 80, 20, 20)]), 5, 150);
		expect(fovDegFromTangent(view.tanHalfWidth)).toBeCloseTo(150, 4);
		expect(fovDegFromTangent(view.tanHalfHeight)).toBeCloseTo(50, 4);
	});
});
