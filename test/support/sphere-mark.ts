/** What a picture of the marked sphere says about itself. */
export interface SphereMark {
	/** Number of the source's picture, 0 to 1727. */
	readonly frame: number;
	/** Direction of the picture's middle, degrees right of the front, and above the horizon. */
	readonly yawDeg: number;
	readonly pitchDeg: number;
}

/** The pixels of a view. */
export interface MarkedView {
	readonly width: number;
	readonly height: number;
	/** Horizontal field of view, degrees. */
	readonly fovDeg: number;
	/** Value of a plane (0 luma, 1 and 2 chroma, limited range) at a pixel of the whole picture. */
	readonly at: (plane: 0 | 1 | 2, x: number, y: number) => number;
}

const RAD = Math.PI / 180;

/** The layout of a marked sphere. */
export const MARK = {
	/** Width of a stripe. Each shows one digit of the picture's number as its gray. */
	stripeDeg: 10,
	digits: 3,
	base: 12,
	/** Neither the grays nor the colours leave what RGB can show. */
	darkest: 90,
	grayStep: 6,
	/** Colour is the direction: blue difference of the yaw, red difference of the pitch. */
	colorRange: 40,
	yawRangeDeg: 60,
	pitchRangeDeg: 40,
} as const;

/**
 * Reads what a view of the marked sphere shows. It looks within 40 degrees of the front, level.
 *
 * @returns `undefined` where a gray lies between two digits: it is no such view, or a bad picture.
 */
function readSphereMark({ width, height, fovDeg, at }: MarkedView): SphereMark | undefined {
	const focal = width / 2 / Math.tan((fovDeg / 2) * RAD);
	const reach = Math.round(focal * Math.tan(5 * RAD));
	const colorOf = (plane: 1 | 2) =>
		mean(-reach, reach, (dx) => mean(-reach, reach, (dy) => at(plane, width / 2 + dx, height / 2 + dy)));
	const yawDeg = ((colorOf(1) - 128) / MARK.colorRange) * MARK.yawRangeDeg;
	const pitchDeg = ((colorOf(2) - 128) / MARK.colorRange) * MARK.pitchRangeDeg;
	const digits: number[][] = Array.from({ length: MARK.digits }, () => []);
	const middle = Math.floor((yawDeg + 180) / MARK.stripeDeg);
	for (let stripe = middle - 2; stripe <= middle + 2; stripe++) {
		const turnDeg = (stripe + 0.5) * MARK.stripeDeg - 180 - yawDeg;
		const x = width / 2 + focal * Math.tan(turnDeg * RAD) * Math.cos(pitchDeg * RAD);
		const step = focal * Math.tan(0.5 * RAD);
		const gray = mean(-2, 2, (dx) => mean(-4, 4, (dy) => at(0, x + dx * step, height / 2 + dy * step)));
		digits[stripe % MARK.digits]!.push((gray - MARK.darkest) / MARK.grayStep);
	}
	let frame = 0;
	for (const [place, values] of digits.entries()) {
		const digit = Math.round(mean(0, values.length - 1, (index) => values[index]!));
		const isClear = values.every((value) => Math.abs(value - digit) < 0.45);
		if (!isClear || digit < 0 || digit >= MARK.base) return undefined;
		frame += digit * MARK.base ** place;
	}
	return { frame, yawDeg, pitchDeg };
}

/** Reads a decoded picture's planes, or those of a view at its top. */
export function readDecodedMark(
	picture: {
		readonly width: number;
		readonly height: number;
		readonly planes: readonly [Uint8Array, Uint8Array, Uint8Array];
	},
	fovDeg: number,
): SphereMark | undefined {
	const { width, height, planes } = picture;
	return readSphereMark({
		...{ width, height, fovDeg },
		at: (plane, x, y) =>
			plane === 0
				? planes[0][Math.floor(y) * width + Math.floor(x)]!
				: planes[plane][Math.floor(y / 2) * (width / 2) + Math.floor(x / 2)]!,
	});
}

/** Reads pixels of a canvas: RGBA of BT.709. */
export function readCanvasMark(
	{ width, height, data }: { readonly width: number; readonly height: number; readonly data: ArrayLike<number> },
	fovDeg: number,
): SphereMark | undefined {
	return readSphereMark({
		...{ width, height, fovDeg },
		at: (plane, x, y) => {
			const pixel = 4 * (Math.floor(y) * width + Math.floor(x));
			const [red, green, blue] = [data[pixel]!, data[pixel + 1]!, data[pixel + 2]!];
			const luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
			if (plane === 0) return 16 + (219 / 255) * luma;
			const difference = plane === 1 ? (blue - luma) / 1.8556 : (red - luma) / 1.5748;
			return 128 + (224 / 255) * difference;
		},
	});
}

function mean(from: number, to: number, valueAt: (index: number) => number): number {
	let sum = 0;
	for (let index = from; index <= to; index++) sum += valueAt(index);
	return sum / (to - from + 1);
}
