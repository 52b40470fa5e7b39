import type { EncodedPacket } from "../../media/encoded-packet.ts";
import type { Frustum } from "../../media/frustum.ts";
import type { PerspectiveSpec, ProjectionSpec } from "../../media/projection.ts";
import { multiplyQuaternions, type Quaternion, RAD_PER_DEG } from "../../media/rotation.ts";
import { lensProjection } from "../../media/viewer-lens.ts";

/** The geometry of a picture, as its packet states it. */
type DrawnPicture = Pick<EncodedPacket, "lens" | "pose" | "frusta" | "foveation">;

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

/** The way from the pixels of a picture to directions, with its squeeze. */
export function recordedProjection(picture: DrawnPicture): ProjectionSpec {
	const lens = recordedLens(picture);
	const { foveation } = picture;
	if (foveation === undefined || lens.kind !== "perspective") return lens;
	const { gaze, strength } = foveation;
	return { kind: "foveated", anglesDeg: lens.anglesDeg, gazeDeg: [degrees(gaze[0]), -degrees(gaze[1])], strength };
}

/** Turns the axes of a picture, of two eyes those of the left one, into the world's. */
export function recordedTurn({ pose, frusta }: DrawnPicture): Quaternion {
	const turn = frusta?.[0]?.headFromEye;
	return turn === undefined ? pose.worldFromView : multiplyQuaternions(pose.worldFromView, turn);
}

function anglesOf({ left, right, up, down }: Frustum): PerspectiveSpec["anglesDeg"] {
	return { left: degrees(left), right: degrees(right), up: degrees(up), down: degrees(down) };
}

function degrees(tangent: number): number {
	return Math.atan(tangent) / RAD_PER_DEG;
}
