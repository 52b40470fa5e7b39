import { assert } from "../media/assert.ts";
import type { I420Picture } from "../media/i420-picture.ts";
import { type PaddedPlaneLayout, type PlaneLayout, pictureLayout, pictureRowsLayout } from "../media/panorama.ts";
import { normalizeQuaternion } from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG, type View } from "../media/view.ts";
import { chromaSampling, LUMA_SAMPLING, type PlaneSampling } from "./plane-sampling.ts";
import type { DrawOptions, PanoramaPicture } from "./projector.ts";

/** A plane of a panorama with its smaller copies, the largest first. */
export interface SourcePlane extends PaddedPlaneLayout {
	readonly mips: readonly PaddedPlaneLayout[];
}

/** A plane of the view, and the plane of the panorama that it is drawn from. */
export interface DrawnPlane {
	/** Relative to the panorama's first byte. */
	readonly source: SourcePlane;
	/** Relative to the view's first byte. */
	readonly target: PlaneLayout;
}

/** Planes that share their coordinates and are drawn together: luma of all eyes, or U with V. */
export interface PlaneGroup {
	readonly sampling: PlaneSampling;
	readonly planes: readonly [first: DrawnPlane, second?: DrawnPlane];
	/** The eye whose projection places the samples: 0 is the left one, or the only one. */
	readonly eye: number;
	/** Codes of black in the two planes. */
	readonly black: readonly [first: number, second: number];
}

/** The views that are drawn, and their place in a picture. */
export interface DrawnViews extends Pick<DrawOptions, "eyes" | "eye" | "firstRow"> {
	/** Pixels of one eye's view. */
	readonly width: number;
	readonly height: number;
	/** Rows of the whole picture. @default as many as the views have */
	readonly pictureHeight?: number | undefined;
}

/**
 * The planes of an output picture with the planes of the panorama that they are drawn from. Chroma
 * is sited in the output as it is in the input.
 *
 * @throws {RangeError} when a size is odd, or the panorama has fewer eyes or too few bytes.
 */
export function planeGroups(
	{ format, layout, data }: PanoramaPicture,
	{ width, height, eyes = 1, eye: firstEye = 0, firstRow = 0, pictureHeight = height * eyes }: DrawnViews,
): readonly PlaneGroup[] {
	const seen = firstEye + eyes;
	if (!(seen <= format.eyes)) throw new RangeError(`A panorama of ${format.eyes} eye can't be drawn for ${seen}.`);
	if (data.length < seen * layout.byteLength) {
		const size = `${format.width}x${format.height}`;
		const byteLength = seen * layout.byteLength;
		throw new RangeError(`A panorama of ${size} for ${seen} has ${byteLength} bytes; got ${data.length}.`);
	}
	const sampling = chromaSampling(format.color.chromaSiting);
	const [left, right] = Array.from({ length: eyes }, (_, index) => {
		const eye = firstEye + index;
		const whole = { width, height: pictureHeight };
		const rows = { start: firstRow + index * height, count: height };
		const target = pictureRowsLayout(whole, rows, layout.bytesPerSample);
		const ofEye = <T extends PlaneLayout>(plane: T): T => ({
			...plane,
			offset: plane.offset + eye * layout.byteLength,
		});
		const plane = (name: "y" | "u" | "v"): DrawnPlane => ({
			source: { ...ofEye(layout[name]), mips: layout.mips.map((mip) => ofEye(mip[name])) },
			target: target[name],
		});
		return { y: plane("y"), u: plane("u"), v: plane("v") };
	});
	assert(left !== undefined, "A picture is for at least one eye.");
	// Codes of 10 bits are four times those of 8.
	const unit = format.bitDepth === 10 ? 4 : 1;
	const black = format.color.range === "full" ? 0 : 16 * unit;
	const lumaGroup = (eye: number, first: DrawnPlane, second?: DrawnPlane): PlaneGroup => ({
		...{ sampling: LUMA_SAMPLING, eye, black: [black, black] },
		planes: second === undefined ? [first] : [first, second],
	});
	const chromaGroup = (eye: number, u: DrawnPlane, v: DrawnPlane): PlaneGroup => ({
		...{ sampling, eye, black: [128 * unit, 128 * unit], planes: [u, v] },
	});
	if (right === undefined) return [lumaGroup(firstEye, left.y), chromaGroup(firstEye, left.u, left.v)];
	const luma =
		format.rightProjection === undefined && format.rightWorldFromPanorama === undefined
			? [lumaGroup(0, left.y, right.y)]
			: [lumaGroup(0, left.y), lumaGroup(1, right.y)];
	return [...luma, chromaGroup(0, left.u, left.v), chromaGroup(1, right.u, right.v)];
}

/**
 * Checks that views fit `into`: exactly, unless they say the row at which they begin.
 *
 * @param bytesPerSample of the panorama, and so of the view.
 * @throws {RangeError} when `into` has another size or too few bytes, or the first row is odd.
 */
export function requireRoom(
	into: I420Picture,
	{ width, height, eyes = 1, firstRow }: DrawnViews,
	bytesPerSample: 1 | 2,
): void {
	const rows = (firstRow ?? 0) + height * eyes;
	if (into.width !== width || (firstRow === undefined ? into.height !== rows : into.height < rows)) {
		const size = `${width}x${rows}`;
		throw new RangeError(
			`A view of ${width}x${height} is drawn into a picture of ${size}; got ${into.width}x${into.height}.`,
		);
	}
	if (firstRow !== undefined && !(firstRow >= 0 && firstRow % 2 === 0))
		throw new RangeError(`firstRow is an even number of rows, 0 or more; got ${firstRow}.`);
	const { byteLength } = pictureLayout(into.width, into.height, bytesPerSample);
	if (into.data.length < byteLength)
		throw new RangeError(
			`A picture of ${into.width}x${into.height} has ${byteLength} bytes; got ${into.data.length}.`,
		);
}

/**
 * Checks that `view` can be drawn.
 *
 * @throws {RangeError} when the field of view is outside of MIN_FOV_DEG to MAX_FOV_DEG, or the
 * rotation is not finite or all zero.
 */
export function requireDrawableView(view: View): void {
	normalizeQuaternion(view.worldFromView);
	if (view.lens === "projection") return;
	const fovDeg = (view.fovRad * 180) / Math.PI;
	// The slack is for degrees that went through radians and back.
	if (!(fovDeg >= MIN_FOV_DEG - 1e-9 && fovDeg <= MAX_FOV_DEG + 1e-9)) {
		throw new RangeError(
			`A view's horizontal field of view is ${MIN_FOV_DEG} to ${MAX_FOV_DEG} degrees; got ${fovDeg}.`,
		);
	}
}

/** The rows of a view that are drawn, of luma. */
export interface RowBand {
	readonly start: number;
	readonly end: number;
}

/**
 * The band of rows that `rows` states, or all of them.
 *
 * @throws {RangeError} when it does not lie in the view, or a bound is neither a multiple of 16 nor
 * the view's height.
 */
export function requireBand(rows: RowBand | undefined, height: number): RowBand {
	const { start, end } = rows ?? { start: 0, end: height };
	if (!(start % 16 === 0 && (end % 16 === 0 || end === height) && start >= 0 && start <= end && end <= height)) {
		throw new RangeError(
			`Rows of a view are from a multiple of 16 to another, or to its end, ${height}; got ${start} to ${end}.`,
		);
	}
	return { start, end };
}
