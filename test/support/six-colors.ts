import { writeFileSync } from "node:fs";
import type { ProjectionSpec, Ray } from "../../src/media/projection.ts";
import { createProjection } from "../../src/projection/create-projection.ts";
import type { Rgb } from "../../src/source/pattern-scene.ts";

/** A direction with a colour of its own. */
export interface ColoredDirection {
	readonly name: string;
	readonly ray: Ray;
	readonly yawDeg: number;
	readonly pitchDeg: number;
	readonly color: Rgb;
}

/** The six directions of the world's axes, each the middle of a spot of its colour. */
export const SIX_COLORS: readonly ColoredDirection[] = [
	{ name: "front", ray: [0, 0, -1], yawDeg: 0, pitchDeg: 0, color: [200, 70, 70] },
	{ name: "right", ray: [1, 0, 0], yawDeg: 90, pitchDeg: 0, color: [210, 170, 80] },
	{ name: "back", ray: [0, 0, 1], yawDeg: 180, pitchDeg: 0, color: [70, 150, 90] },
	{ name: "left", ray: [-1, 0, 0], yawDeg: -90, pitchDeg: 0, color: [80, 100, 200] },
	{ name: "up", ray: [0, 1, 0], yawDeg: 0, pitchDeg: 90, color: [90, 180, 190] },
	{ name: "down", ray: [0, -1, 0], yawDeg: 0, pitchDeg: -90, color: [170, 90, 180] },
];
const BETWEEN: Rgb = [120, 120, 120];
/** Cosine of the angle from a spot's middle to its border: 33 degrees. */
const SPOT = Math.cos((33 * Math.PI) / 180);

function colorOf(ray: Ray): Rgb {
	const length = Math.hypot(...ray);
	if (Number.isNaN(length)) return [0, 0, 0];
	const near = SIX_COLORS.find(
		(spot) => spot.ray.reduce((sum, part, axis) => sum + part * ray[axis]!, 0) > SPOT * length,
	);
	return near?.color ?? BETWEEN;
}

/**
 * Writes a picture (binary PPM) in which a camera of that projection sees the six colours.
 *
 * @param copies pictures beside each other, such as those of two eyes.
 */
export function writeSixColors(
	file: string,
	spec: ProjectionSpec,
	{ width, height, copies = 1 }: { readonly width: number; readonly height: number; readonly copies?: number },
): void {
	const projection = createProjection(spec, width, height);
	const header = Buffer.from(`P6 ${width * copies} ${height} 255\n`);
	const pixels = Buffer.alloc(width * copies * height * 3);
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const color = colorOf(projection.unproject(x + 0.5, y + 0.5));
			for (let copy = 0; copy < copies; copy++) pixels.set(color, 3 * (y * width * copies + copy * width + x));
		}
	writeFileSync(file, Buffer.concat([header, pixels]));
}
