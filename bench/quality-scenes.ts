import type { PanoramaLayout } from "../src/media/panorama.ts";
import { type Quaternion, quaternionFromAngles } from "../src/media/rotation.ts";
import { seededRandom } from "../src/skeleton/seeded-random.cases.ts";
import { placeNoise, TurningView } from "../test/support/turning-view.ts";
import { movingHead } from "./moving-views.ts";

/** Width of the panoramas: a view of 90 degrees has nearly as many pixels as they have there. */
const WIDTH = 3840;
/** Pictures a second. */
export const FRAME_RATE = 30;
/** Views begin here, so that they never show the panorama's seam. */
const FIRST_YAW_DEG = -60;

/** A kind of content, and how its views move. */
export interface QualityScene {
	readonly name: "photo" | "game" | "camera";
	/** Draws a picture of the view, I420; a copy. */
	draw(picture: number, motion: Motion): Uint8Array;
}

/** A head that never rests, or one that does. */
export type Motion = "turning" | "still";

/** Size of the views, pixels. */
export const SIZE = { width: 1280, height: 720 } as const;

/**
 * The scenes: `photo`, a still panorama with the statistics of photographs; `game`, the built-in
 * scene, rendered with hard edges and lettering; `camera`, the photo from a camera that sways, with
 * the noise of a sensor.
 */
export async function openQualityScenes(): Promise<QualityScene[]> {
	const photo = await TurningView.open({ width: WIDTH, paint: paintLeaves });
	const game = await TurningView.open({ width: WIDTH });
	const noise = sensorNoise();
	return [
		{ name: "photo", draw: (picture, motion) => photo.draw(SIZE, lookAt(picture, motion)).data.slice() },
		{ name: "game", draw: (picture, motion) => game.draw(SIZE, lookAt(picture, motion)).data.slice() },
		{
			name: "camera",
			draw: (picture, motion) => {
				const drawn = photo.draw(SIZE, lookAt(picture, motion, true)).data.slice();
				noise(drawn, picture);
				return drawn;
			},
		},
	];
}

function lookAt(picture: number, motion: Motion, sways = false): Quaternion {
	const sec = picture / FRAME_RATE;
	if (motion === "turning") return movingHead(sec + FIRST_YAW_DEG / 40);
	// A robot that stands: half a degree to each side, twice a second, and a slow drift.
	const swayDeg = sways ? 0.5 * Math.sin(4 * Math.PI * sec) + sec : 0;
	return quaternionFromAngles({ yawDeg: FIRST_YAW_DEG + swayDeg, pitchDeg: swayDeg / 2, rollDeg: 0 });
}

/** Adds a noise of 2.5 steps of 255 (standard deviation) to the luma, different in each picture. */
function sensorNoise(): (picture: Uint8Array, index: number) => void {
	const random = seededRandom(11);
	const table = Int8Array.from({ length: 1 << 16 }, () => {
		const uniforms = Array.from({ length: 12 }, random);
		return Math.round(2.5 * (uniforms.reduce((sum, value) => sum + value, 0) - 6));
	});
	return (picture, index) => {
		let at = Math.imul(index + 1, 0x9e37_79b1) >>> 0;
		for (let i = 0; i < SIZE.width * SIZE.height; i++) {
			// A stride that visits all of the table, begun at another place in each row.
			if (i % SIZE.width === 0) at = (Math.imul(at, 0x85eb_ca6b) + 0x27d4_eb2f) >>> 0;
			picture[i] = Math.max(16, Math.min(235, picture[i]! + table[(at + 7 * i) & 0xffff]!));
		}
	};
}

/**
 * Paints discs over each other, with sizes by a power law, each with a shade, a colour and a grain
 * of its own: "dead leaves", whose spectrum, edges and occlusions are those of photographs (Lee,
 * Mumford, Huang, "Occlusion Models for Natural Images", 2001).
 */
function paintLeaves(panorama: Uint8Array, { y, u, v }: PanoramaLayout): void {
	const random = seededRandom(5);
	const [least, most, count] = [6, 400, 30_000];
	for (let leaf = 0; leaf < count; leaf++) {
		// Radii with a density of r^-3, the largest first, so that the small ones are not covered.
		const share = (leaf + random()) / count;
		const radius = Math.min(most, least / Math.sqrt(share));
		const pitch = Math.asin(2 * random() - 1);
		const disc = {
			x: Math.floor(random() * y.width),
			y: Math.floor((0.5 - pitch / Math.PI) * y.height),
			radius,
			widening: 1 / Math.max(0.1, Math.cos(pitch)),
		};
		const shade = 40 + 170 * random();
		const grain = 24 * random();
		const slope = 60 * (random() - 0.5);
		fillDisc(panorama, y, disc, 1, (dx, dy) => {
			const texture =
				placeNoise((disc.x + dx) >> 1, (disc.y + dy) >> 1) + placeNoise(disc.x + dx, disc.y + dy) - 1;
			return shade + (slope * dx) / (radius * disc.widening) + grain * texture;
		});
		const [blue, red] = [128 + 60 * (random() - 0.5), 128 + 60 * (random() - 0.5)];
		fillDisc(panorama, u, disc, 2, () => blue);
		fillDisc(panorama, v, disc, 2, () => red);
	}
	soften(panorama, y);
}

interface Disc {
	readonly x: number;
	readonly y: number;
	readonly radius: number;
	/** Factor of its width near the poles. */
	readonly widening: number;
}

function fillDisc(
	panorama: Uint8Array,
	plane: PanoramaLayout["y"],
	{ x, y, radius, widening }: Disc,
	step: number,
	valueAt: (dx: number, dy: number) => number,
): void {
	const tall = Math.ceil(radius / step);
	for (let dy = -tall; dy <= tall; dy++) {
		const row = Math.floor(y / step) + dy;
		if (row < 0 || row >= plane.height) continue;
		const half = Math.floor(Math.sqrt(Math.max(0, tall * tall - dy * dy)) * widening);
		for (let dx = -half; dx <= half; dx++) {
			const column = Math.floor(x / step) + dx;
			if (column < 0 || column >= plane.width) continue;
			const value = Math.max(16, Math.min(235, valueAt(dx * step, dy * step)));
			panorama[plane.offset + row * plane.stride + column] = value;
		}
	}
}

/** Blurs as a lens does: each sample becomes the mean of 2x2, itself the first. */
function soften(panorama: Uint8Array, { offset, stride, width, height }: PanoramaLayout["y"]): void {
	for (let row = 0; row < height - 1; row++) {
		for (let column = 0, at = offset + row * stride; column < width - 1; column++, at++) {
			const sum = panorama[at]! + panorama[at + 1]! + panorama[at + stride]! + panorama[at + stride + 1]!;
			panorama[at] = (sum + 2) >> 2;
		}
	}
}
