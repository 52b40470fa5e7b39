import type { ProjectionSpec, SphereBounds } from "../media/projection.ts";
import type { ViewAngles } from "../media/rotation.ts";
import type { FoundStatement, StatedEyes } from "./found-statement.ts";
import { readMeshBox } from "./mesh-box.ts";
import { boxesIn } from "./mp4-boxes.ts";
import { SMALLEST_PART } from "./sphere-crop.ts";

/** The statement of a box about the projection. */
export type StatedProjection = Pick<FoundStatement, "projection" | "rightProjection" | "note">;

/** Modes of the box `st3d` (Google's Spherical Video V2). */
const ST3D_MODES: readonly StatedEyes[] = ["mono", "top-bottom", "left-right", "custom", "right-left"];

/** Reads the content of `st3d`; `undefined` for a mode that is not defined. */
export function readSt3d(content: Buffer): StatedEyes | undefined {
	return content.length < 5 ? undefined : ST3D_MODES[content[4] ?? 0];
}

/** Reads the content of `sv3d`; `undefined` when it has no projection. */
export function readSv3d(content: Buffer): FoundStatement | undefined {
	for (const { type, content: proj } of boxesIn(content)) {
		if (type !== "proj") continue;
		let pose: ViewAngles | undefined;
		let stated: StatedProjection | undefined;
		let where = "";
		for (const box of boxesIn(proj)) {
			if (box.type === "prhd") pose = readPose(box.content);
			else if (stated === undefined) {
				stated = readProjectionBox(box.type, box.content);
				where = `the box sv3d > proj > ${box.type}`;
			}
		}
		if (stated !== undefined) return { ...stated, where, pose, yaw: "counter-clockwise" };
	}
	return undefined;
}

/**
 * Reads the content of a projection's box, version and flags first; `undefined` for a type that is
 * none of `equi`, `cbmp`, `mshp` (`ytmp` in its drafts).
 */
export function readProjectionBox(type: string, content: Buffer): StatedProjection | undefined {
	switch (type) {
		case "equi":
			return readEqui(content);
		case "cbmp":
			return readCbmp(content);
		case "mshp":
		case "ytmp":
			return readMshp(content);
		default:
			return undefined;
	}
}

/** Pose in 16.16 degrees. */
function readPose(content: Buffer): ViewAngles | undefined {
	if (content.length < 16) return undefined;
	const [yawDeg, pitchDeg, rollDeg] = [4, 8, 12].map((at) => content.readInt32BE(at) / 65_536);
	return { yawDeg: yawDeg ?? 0, pitchDeg: pitchDeg ?? 0, rollDeg: rollDeg ?? 0 };
}

/** Bounds in 0.32 of the whole sphere. */
function readEqui(content: Buffer): StatedProjection {
	if (content.length < 20) return { projection: { kind: "equirect" } };
	const [top = 0, bottom = 0, left = 0, right = 0] = [4, 8, 12, 16].map((at) => content.readUInt32BE(at) / 2 ** 32);
	return equirectWithin({ top, bottom, left, right });
}

/** An equirectangular picture of the part of the sphere within `bounds`, if they leave one. */
export function equirectWithin(bounds: SphereBounds): StatedProjection {
	const { top, bottom, left, right } = bounds;
	const parts = [top, bottom, left, right];
	const least = Math.min(1 - top - bottom, 1 - left - right);
	if (!(Math.min(...parts) >= 0 && least >= SMALLEST_PART))
		return { projection: { kind: "equirect" }, note: "the stated bounds leave nothing of the sphere" };
	return { projection: parts.some((part) => part > 0) ? { kind: "equirect", bounds } : { kind: "equirect" } };
}

/**
 * The layout 0 is the only one that is defined; for others the shape of the picture decides later,
 * so that the projection has no layout.
 */
function readCbmp(content: Buffer): StatedProjection {
	const [layout, padding] = content.length < 12 ? [0, 0] : [content.readUInt32BE(4), content.readUInt32BE(8)];
	const padded = padding > 0 && padding < 16_384 ? { padding } : {};
	return layout === 0
		? { projection: { kind: "cubemap", layout: "google", ...padded } }
		: { projection: { kind: "cubemap", ...padded }, note: `its cubemap layout ${layout} is not defined` };
}

function readMshp(content: Buffer): StatedProjection {
	const read = readMeshBox(content);
	if ("fault" in read) return { note: read.fault };
	const [projection, rightProjection] = read.meshes;
	return { projection: projection as ProjectionSpec, rightProjection, note: read.note };
}
