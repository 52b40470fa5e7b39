import type { DualLens, Intrinsics, LensSpec, ProjectionSpec } from "../media/projection.ts";
import { defaultMaxOverlap } from "./gopro-max.ts";

/** Width and height of a picture, pixels. */
interface Size {
	readonly width: number;
	readonly height: number;
}

/**
 * The projection of a scaled copy of a picture: the same directions, with all that is stated in
 * pixels scaled.
 *
 * @param from size of the picture that `spec` is about. @param to size of the copy.
 */
export function scaledSpec(spec: ProjectionSpec, from: Size, to: Size): ProjectionSpec {
	const across = to.width / from.width;
	const down = to.height / from.height;
	switch (spec.kind) {
		case "cubemap":
		case "eac":
			return spec.padding === undefined ? spec : { ...spec, padding: spec.padding * across };
		case "gopro-max":
			return { ...spec, overlap: (spec.overlap ?? defaultMaxOverlap(from.width, from.height / 2)) * across };
		case "perspective":
			return spec.calibration === undefined
				? spec
				: { ...spec, calibration: scaledIntrinsics(spec.calibration, across, down) };
		case "fisheye":
		case "kannala-brandt":
		case "mei":
		case "double-sphere":
			return scaledLens(spec, across, down);
		case "dual-fisheye": {
			const { front, back } = spec;
			return {
				...spec,
				...(front && { front: scaledDualLens(front, across, down) }),
				...(back && { back: scaledDualLens(back, across, down) }),
			};
		}
		default:
			return spec;
	}
}

function scaledDualLens(dual: DualLens, across: number, down: number): DualLens {
	return dual.lens === undefined ? dual : { ...dual, lens: scaledLens(dual.lens, across, down) };
}

function scaledLens(lens: LensSpec, across: number, down: number): LensSpec {
	if (lens.kind !== "fisheye") return scaledIntrinsics(lens, across, down);
	const { center, radius } = lens;
	return {
		...lens,
		...(center && { center: [center[0] * across, center[1] * down] as const }),
		...(radius !== undefined && { radius: radius * Math.min(across, down) }),
	};
}

/** Pixels are counted from the picture's edge: the first one's centre stays where it is stated. */
function scaledIntrinsics<Lens extends Intrinsics>(lens: Lens, across: number, down: number): Lens {
	const { fx, fy, cx, cy, firstPixelCenter = 0 } = lens;
	const toEdge = 0.5 - firstPixelCenter;
	return {
		...lens,
		fx: fx * across,
		fy: fy * down,
		cx: (cx + toEdge) * across - toEdge,
		cy: (cy + toEdge) * down - toEdge,
	};
}
