/**
 * The steps that set stored pictures upright: they are mirrored left to right, if at all, then
 * turned clockwise.
 */
export interface Orientation {
	readonly rotationDeg: 0 | 90 | 180 | 270;
	readonly mirrored: boolean;
}

/** A picture as it is shown, before it is divided into eyes. */
export interface UprightPicture {
	/** Pixels, upright. */
	readonly width: number;
	readonly height: number;
	/** Width of a pixel by its height, upright. */
	readonly pixelAspect: number;
}

/** Neither turned nor mirrored. */
export const UPRIGHT: Orientation = { rotationDeg: 0, mirrored: false };

/**
 * The orientation that a display matrix states: FFmpeg's 3x3 matrix in 16.16 fixed point, row
 * by row (libavutil/display.h), which maps a stored point, as a row vector, to its place on the
 * screen. Angles in between are rounded to quarter turns.
 */
export function orientationFromMatrix(matrix: Buffer | null): Orientation {
	if (matrix === null || matrix.length < 36) return UPRIGHT;
	const [a, b, , c, d] = [0, 4, 8, 12, 16].map((at) => matrix.readInt32LE(at)) as [
		number,
		number,
		number,
		number,
		number,
	];
	const mirrored = a * d - b * c < 0;
	const angle = mirrored ? Math.atan2(-b, -a) : Math.atan2(b, a);
	const quarters = ((Math.round(angle / (Math.PI / 2)) % 4) + 4) % 4;
	return { rotationDeg: (quarters * 90) as Orientation["rotationDeg"], mirrored };
}

/** The inverse of `orientationFromMatrix`, for whole quarter turns. */
export function matrixOfOrientation({ rotationDeg, mirrored }: Orientation): Buffer {
	const [cos, sin] = [
		[1, 0],
		[0, 1],
		[-1, 0],
		[0, -1],
	][rotationDeg / 90] as [number, number];
	const sign = mirrored ? -1 : 1;
	const matrix = Buffer.alloc(36);
	[sign * cos, sign * sin, 0, -sin, cos].forEach(
		(value, index) => void matrix.writeInt32LE(value * 65_536, index * 4),
	);
	matrix.writeInt32LE(2 ** 30, 32);
	return matrix;
}

/** FFmpeg's filters that set pictures upright. */
export function orientationFilters({ rotationDeg, mirrored }: Orientation): string[] {
	const turn = { 0: [], 90: ["transpose=clock"], 180: ["hflip", "vflip"], 270: ["transpose=cclock"] }[rotationDeg];
	return mirrored ? ["hflip", ...turn] : turn;
}

/** The size of a picture after it was set upright. */
export function uprightSize<Size extends { readonly width: number; readonly height: number }>(
	size: Size,
	{ rotationDeg }: Orientation,
): Size {
	return rotationDeg % 180 === 90 ? { ...size, width: size.height, height: size.width } : size;
}

/** Words for people: "90 degrees clockwise, mirrored". */
export function orientationText({ rotationDeg, mirrored }: Orientation): string {
	const parts = [
		...(mirrored ? ["mirrored left to right"] : []),
		...(rotationDeg === 0 ? [] : [`${rotationDeg} degrees clockwise`]),
	];
	return parts.join(", then ") || "none";
}
