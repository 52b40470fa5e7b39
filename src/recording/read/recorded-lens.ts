import type { EncodedPacket } from "../../media/encoded-packet.ts";
import { type Frustum, symmetricFrustum } from "../../media/frustum.ts";
import type { PerspectiveSpec, ProjectionSpec } from "../../media/projection.ts";
import { multiplyQuaternions, type Quaternion, RAD_PER_DEG } from "../../media/rotation.ts";
import { lensProjection } from "../../media/viewer-lens.ts";

/** The geometry of a picture, as its packet states it. */
type DrawnPicture = Pick<EncodedPacket, "lens" | "pose" | "frusta" | "foveation">;
/** Widest field of view of a flat picture, degrees. */
const WIDEST_FLAT_DEG = 175;

/**
 * The lens of a picture without its squeeze: that with which it is drawn again. Of two eyes, that
 * of the left one.
 */
export function recordedLens({ lens, pose, frusta }: DrawnPicture): ProjectionSpec {
	const fovDeg = pose.fovRad / RAD_PER_DEG;
	const [first] = frusta ?? [];
	if (first !== undefined) return { kind: "perspective", anglesDeg: anglesOf(first) };
	if (lens === "pannini" || lens === "little-planet") return lensProjection(lens, fovDeg) ?? { kind: "perspective" };
	return { kind: "perspective", fovDeg };
}

/**
 * The way from the pixels of one eye's picture to directions, with its squeeze. It holds for
 * pictures that are scaled to another shape, but for those of lenses that aren't flat.
 *
 * @param eye 0: the left one.
 */
export function recordedProjection(
	picture: DrawnPicture & Pick<EncodedPacket, "width" | "height">,
	eye: 0 | 1 = 0,
): ProjectionSpec {
	const { pose, frusta, foveation, width, height } = picture;
	const lens = recordedLens(picture);
	const isFlat = lens.kind === "perspective";
	const fovDeg = pose.fovRad / RAD_PER_DEG;
	if (!isFlat || (frusta === undefined && !(fovDeg > 0 && fovDeg < WIDEST_FLAT_DEG))) return lens;
	const sides = frusta?.[eye] ?? frusta?.[0] ?? symmetricFrustum(Math.tan(pose.fovRad / 2), width, height);
	const anglesDeg = anglesOf(sides);
	if (foveation === undefined) return { kind: "perspective", anglesDeg };
	const { gaze, strength } = foveation;
	return { kind: "foveated", anglesDeg, gazeDeg: [degrees(gaze[0]), -degrees(gaze[1])], strength };
}

/**
 * Turns the axes of one eye's picture into the world's.
 *
 * @param eye 0: the left one.
 */
export function recordedTurn({ pose, frusta }: DrawnPicture, eye: 0 | 1 = 0): Quaternion {
	const turn = (frusta?.[eye] ?? frusta?.[0])?.headFromEye;
	return turn === undefined ? pose.worldFromView : multiplyQuaternions(pose.worldFromView, turn);
}

function anglesOf({ left, right, up, down }: Frustum): PerspectiveSpec["anglesDeg"] {
	return { left: degrees(left), right: degrees(right), up: degrees(up), down: degrees(down) };
}

function degrees(tangent: number): number {
	return Math.atan(tangent) / RAD_PER_DEG;
}
