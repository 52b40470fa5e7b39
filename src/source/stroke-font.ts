/**
 * A line of a glyph: points [x, y] joined by straight strokes. Height 1 from base line to cap line,
 * x from 0 to the glyph's width.
 */
type Stroke = readonly (readonly [x: number, y: number])[];

interface Glyph {
	readonly width: number;
	readonly strokes: readonly Stroke[];
}

/**
 * A text as a set of straight strokes, four numbers each (x0, y0, x1, y1), centred on the origin,
 * in units of the cap height.
 */
export interface TextShape {
	readonly segments: Float64Array;
	/** Half the width and height, without the thickness of the pen. */
	readonly halfWidth: number;
	readonly halfHeight: number;
}

const LETTER_GAP = 0.3;

/**
 * Shape of `text` in capitals, digits and `. : - + °`.
 * @throws {RangeError} for any other character.
 */
export function textShape(text: string): TextShape {
	const segments: number[] = [];
	let x = 0;
	for (const character of text) {
		const glyph = GLYPHS.get(character);
		if (glyph === undefined) throw new RangeError(`The built-in font has no "${character}".`);
		for (const stroke of glyph.strokes) {
			for (let i = 1; i < stroke.length; i++) {
				const [x0, y0] = stroke[i - 1]!;
				const [x1, y1] = stroke[i]!;
				segments.push(x + x0, y0 - 0.5, x + x1, y1 - 0.5);
			}
		}
		x += glyph.width + LETTER_GAP;
	}
	const width = Math.max(0, x - LETTER_GAP);
	for (let i = 0; i < segments.length; i += 2) segments[i]! -= width / 2;
	return { segments: Float64Array.from(segments), halfWidth: width / 2, halfHeight: 0.5 };
}

/** Distance from (x, y) to the nearest stroke of `shape`. */
export function distanceToText({ segments }: TextShape, x: number, y: number): number {
	let best = Number.POSITIVE_INFINITY;
	for (let i = 0; i < segments.length; i += 4) {
		const x0 = segments[i]!;
		const y0 = segments[i + 1]!;
		const dx = segments[i + 2]! - x0;
		const dy = segments[i + 3]! - y0;
		const lengthSquared = dx * dx + dy * dy;
		const along = lengthSquared === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / lengthSquared;
		const t = along < 0 ? 0 : Math.min(along, 1);
		const ex = x - x0 - t * dx;
		const ey = y - y0 - t * dy;
		const squared = ex * ex + ey * ey;
		if (squared < best) best = squared;
	}
	return Math.sqrt(best);
}

/** Part of an ellipse, angles in degrees from +x, counter-clockwise. */
function arc(cx: number, cy: number, rx: number, ry: number, fromDeg: number, toDeg: number): Stroke {
	const steps = Math.max(4, Math.ceil(Math.abs(toDeg - fromDeg) / 18));
	return Array.from({ length: steps + 1 }, (_, i) => {
		const angle = ((fromDeg + ((toDeg - fromDeg) * i) / steps) * Math.PI) / 180;
		return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)] as const;
	});
}

const GLYPHS: ReadonlyMap<string, Glyph> = new Map(
	Object.entries({
		" ": { width: 0.3, strokes: [] },
		"0": { width: 0.6, strokes: [arc(0.3, 0.5, 0.3, 0.5, 0, 360)] },
		"1": {
			width: 0.6,
			strokes: [
				[
					[0.1, 0.8],
					[0.33, 1],
					[0.33, 0],
				],
			],
		},
		"2": { width: 0.6, strokes: [[...arc(0.3, 0.71, 0.28, 0.29, 165, -35), [0, 0], [0.6, 0]]] },
		"3": {
			width: 0.6,
			strokes: [[...arc(0.28, 0.75, 0.27, 0.25, 150, -90), ...arc(0.28, 0.25, 0.31, 0.25, 90, -155)]],
		},
		"4": {
			width: 0.64,
			strokes: [
				[
					[0.46, 0],
					[0.46, 1],
					[0, 0.28],
					[0.64, 0.28],
				],
			],
		},
		"5": { width: 0.6, strokes: [[[0.54, 1], [0.1, 1], [0.05, 0.55], ...arc(0.28, 0.32, 0.31, 0.32, 125, -150)]] },
		"6": {
			width: 0.6,
			strokes: [[[0.48, 1], ...arc(0.42, 0.42, 0.42, 0.5, 125, 175)], arc(0.3, 0.31, 0.3, 0.31, 0, 360)],
		},
		"7": {
			width: 0.58,
			strokes: [
				[
					[0, 1],
					[0.58, 1],
					[0.18, 0],
				],
			],
		},
		"8": { width: 0.6, strokes: [arc(0.3, 0.76, 0.25, 0.24, 0, 360), arc(0.3, 0.26, 0.3, 0.26, 0, 360)] },
		"9": {
			width: 0.6,
			strokes: [[[0.12, 0], ...arc(0.18, 0.58, 0.42, 0.5, -55, -5)], arc(0.3, 0.69, 0.3, 0.31, 0, 360)],
		},
		".": {
			width: 0.06,
			strokes: [
				[
					[0.03, 0.02],
					[0.03, 0.02],
				],
			],
		},
		":": {
			width: 0.06,
			strokes: [
				[
					[0.03, 0.22],
					[0.03, 0.22],
				],
				[
					[0.03, 0.72],
					[0.03, 0.72],
				],
			],
		},
		"-": {
			width: 0.4,
			strokes: [
				[
					[0, 0.47],
					[0.4, 0.47],
				],
			],
		},
		"+": {
			width: 0.44,
			strokes: [
				[
					[0, 0.47],
					[0.44, 0.47],
				],
				[
					[0.22, 0.25],
					[0.22, 0.69],
				],
			],
		},
		"°": { width: 0.28, strokes: [arc(0.14, 0.88, 0.13, 0.13, 0, 360)] },
		A: {
			width: 0.72,
			strokes: [
				[
					[0, 0],
					[0.36, 1],
					[0.72, 0],
				],
				[
					[0.13, 0.34],
					[0.59, 0.34],
				],
			],
		},
		B: {
			width: 0.58,
			strokes: [
				[
					[0, 0.53],
					[0.3, 0.53],
					...arc(0.3, 0.765, 0.24, 0.235, -90, 90),
					[0, 1],
					[0, 0],
					[0.3, 0],
					...arc(0.3, 0.265, 0.28, 0.265, -90, 90),
				],
			],
		},
		C: { width: 0.68, strokes: [arc(0.4, 0.5, 0.4, 0.5, 48, 312)] },
		D: { width: 0.64, strokes: [[[0, 0], [0, 1], [0.2, 1], ...arc(0.2, 0.5, 0.44, 0.5, 90, -90), [0, 0]]] },
		E: {
			width: 0.54,
			strokes: [
				[
					[0.54, 1],
					[0, 1],
					[0, 0],
					[0.54, 0],
				],
				[
					[0, 0.52],
					[0.46, 0.52],
				],
			],
		},
		F: {
			width: 0.52,
			strokes: [
				[
					[0.52, 1],
					[0, 1],
					[0, 0],
				],
				[
					[0, 0.52],
					[0.44, 0.52],
				],
			],
		},
		G: { width: 0.74, strokes: [[...arc(0.4, 0.5, 0.4, 0.5, 48, 330), [0.74, 0.46], [0.46, 0.46]]] },
		H: {
			width: 0.64,
			strokes: [
				[
					[0, 0],
					[0, 1],
				],
				[
					[0.64, 0],
					[0.64, 1],
				],
				[
					[0, 0.52],
					[0.64, 0.52],
				],
			],
		},
		I: {
			width: 0.04,
			strokes: [
				[
					[0.02, 0],
					[0.02, 1],
				],
			],
		},
		J: { width: 0.46, strokes: [[[0.46, 1], ...arc(0.22, 0.24, 0.24, 0.24, 0, -170)]] },
		K: {
			width: 0.62,
			strokes: [
				[
					[0, 0],
					[0, 1],
				],
				[
					[0.6, 1],
					[0, 0.38],
				],
				[
					[0.2, 0.58],
					[0.62, 0],
				],
			],
		},
		L: {
			width: 0.5,
			strokes: [
				[
					[0, 1],
					[0, 0],
					[0.5, 0],
				],
			],
		},
		M: {
			width: 0.78,
			strokes: [
				[
					[0, 0],
					[0, 1],
					[0.39, 0.32],
					[0.78, 1],
					[0.78, 0],
				],
			],
		},
		N: {
			width: 0.66,
			strokes: [
				[
					[0, 0],
					[0, 1],
					[0.66, 0],
					[0.66, 1],
				],
			],
		},
		O: { width: 0.82, strokes: [arc(0.41, 0.5, 0.41, 0.5, 0, 360)] },
		P: { width: 0.56, strokes: [[[0, 0], [0, 1], [0.28, 1], ...arc(0.28, 0.74, 0.28, 0.26, 90, -90), [0, 0.48]]] },
		Q: {
			width: 0.82,
			strokes: [
				arc(0.41, 0.5, 0.41, 0.5, 0, 360),
				[
					[0.5, 0.24],
					[0.8, -0.06],
				],
			],
		},
		R: {
			width: 0.58,
			strokes: [
				[[0, 0], [0, 1], [0.28, 1], ...arc(0.28, 0.75, 0.27, 0.25, 90, -90), [0, 0.5]],
				[
					[0.26, 0.5],
					[0.58, 0],
				],
			],
		},
		S: {
			width: 0.58,
			strokes: [[...arc(0.29, 0.755, 0.26, 0.245, 40, 270), ...arc(0.29, 0.255, 0.29, 0.255, 90, -145)]],
		},
		T: {
			width: 0.62,
			strokes: [
				[
					[0, 1],
					[0.62, 1],
				],
				[
					[0.31, 1],
					[0.31, 0],
				],
			],
		},
		U: { width: 0.64, strokes: [[[0, 1], ...arc(0.32, 0.32, 0.32, 0.32, 180, 360), [0.64, 1]]] },
		V: {
			width: 0.68,
			strokes: [
				[
					[0, 1],
					[0.34, 0],
					[0.68, 1],
				],
			],
		},
		W: {
			width: 0.98,
			strokes: [
				[
					[0, 1],
					[0.24, 0],
					[0.49, 0.8],
					[0.74, 0],
					[0.98, 1],
				],
			],
		},
		X: {
			width: 0.64,
			strokes: [
				[
					[0, 1],
					[0.64, 0],
				],
				[
					[0, 0],
					[0.64, 1],
				],
			],
		},
		Y: {
			width: 0.66,
			strokes: [
				[
					[0, 1],
					[0.33, 0.48],
					[0.66, 1],
				],
				[
					[0.33, 0.48],
					[0.33, 0],
				],
			],
		},
		Z: {
			width: 0.6,
			strokes: [
				[
					[0, 1],
					[0.6, 1],
					[0, 0],
					[0.6, 0],
				],
			],
		},
	} satisfies Record<string, Glyph>),
);
