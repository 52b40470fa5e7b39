import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { picturePlane, viewRows } from "../src/client/reprojection/picture-plane.ts";
import { reprojectUniforms } from "../src/client/reprojection/reproject-renderer.ts";
import { COVER_VERTEX, REPROJECT_FRAGMENT } from "../src/client/reprojection/reproject-shaders.ts";
import type { StampedPicture } from "../src/client/reprojection/stamped-pictures.ts";
import { eyePictureUniforms } from "../src/client/xr/scene.ts";
import { DIRECTION_VERTEX, PICTURE_FRAGMENT } from "../src/client/xr/shaders.ts";
import { foveationFor } from "../src/media/foveation.ts";
import type { Frustum } from "../src/media/frustum.ts";
import { matrixFromQuaternion, multiplyQuaternions, quaternionFromAngles, RAD_PER_DEG } from "../src/media/rotation.ts";
import { surroundPlace, surroundSizeFor } from "../src/media/surround.ts";
import { createProjection } from "../src/projection/create-projection.ts";
import { conjugate, rotateVector } from "../src/skeleton/rigid-transform.ts";
import type { Vector3 } from "../src/skeleton/vector.ts";
import { launchChromium } from "./support/chromium.ts";
import { type ShaderPlace, shaderPlaces } from "./support/shader-places.ts";
import { unityFragment, unityVectors } from "./support/unity-shader.ts";

/** Largest distance between a shader's place and the double-precision one, picture's pixels. */
const WITHIN_PX = 0.1;

let browser: Browser;
let page: Page;
beforeAll(async () => {
	browser = await launchChromium({ webgl: true });
	page = await browser.newPage();
});
afterAll(() => browser.close());

/** The server's own projection of one eye's part of a picture. */
function projectionOf(picture: StampedPicture, eye: 0 | 1) {
	const { eyes, foveation } = picture.view;
	const { sides } = picturePlane(picture, eye)!;
	const degrees = (tangent: number) => Math.atan(tangent) / RAD_PER_DEG;
	const anglesDeg = Object.fromEntries(
		Object.entries(sides).flatMap(([name, side]) => (typeof side === "number" ? [[name, degrees(side)]] : [])),
	) as unknown as Frustum;
	const { gaze, strength } = foveation ?? { gaze: [0, 0], strength: [0, 0] };
	const spec = { kind: "foveated", anglesDeg, gazeDeg: [degrees(gaze[0]), -degrees(gaze[1])], strength } as const;
	return createProjection(spec, picture.width, viewRows(picture) / eyes);
}

/** Compares the places of a shader with the server's: the view's inside, the surround's outside. */
function expectPlaces(
	places: readonly ShaderPlace[],
	picture: StampedPicture,
	eye: 0 | 1,
	rayAt: (x: number, y: number) => Vector3,
): void {
	const { surround, eyes } = picture.view;
	const rows = viewRows(picture) / eyes;
	const projection = projectionOf(picture, eye);
	const { worldFromView } = picturePlane(picture, eye)!;
	let [inside, outside] = [0, 0];
	for (const { x, y, column, row } of places) {
		const ray = rayAt(x, y);
		const [atColumn, atRow] = projection.project(rotateVector(conjugate(worldFromView), ray));
		const beyond = Math.max(Math.abs(atColumn / picture.width - 0.5), Math.abs(atRow / rows - 0.5));
		let expected: readonly [number, number] | undefined;
		if (beyond < 0.49) {
			expected = [atColumn, atRow + (eyes === 2 ? eye * rows : 0)];
			inside++;
		} else if (!(beyond < 0.51) && surround !== undefined) {
			const [inRows, below] = surroundPlace(ray, surround);
			expected = [inRows, picture.height - surround.height + below];
			outside++;
		}
		if (expected === undefined) continue;
		const distance = Math.hypot(column - expected[0], row - expected[1]);
		expect(distance, `of ${column}, ${row} from ${expected.join()} at ${x}, ${y}`).toBeLessThan(WITHIN_PX);
	}
	expect(inside).toBeGreaterThan(100);
	expect(outside).toBeGreaterThan(100);
}

const FRUSTA = [
	{ left: 1.25, right: 0.75, up: 0.875, down: 1 },
	{
		left: 0.75,
		right: 1.25,
		up: 0.875,
		down: 1,
		headFromEye: quaternionFromAngles({ yawDeg: 6, pitchDeg: 0, rollDeg: 0 }),
	},
] as const;
const DRAWN = quaternionFromAngles({ yawDeg: 130, pitchDeg: -20, rollDeg: 4 });

describe("the shaders", () => {
	it("of a window find the place of a foveated picture that the server has drawn, and of its surround", async () => {
		const [width, height] = [836, 662];
		const surround = surroundSizeFor(width, height);
		const fovDeg = 100;
		const tangent = Math.tan((fovDeg / 2) * RAD_PER_DEG);
		const sides = { left: tangent, right: tangent, up: (tangent * 9) / 16, down: (tangent * 9) / 16 };
		const picture: StampedPicture = {
			width,
			height: height + surround.gap + surround.height,
			view: {
				poseSequence: 1,
				orientation: DRAWN,
				fovDeg,
				eyes: 1,
				lens: "foveated",
				frusta: [sides],
				foveation: foveationFor(sides, { width, height }, 0.6, [0.2, -0.1]),
				surround,
			},
		};
		const worldFromView = multiplyQuaternions(
			DRAWN,
			quaternionFromAngles({ yawDeg: 40, pitchDeg: 15, rollDeg: -8 }),
		);
		const window = { lens: "flat", worldFromView, halfWidth: 1.1, halfHeight: 0.7 } as const;
		const places = await shaderPlaces(page, {
			vertex: COVER_VERTEX,
			fragment: REPROJECT_FRAGMENT,
			uniforms: reprojectUniforms(picture, picturePlane(picture)!, window),
			picture,
			viewport: { width: 48, height: 27 },
		});
		expectPlaces(places, picture, 0, (x, y) =>
			rotateVector(worldFromView, [x * window.halfWidth, y * window.halfHeight, -1]),
		);
	});

	it.each(
		(["headset", "Unity package"] as const).flatMap((shader) =>
			([0, 1] as const).map((eye) => [shader, eye] as const),
		),
	)(
		"of the %s find the place in each eye's part, through asymmetric and turned cameras: eye %d",
		async (shader, eye) => {
			const [width, rows] = [764, 820];
			const surround = surroundSizeFor(width, 2 * rows);
			const picture: StampedPicture = {
				width,
				height: 2 * rows + surround.gap + surround.height,
				view: {
					poseSequence: 1,
					orientation: DRAWN,
					fovDeg: 90,
					eyes: 2,
					lens: "foveated",
					frusta: FRUSTA,
					foveation: foveationFor(FRUSTA[0], { width, height: rows }, 0.5),
					surround,
				},
			};
			// The head has turned since, and the eye's display is not symmetric either.
			const { headFromEye = [0, 0, 0, 1] as const, ...sides } = FRUSTA[eye] as (typeof FRUSTA)[1];
			const turned = quaternionFromAngles({ yawDeg: 25, pitchDeg: 10, rollDeg: 0 });
			const worldFromEye = multiplyQuaternions(multiplyQuaternions(DRAWN, turned), headFromEye);
			const [across, high] = [sides.left + sides.right, sides.up + sides.down];
			const projection = [
				2 / across,
				2 / high,
				(sides.right - sides.left) / across,
				(sides.up - sides.down) / high,
			];
			const m = matrixFromQuaternion(worldFromEye);
			const isHeadset = shader === "headset";
			const ofUnity = Object.entries(unityVectors(picture, eye)).flatMap(([name, numbers]) => [
				[`_${name}`, numbers] as const,
				[`_${name}${eye}`, numbers] as const,
			]);
			const places = await shaderPlaces(page, {
				vertex: DIRECTION_VERTEX,
				fragment: isHeadset ? PICTURE_FRAGMENT : unityFragment(eye),
				uniforms: {
					...(isHeadset
						? eyePictureUniforms(picture, eye)
						: { ...Object.fromEntries(ofUnity), pictureFromWorld: matrixFromQuaternion(conjugate(DRAWN)) }),
					worldFromEye: [m[0], m[3], m[6], 0, m[1], m[4], m[7], 0, m[2], m[5], m[8], 0, 0, 0, 0, 1],
					projection,
					ahead: [0, 0, -1],
					window: [-2, -2],
					brightness: [1],
				},
				picture,
				viewport: { width: 32, height: 32 },
			});
			expectPlaces(places, picture, eye, (x, y) =>
				rotateVector(worldFromEye, [
					(x * across + sides.right - sides.left) / 2,
					(y * high + sides.up - sides.down) / 2,
					-1,
				]),
			);
		},
	);
});
