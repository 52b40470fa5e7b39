import { describe, expect, it } from "vitest";
import { type EyeFrustum, MAX_FRUSTUM_TANGENT } from "../../media/frustum.ts";
import { multiplyQuaternions, type Quaternion, quaternionFromAngles } from "../../media/rotation.ts";
import { parseClientControlMessage } from "../../protocol/control-message.ts";
import { conjugate, rotateVector } from "../../skeleton/rigid-transform.ts";
import { viewRequestFrom } from "../view-request.ts";
import type { XrView, XrViewerPose } from "../xr-device.ts";
import { eyeFrusta, eyeViewSize, eyeViews, neededEyeScale, widened } from "./eye-frusta.ts";

const LEFT: EyeFrustum = { left: 1.25, right: 0.75, up: 0.875, down: 1 };
const RIGHT: EyeFrustum = { ...LEFT, left: 0.75, right: 1.25 };
const TURNED = quaternionFromAngles({ yawDeg: 130, pitchDeg: 20, rollDeg: 10 });
const point = ([x, y, z, w]: Quaternion) => ({ x, y, z, w });
const turn = (yawDeg: number, pitchDeg = 0) => quaternionFromAngles({ yawDeg, pitchDeg, rollDeg: 0 });

/** An eye's camera as WebXR has it: a projection matrix, column by column, and a place. */
function view(eye: XrView["eye"], frustum: EyeFrustum, worldFromHead: Quaternion): XrView {
	const { left, right, up, down, headFromEye = [0, 0, 0, 1] } = frustum;
	const projectionMatrix = new Float32Array(16);
	projectionMatrix.set([2 / (left + right)], 0);
	projectionMatrix.set([2 / (up + down)], 5);
	projectionMatrix.set([(right - left) / (left + right), (up - down) / (up + down), -1, -1], 8);
	const orientation = point(multiplyQuaternions(worldFromHead, headFromEye));
	return { eye, projectionMatrix, transform: { position: { x: 0, y: 1.6, z: 0 }, orientation } };
}

const wearer = (views: readonly XrView[], head: Quaternion): XrViewerPose => ({
	views,
	transform: { position: { x: 0, y: 1.6, z: 0 }, orientation: point(head) },
});

describe("eyeFrusta", () => {
	it("has the sides of each eye's camera, left one first, and how it is turned in the head", () => {
		const headFromEye = turn(5);
		const frusta = eyeFrusta(
			wearer([view("right", { ...RIGHT, headFromEye }, TURNED), view("left", LEFT, TURNED)], TURNED),
		);
		expect(frusta).toHaveLength(2);
		for (const side of ["left", "right", "up", "down"] as const) {
			expect(frusta[0]![side]).toBeCloseTo(LEFT[side], 5);
			expect(frusta[1]![side]).toBeCloseTo(RIGHT[side], 5);
		}
		expect(frusta[0]!.headFromEye).toBeUndefined();
		for (const [index, part] of headFromEye.entries()) expect(frusta[1]!.headFromEye![index]).toBeCloseTo(part, 6);
	});

	it("is asked for in a message that the server takes", () => {
		const frusta = eyeFrusta(wearer([view("left", LEFT, TURNED), view("right", RIGHT, TURNED)], TURNED));
		const options = { eyes: 2, frusta: widened(frusta, 1.75), foveated: { gaze: [10, -5] } } as const;
		const request = viewRequestFrom(1440, 1600, options);
		expect(parseClientControlMessage(JSON.stringify({ type: "view", ...request }))).toMatchObject({
			kind: "message",
			message: { eyes: 2, frusta: [{ left: 2.1875 }, { right: 2.1875 }], foveated: { gaze: [10, -5] } },
		});
	});

	it("is asked for in the same words while the head moves, though the eyes' places are rounded anew", () => {
		const headFromEye = turn(5);
		const words = [0, 17, 90, 178].map((yawDeg) => {
			const head = turn(yawDeg, 20).map(Math.fround) as unknown as Quaternion;
			const frusta = eyeFrusta(wearer([view("none", { ...LEFT, headFromEye }, head)], head));
			return JSON.stringify(viewRequestFrom(1440, 1600, { frusta }));
		});
		expect(new Set(words).size).toBe(1);
	});

	it("is none before a headset has begun, and a wide eye is brought into the server's bounds", () => {
		const matrix = (...numbers: readonly [number, number, number]) => {
			const eye = view("none", LEFT, TURNED);
			eye.projectionMatrix.set([numbers[0]], 0);
			eye.projectionMatrix.set([numbers[1]], 5);
			eye.projectionMatrix.set([numbers[2]], 8);
			return eyeFrusta(wearer([eye], TURNED));
		};
		expect(matrix(0, 0, 1)).toEqual([]);
		expect(matrix(Number.NaN, 1, 0)).toEqual([]);
		expect(matrix(1000, 1, 0)).toEqual([]);
		expect(matrix(0.05, 1, 0)[0]!.left).toBe(MAX_FRUSTUM_TANGENT);
	});

	it("has the one camera of a phone", () => {
		expect(eyeViews([view("none", LEFT, TURNED)])).toHaveLength(1);
	});
});

describe("eyeViewSize", () => {
	it("has the pixels of the sharper eye's picture in its middle", () => {
		const { projectionMatrix } = view("left", LEFT, TURNED);
		const coarse = { projectionMatrix, viewport: { width: 1000, height: 900 } };
		const { width, height } = eyeViewSize(
			[LEFT, RIGHT],
			[coarse, { ...coarse, viewport: { width: 2000, height: 1800 } }],
		);
		expect(width).toBeCloseTo(2000, 3);
		expect(height).toBeCloseTo(1875, 3);
	});
});

describe("neededEyeScale", () => {
	/** True if pictures for one head, that many times wider, show all that another one sees. */
	function covers(frusta: readonly EyeFrustum[], scale: number, drawnFromHead: Quaternion): boolean {
		const wide = widened(frusta, scale);
		return frusta.every(({ left, right, up, down, headFromEye = [0, 0, 0, 1] }, eye) =>
			[-left, right].every((x) =>
				[-down, up].every((y) => {
					const inHead = rotateVector(drawnFromHead, rotateVector(headFromEye, [x, y, -1]));
					const [dx, dy, dz] = rotateVector(conjugate(headFromEye), inHead);
					const sides = wide[eye]!;
					const [across, above] = [dx / -dz, dy / -dz];
					return (
						across <= sides.right + 1e-9 &&
						across >= -sides.left - 1e-9 &&
						above <= sides.up + 1e-9 &&
						above >= -sides.down - 1e-9
					);
				}),
			),
		);
	}
	const EYES = [LEFT, { ...RIGHT, headFromEye: turn(5) }];
	const still = { velocity: [0, 0, 0], latencyMs: 66 } as const;

	it("covers a head that turns at 100 degrees a second for as long as pictures take, and not much more", () => {
		const velocity = [0, (100 * Math.PI) / 180, 0] as const;
		const scale = neededEyeScale(EYES, { velocity, latencyMs: 66 });
		expect(covers(EYES, scale, turn(6.6))).toBe(true);
		expect(covers(EYES, scale, turn(-6.6))).toBe(true);
		expect(covers(EYES, scale, turn(7))).toBe(false);
		expect(neededEyeScale(EYES, { velocity, latencyMs: 149 })).toBeGreaterThan(scale + 0.1);
	});

	it("covers a resting head's small turns, sideways more than up", () => {
		const scale = neededEyeScale(EYES, still);
		expect(scale).toBeLessThan(1.08);
		expect(covers(EYES, scale, turn(1.5))).toBe(true);
		expect(covers(EYES, scale, turn(0, 0.75))).toBe(true);
	});

	it("covers what the shown picture lacked, unless the head has leapt", () => {
		const drawnFromHead = turn(12, 3);
		expect(covers(EYES, neededEyeScale(EYES, { ...still, drawnFromHead }), drawnFromHead)).toBe(true);
		const rest = neededEyeScale(EYES, still);
		expect(neededEyeScale(EYES, { ...still, drawnFromHead: turn(120) })).toBe(rest);
	});
});
