import { type PanoramaFormat, type PanoramaLayout, writePanoramaGains } from "../media/panorama.ts";
import type { Ray } from "./geometry.ts";
import { panoramaSpec } from "./panorama-input.ts";
import { LUMA_SAMPLING } from "./plane-sampling.ts";
import { type StoredProjection, type StoredProjectionTile, storedProjection } from "./stored-projection.ts";
import { samplePlane } from "./tile-padding.ts";

/** Directions of the sphere that are tried, and the most that are compared in each picture. */
const TRIED_RAYS = 60_000;
const MOST_RAYS = 3000;
/** The least share of directions that are neither dark nor overexposed in a picture that counts. */
const LEAST_SHARE = 0.05;
/** Codes, as parts of white, in which the ratio of two exposures shows. */
const DARK = 0.04;
const OVEREXPOSED = 0.92;
/** Bounds of the ratio that is made up for: what differs more is no exposure. */
const LEAST_RATIO = 0.7;
const GREATEST_RATIO = 1.4;
/** Time in which the ratio follows a change by 63 %, seconds. */
const TIME_CONSTANT_SEC = 1;
/** Pictures further apart than this, or out of order, are no neighbours, seconds. */
const LONGEST_STEP_SEC = 2;
/** Relative change of the overlap's brightness from one picture to the next: another scene. */
const SCENE_CHANGE = 0.25;

/**
 * Finds the gains by which two lenses that see the same directions become equally bright, from
 * picture to picture. Their ratio is measured in the overlap, in codes above black, and split
 * between both. It is smooth in time; the first picture of a scene has its own at once.
 */
export class ExposureMatch {
	readonly #layout: PanoramaLayout;
	/** Indices of the luma samples of both lenses, in pairs, relative to the plane's first. */
	readonly #pairs: Int32Array;
	readonly #black: number;
	readonly #white: number;
	/** Logarithm of the smoothed ratio of the second lens's brightness to the first one's. */
	#logRatio = 0;
	#timeSec = Number.NEGATIVE_INFINITY;
	#brightness = Number.NaN;

	private constructor(format: PanoramaFormat, layout: PanoramaLayout, pairs: Int32Array) {
		const scale = 2 ** ((format.bitDepth ?? 8) - 8);
		this.#layout = layout;
		this.#pairs = pairs;
		[this.#black, this.#white] = format.color.range === "limited" ? [16 * scale, 235 * scale] : [0, 255 * scale];
	}

	/**
	 * For pictures of two lenses that see some directions both; `undefined` for all others, and
	 * where `matchExposure` is false.
	 *
	 * @throws {RangeError} when the format's size or projection is not possible.
	 */
	static create(format: PanoramaFormat): ExposureMatch | undefined {
		const spec = panoramaSpec(format, 0);
		const isPair = spec.kind === "gopro-max" || (spec.kind === "dual-fisheye" && spec.matchExposure !== false);
		if (!isPair) return undefined;
		const stored = storedProjection(format);
		const pairs = overlapPairs(stored);
		return pairs.length === 0 ? undefined : new ExposureMatch(format, stored.layout, pairs);
	}

	/**
	 * Measures the picture at byte `address` of `memory` and writes its gains beside it.
	 * @param timeSec time of the picture.
	 */
	match(memory: Uint8Array, address: number, timeSec: number): void {
		const measured = this.#measure(memory, address);
		if (measured !== undefined) this.#follow(measured.ratio, measured.brightness, timeSec);
		const half = Math.exp(this.#logRatio / 2);
		writePanoramaGains(memory, address, [half, 1 / half]);
	}

	#follow(ratio: number, brightness: number, timeSec: number): void {
		const stepSec = timeSec - this.#timeSec;
		const isNeighbour = stepSec >= 0 && stepSec <= LONGEST_STEP_SEC;
		const change = Math.abs(Math.log(brightness / this.#brightness));
		const share =
			isNeighbour && change < Math.log(1 + SCENE_CHANGE) ? 1 - Math.exp(-stepSec / TIME_CONSTANT_SEC) : 1;
		const bounded = Math.max(LEAST_RATIO, Math.min(GREATEST_RATIO, ratio));
		this.#logRatio += share * (Math.log(bounded) - this.#logRatio);
		this.#timeSec = timeSec;
		this.#brightness = brightness;
	}

	/** The second lens's brightness over the first one's, and the mean of both above black. */
	#measure(memory: Uint8Array, address: number): { ratio: number; brightness: number } | undefined {
		const { bytesPerSample, y } = this.#layout;
		const { samples, first } = samplePlane(memory, address, y, bytesPerSample);
		const least = this.#black + DARK * (this.#white - this.#black);
		const greatest = this.#black + OVEREXPOSED * (this.#white - this.#black);
		let [one, other, count] = [0, 0, 0];
		for (let at = 0; at < this.#pairs.length; at += 2) {
			const a = samples[first + this.#pairs[at]!]!;
			const b = samples[first + this.#pairs[at + 1]!]!;
			if (Math.min(a, b) < least || Math.max(a, b) > greatest) continue;
			one += a;
			other += b;
			count++;
		}
		if (count < (LEAST_SHARE * this.#pairs.length) / 2) return undefined;
		const offset = count * this.#black;
		return { ratio: (other - offset) / (one - offset), brightness: (one + other) / (2 * count) - this.#black };
	}
}

/** Samples of both lenses for directions that both see, spread evenly. */
function overlapPairs({ layout, parts }: StoredProjection): Int32Array {
	const [first, second] = parts;
	if (first === undefined || second === undefined) return new Int32Array();
	const stride = layout.y.stride / layout.bytesPerSample;
	const found: number[] = [];
	for (let index = 0; index < TRIED_RAYS; index++) {
		const ray = spiralRay(index, TRIED_RAYS);
		const one = sampleAt(first.tileAt(ray), ray, stride);
		const other = sampleAt(second.tileAt(ray), ray, stride);
		if (one !== undefined && other !== undefined) found.push(one, other);
	}
	const every = Math.max(1, Math.ceil(found.length / 2 / MOST_RAYS));
	return Int32Array.from(found.filter((_, at) => Math.floor(at / 2) % every === 0));
}

/** Directions at equal distances, on a spiral of golden angles from pole to pole. */
function spiralRay(index: number, count: number): Ray {
	const height = 1 - (2 * index + 1) / count;
	const angle = index * Math.PI * (3 - Math.sqrt(5));
	const radius = Math.sqrt(1 - height * height);
	return [radius * Math.cos(angle), height, radius * Math.sin(angle)];
}

/** Index of the sample nearest to a ray that the tile shows. */
function sampleAt(tile: StoredProjectionTile, ray: Ray, stride: number): number | undefined {
	if (!tile.contains(ray)) return undefined;
	const [x, y] = tile.place(ray);
	const [column, row] = [Math.round(x - LUMA_SAMPLING.x), Math.round(y - LUMA_SAMPLING.y)];
	const isInside =
		column >= tile.x && row >= tile.y && column < tile.x + tile.source.width && row < tile.y + tile.source.height;
	return isInside ? row * stride + column : undefined;
}
