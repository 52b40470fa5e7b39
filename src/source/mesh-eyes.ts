import type { MeshSpec } from "../media/projection.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";

/** The meshes of two eyes, and the parts of the picture that they show. */
export interface MeshEyes {
	/** `undefined` when the eyes' parts are not halves of the picture: each shows the whole one. */
	readonly layout: StereoLayout | undefined;
	readonly left: MeshSpec;
	readonly right: MeshSpec;
}

/** Vertices at the edge of a half may lie this far on the other side. */
const TOLERANCE = 1e-3;

/**
 * Divides a picture whose layout the two meshes state (mode 3 of `st3d`): where each mesh keeps to
 * a half of the picture, it becomes the mesh of that half.
 */
export function eyesOfMeshes(left: MeshSpec, right: MeshSpec): MeshEyes {
	for (const [axis, layout, upperFirst] of HALVES) {
		const [first, second] = upperFirst ? [right, left] : [left, right];
		if (isWithin(first, axis, 0, 0.5) && isWithin(second, axis, 0.5, 1)) {
			const lower = stretched(first, axis, 0);
			const upper = stretched(second, axis, 0.5);
			return { layout, left: upperFirst ? upper : lower, right: upperFirst ? lower : upper };
		}
	}
	return { layout: undefined, left, right };
}

/** Index of u and v in a vertex; v counts upward, so that the upper half is the one above 0.5. */
const U = 3;
const V = 4;
const HALVES: readonly (readonly [axis: number, layout: StereoLayout, leftEyeIsUpper: boolean])[] = [
	[U, "left-right", false],
	[U, "right-left", true],
	[V, "top-bottom", true],
	[V, "bottom-top", false],
];

function isWithin({ vertices }: MeshSpec, axis: number, least: number, most: number): boolean {
	for (let at = axis; at < vertices.length; at += 5) {
		const value = vertices[at] ?? 0;
		if (value < least - TOLERANCE || value > most + TOLERANCE) return false;
	}
	return true;
}

function stretched(mesh: MeshSpec, axis: number, from: number): MeshSpec {
	const vertices = Float32Array.from(mesh.vertices, (value, at) => (at % 5 === axis ? (value - from) * 2 : value));
	return { ...mesh, vertices };
}
