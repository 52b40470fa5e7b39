import type { I420Picture } from "../../src/media/i420-picture.ts";
import { type PanoramaLayout, panoramaLayout, pictureLayout } from "../../src/media/panorama.ts";
import { type Quaternion, quaternionFromAngles } from "../../src/media/rotation.ts";
import { SharedHeap } from "../../src/media/shared-heap.ts";
import type { PanoramaPicture, Projector } from "../../src/projection/projector.ts";
import { chooseProjector, openProjector, projectorBytes } from "../../src/projection/projector-choice.ts";
import { PATTERN_COLOR, PatternPainter } from "../../src/source/pattern-picture.ts";
import { ViewEncoder } from "../../src/stream/view-encoder.ts";
import type { EyeViewSize } from "../../src/stream/view-size.ts";
import { type DecodedView, H264Decoder } from "./h264-decoder.ts";

const FOV_RAD = Math.PI / 2;
/** Means of each plane by which pictures are compared: about the detail of a glance. */
const GRID = { columns: 64, rows: 36 } as const;

/**
 * The built-in scene, or another one, as a projector draws it in any direction and size, without a
 * server around it.
 */
export class TurningView {
	readonly #memory: Uint8Array;
	readonly #projector: Projector;
	readonly #panorama: PanoramaPicture;
	readonly #pictureAddress: number;

	private constructor(heap: SharedHeap, projector: Projector, panorama: PanoramaPicture, pictureAddress: number) {
		this.#memory = new Uint8Array(heap.memory.buffer);
		this.#projector = projector;
		this.#panorama = panorama;
		this.#pictureAddress = pictureAddress;
	}

	/**
	 * @param width of the panorama, twice its height
	 * @param texture deviation of a noise over the whole luma, in steps of 255, for scenes with a
	 * camera's amount of detail.
	 * @default 0
	 * @param paint draws another scene over the built-in one. The few columns of padding at the
	 * seam keep the built-in one.
	 */
	static async open({
		width = 1920,
		texture = 0,
		maxWidth = 1920,
		maxHeight = 1920,
		paint = (_panorama: Uint8Array, _layout: PanoramaLayout): void => {},
	} = {}): Promise<TurningView> {
		const heap = new SharedHeap();
		const height = width / 2;
		const layout = panoramaLayout({ width, height });
		const { address } = heap.allocate(layout.byteLength);
		const choice = await chooseProjector();
		const scratch = heap.allocate(projectorBytes(choice, maxWidth, maxHeight));
		const picture = heap.allocate((maxWidth * maxHeight * 3) / 2);
		const { memory } = heap;
		const bytes = new Uint8Array(memory.buffer);
		new PatternPainter(width, height).paint(bytes, address, 0, 0);
		paint(bytes.subarray(address, address + layout.byteLength), layout);
		// Blocks of 4x4, so that it is not only noise of single pixels. The seam's padding keeps
		// its plain picture: it is a few columns.
		for (let y = 0; texture > 0 && y < height; y++) {
			for (let x = 0; x < width; x++) {
				const at = address + layout.y.offset + y * layout.y.stride + x;
				bytes[at] = Math.max(
					16,
					Math.min(235, bytes[at]! + texture * (placeNoise(x >> 2, y >> 2) + placeNoise(x, y) - 1)),
				);
			}
		}
		const projector = openProjector(choice, { memory, scratchAddress: scratch.address, maxWidth, maxHeight });
		const data = bytes.subarray(address, address + layout.byteLength);
		return new TurningView(
			heap,
			projector,
			{ format: { width, height, eyes: 1, color: PATTERN_COLOR }, layout, data },
			picture.address,
		);
	}

	/**
	 * Draws the view. The result is overwritten by the next call.
	 * @param look yaw in degrees, or a direction.
	 */
	draw({ width, height }: EyeViewSize, look: number | Quaternion): I420Picture {
		const worldFromView =
			typeof look === "number" ? quaternionFromAngles({ yawDeg: look, pitchDeg: 0, rollDeg: 0 }) : look;
		const data = this.#memory.subarray(this.#pictureAddress, this.#pictureAddress + (width * height * 3) / 2);
		const picture = { data, width, height };
		const view = { lens: "pinhole", width, height, fovRad: FOV_RAD, worldFromView } as const;
		this.#projector.project(this.#panorama, view, picture);
		return picture;
	}

	/**
	 * Correlation of a picture with the view at `yawDeg`, luma and colours; 1 for the same. Sky and
	 * ground, which look alike in all directions, are left out: each row counts by its differences
	 * from its mean.
	 */
	likeness({ planes, width, height }: DecodedView, yawDeg: number): number {
		const { data } = this.draw({ width, height }, yawDeg);
		const { y, u, v } = pictureLayout(width, height);
		const truth = [y, u, v].map((plane) => data.subarray(plane.offset, plane.offset + plane.width * plane.height));
		const means = (from: readonly Uint8Array[]) =>
			from.flatMap((plane, index) => [...meansOf(plane, index === 0 ? y : u)]);
		return correlation(means(planes), means(truth));
	}
}

/** Course of a trial: the view's direction and its rate, as functions of seconds. */
export interface TurnPlan extends EyeViewSize {
	readonly frameRate: number;
	readonly seconds: number;
	readonly yawDeg: (sec: number) => number;
	readonly bitrateBps: number | ((sec: number) => number);
	/** Times at which key frames are asked for. */
	readonly keyframesSec?: readonly number[];
	/**
	 * Step between the draws that the source allows, in draws of the frame rate: 2 for a source of
	 * half its rate.
	 * @default 1
	 */
	readonly drawStep?: number;
}

/** A picture of a trial, decoded. */
export interface ShownPicture extends DecodedView {
	readonly drawnSec: number;
	/** Time at which a link of exactly the bit rate has delivered it. */
	readonly shownSec: number;
	/** Time at which the next picture replaces it; the end of the trial for the last. */
	readonly replacedSec: number;
	readonly byteLength: number;
	readonly keyframe: boolean;
	readonly coarsest: boolean;
	readonly yawDeg: number;
	/** Luma, dB, against what was drawn. */
	readonly psnr: number;
}

/** A view drawn, encoded at the rate that `plan` gives, and decoded, in the plan's own time. */
export function runTurn(view: TurningView, plan: TurnPlan): ShownPicture[] {
	const { frameRate, drawStep = 1 } = plan;
	const bitrateAt = (sec: number) => (typeof plan.bitrateBps === "number" ? plan.bitrateBps : plan.bitrateBps(sec));
	using encoder = new ViewEncoder({ frameRate, encoder: "software", bitrateBps: bitrateAt(0) });
	using decoder = new H264Decoder();
	const wished = { width: plan.width, height: plan.height, eyes: 1 } as const;
	const pictures: ShownPicture[] = [];
	let lineFreeSec = 0;
	const keyframes = [...(plan.keyframesSec ?? [])];
	for (let index = 0; index < plan.seconds * frameRate; index += drawStep) {
		const sec = index / frameRate;
		const bitrateBps = bitrateAt(sec);
		encoder.bitrateBps = bitrateBps;
		if (!encoder.offer(sec)) continue;
		const keyframe = keyframes[0]! <= sec;
		if (keyframe) keyframes.shift();
		const size = encoder.sizeFor(wished, 1, sec);
		const yawDeg = plan.yawDeg(sec);
		const drawn = view.draw(size, yawDeg);
		const encoded = encoder.encode(drawn, size, PATTERN_COLOR, { ticks: Math.round(sec * 90_000), keyframe }, sec);
		const decoded = decoder.decode(encoded.data);
		lineFreeSec = Math.max(lineFreeSec, sec) + (encoded.data.length * 8) / bitrateBps;
		pictures.push({
			...decoded,
			drawnSec: sec,
			shownSec: lineFreeSec,
			replacedSec: plan.seconds,
			byteLength: encoded.data.length,
			keyframe: encoded.keyframe,
			coarsest: encoded.coarsest,
			yawDeg,
			psnr: lumaPsnr(decoded.planes[0], drawn.data),
		});
	}
	return pictures.map((picture, index) => ({
		...picture,
		replacedSec: pictures[index + 1]?.shownSec ?? plan.seconds,
	}));
}

/** Used share of the bit rate between two times, 1 when all was used. */
export function usedShare(
	pictures: readonly ShownPicture[],
	bitrateBps: number,
	fromSec: number,
	toSec: number,
): number {
	const bytes = pictures
		.filter(({ drawnSec }) => drawnSec >= fromSec && drawnSec < toSec)
		.reduce((sum, { byteLength }) => sum + byteLength, 0);
	return (bytes * 8) / (toSec - fromSec) / bitrateBps;
}

/** Means by the cells of the grid, of every sample or, in large planes, every second each way. */
function meansOf(samples: Uint8Array, { width, height }: EyeViewSize): Float64Array {
	const step = width >= 4 * GRID.columns && height >= 4 * GRID.rows ? 2 : 1;
	const sums = new Float64Array(GRID.columns * GRID.rows);
	const counts = new Float64Array(sums.length);
	for (let y = 0; y < height; y += step) {
		const row = Math.floor((y * GRID.rows) / height) * GRID.columns;
		for (let x = 0; x < width; x += step) {
			const cell = row + Math.floor((x * GRID.columns) / width);
			sums[cell]! += samples[y * width + x]!;
			counts[cell]!++;
		}
	}
	const means = sums.map((sum, cell) => sum / counts[cell]!);
	for (let row = 0; row < means.length; row += GRID.columns) {
		const cells = means.subarray(row, row + GRID.columns);
		const rowMean = cells.reduce((sum, value) => sum + value, 0) / GRID.columns;
		for (let column = 0; column < GRID.columns; column++) cells[column]! -= rowMean;
	}
	return means;
}

function correlation(a: readonly number[], b: readonly number[]): number {
	const product = (x: readonly number[], y: readonly number[]) =>
		x.reduce((sum, value, index) => sum + value * y[index]!, 0);
	return product(a, b) / Math.max(1e-9, Math.sqrt(product(a, a) * product(b, b)));
}

/** Peak signal-to-noise ratio, dB. @param truth may be longer than the luma */
export function lumaPsnr(luma: Uint8Array, truth: Uint8Array): number {
	let squares = 0;
	for (let i = 0; i < luma.length; i++) squares += (luma[i]! - truth[i]!) ** 2;
	return 10 * Math.log10((255 * 255) / Math.max(1e-4, squares / luma.length));
}

/** A noise of 0 to 1 that is the same for the same place. */
export function placeNoise(x: number, y: number): number {
	const mixed = Math.imul(x + 0x9e37, 0x85eb_ca6b) ^ Math.imul(y + 0x79b9, 0xc2b2_ae35);
	return ((Math.imul(mixed ^ (mixed >>> 13), 0x27d4_eb2f) ^ (mixed >>> 7)) >>> 0) / 2 ** 32;
}
