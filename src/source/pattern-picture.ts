import type { PanoramaLayout, PictureColor, PlaneLayout } from "../media/panorama.ts";
import { RAD_PER_DEG as RAD } from "../media/rotation.ts";
import { PanoramaWriter } from "../projection/panorama-writer.ts";
import { wrapRows } from "../projection/tile-padding.ts";
import {
	changingYaws,
	directionFromAngles,
	limitedBt709FromRgb,
	MARKER_RADIUS_DEG,
	markerAnglesAt,
	PANEL,
	paintScene,
	type SceneEye,
	type YawRange,
} from "./pattern-scene.ts";
import { distanceToText, textShape } from "./stroke-font.ts";
import { encodeTimeCode, TIME_CODE_BLOCKS, TIME_CODE_PLACE } from "./time-code.ts";

/** The colour space of the built-in scene. */
export const PATTERN_COLOR: PictureColor = { range: "limited", matrix: "bt709", chromaSiting: "left" };

const BLACK = 16;
const WHITE = 235;
/** Bottom, middle, and cap height of the line of digits, degrees. */
const DIGITS_PITCH_DEG = -16.4;
const DIGITS_CAP_DEG = 1.7;
const DIGITS_PEN = 0.12;

/**
 * A piece of a picture: luma columns [left, left + width) counted around the seam, rows [top, top +
 * height). All even.
 */
interface Patch {
	readonly left: number;
	readonly top: number;
	readonly width: number;
	readonly height: number;
}

/** One character as coverage, 0 to 255, and its distance to the next character. */
interface Sprite {
	readonly width: number;
	readonly height: number;
	readonly cover: Uint8Array;
}

/**
 * Draws the pictures of the built-in scene into the slots of a panorama store. The background
 * is drawn once; each picture repairs the places that the slot's last picture had covered, and
 * draws only the moving parts. Picture n is the same whatever was drawn before.
 */
export class PatternPainter {
	readonly layout: PanoramaLayout;
	readonly #background: Uint8Array;
	readonly #sprites: ReadonlyMap<string, Sprite>;
	/** The patches drawn over the background, by the slot's address. */
	readonly #drawn = new Map<number, Patch[]>();
	readonly #eye: SceneEye | undefined;

	/**
	 * Draws the background, which takes about half a second of processor time for 3840x1920.
	 *
	 * @param eye the eye whose panorama it is; absent: one for both.
	 * @throws {RangeError} if the size is odd or too small.
	 */
	constructor(width: number, height: number, eye?: SceneEye) {
		const writer = new PanoramaWriter({ width, height, eyes: 1, color: PATTERN_COLOR });
		this.layout = writer.layout;
		this.#eye = eye;
		this.#background = new Uint8Array(this.layout.byteLength);
		paintBackground(this.#background, this.layout, eye);
		writer.pad(this.#background, 0);
		this.#sprites = new Map([..."0123456789:. "].map((character) => [character, this.#sprite(character)]));
	}

	/**
	 * Draws picture `frame`, which shows the time `timeSec`, at `address` of `memory`; each
	 * slot has one address.
	 */
	paint(memory: Uint8Array, address: number, frame: number, timeSec: number): void {
		const drawn = this.#drawn.get(address);
		if (drawn === undefined) memory.set(this.#background, address);
		else for (const patch of drawn) this.#restore(memory, address, patch);
		const patches = [this.#paintMarker(memory, address, timeSec)];
		const bits = encodeTimeCode(frame);
		const text = `${clockText(timeSec)}  ${String(frame % 1e7).padStart(7, "0")}`;
		// Blocks and digits cover the same places in every picture: they need no repair.
		for (const yawDeg of TIME_CODE_PLACE.centerYawsDeg) {
			patches.push(
				this.#paintTimeCode(memory, address, bits, yawDeg),
				this.#paintDigits(memory, address, text, yawDeg),
			);
		}
		for (const patch of patches) this.#pad(memory, address, patch);
		this.#drawn.set(address, patches.slice(0, 1));
	}

	#paintMarker(memory: Uint8Array, address: number, timeSec: number): Patch {
		const { yawDeg, pitchDeg } = markerAnglesAt(timeSec, this.#eye);
		const { width, height } = this.layout.y;
		const [x, y, z] = directionFromAngles(yawDeg, pitchDeg);
		const reachDeg = MARKER_RADIUS_DEG + 0.6;
		const reachYawDeg = reachDeg / Math.cos((Math.abs(pitchDeg) + reachDeg) * RAD);
		const patch = evenPatch(
			((yawDeg - reachYawDeg + 180) / 360) * width,
			((90 - pitchDeg - reachDeg) / 180) * height,
			((yawDeg + reachYawDeg + 180) / 360) * width,
			((90 - pitchDeg + reachDeg) / 180) * height,
		);
		const drop = { direction: [x, y, z], cover: 0, shade: 0 };
		const shadeAt = (u: number, v: number, softDeg: number) => {
			const yaw = (u / width - 0.5) * 2 * Math.PI;
			const pitch = (0.5 - v / height) * Math.PI;
			const cosine = Math.cos(pitch) * (Math.sin(yaw) * x - Math.cos(yaw) * z) + Math.sin(pitch) * y;
			const fromMiddleDeg = Math.acos(Math.min(1, cosine)) / RAD;
			drop.cover = clamp01(0.5 + (MARKER_RADIUS_DEG - fromMiddleDeg) / softDeg);
			drop.shade = clamp01(0.5 + (MARKER_RADIUS_DEG * 0.55 - fromMiddleDeg) / softDeg);
		};
		const rim = limitedBt709FromRgb([255, 255, 255]);
		const core = limitedBt709FromRgb([255, 64, 129]);
		for (const [index, plane] of [this.layout.y, this.layout.u, this.layout.v].entries()) {
			const scale = width / plane.width;
			// Left-sited chroma lies on the left column of its block, midway between its rows.
			const [shiftU, shiftV] = scale === 1 ? [0.5, 0.5] : [0.5, 1];
			const softDeg = (360 / width) * scale;
			for (let row = patch.top / scale; row < (patch.top + patch.height) / scale; row++) {
				const start = address + plane.offset + row * plane.stride;
				for (let column = patch.left / scale; column < (patch.left + patch.width) / scale; column++) {
					shadeAt(column * scale + shiftU, row * scale + shiftV, softDeg);
					if (drop.cover === 0) continue;
					const at = start + wrap(column, plane.width);
					const value = rim[index]! + (core[index]! - rim[index]!) * drop.shade;
					memory[at] = Math.round(memory[at]! + (value - memory[at]!) * drop.cover);
				}
			}
		}
		return patch;
	}

	#paintTimeCode(memory: Uint8Array, address: number, bits: Uint8Array, yawDeg: number): Patch {
		const { width, height, offset, stride } = this.layout.y;
		const { widthDeg, topPitchDeg, bottomPitchDeg } = TIME_CODE_PLACE;
		const left = (yawDeg + 180 - widthDeg / 2) / 360;
		const edges = Array.from({ length: TIME_CODE_BLOCKS + 1 }, (_, i) =>
			Math.round((left + (i * widthDeg) / TIME_CODE_BLOCKS / 360) * width),
		);
		const top = Math.round(((90 - topPitchDeg) / 180) * height);
		const bottom = Math.round(((90 - bottomPitchDeg) / 180) * height);
		for (let row = top; row < bottom; row++) {
			const start = address + offset + row * stride;
			for (let block = 0; block < TIME_CODE_BLOCKS; block++) {
				fillAround(memory, start, width, edges[block]!, edges[block + 1]!, bits[block] === 1 ? WHITE : BLACK);
			}
		}
		return evenPatch(edges[0]!, top, edges[TIME_CODE_BLOCKS]!, bottom);
	}

	#paintDigits(memory: Uint8Array, address: number, text: string, yawDeg: number): Patch {
		const { width, height, offset, stride } = this.layout.y;
		const sprites = [...text].map((character) => this.#sprites.get(character)!);
		const total = sprites.reduce((sum, sprite) => sum + sprite.width, 0);
		const panel = limitedBt709FromRgb(PANEL.color)[0];
		const left = Math.round(((yawDeg + 180) / 360) * width - total / 2);
		const top = Math.round(((90 - DIGITS_PITCH_DEG) / 180) * height - sprites[0]!.height / 2);
		let pen = left;
		for (const sprite of sprites) {
			for (let row = 0; row < sprite.height; row++) {
				const start = address + offset + (top + row) * stride;
				for (let column = 0; column < sprite.width; column++) {
					const cover = sprite.cover[row * sprite.width + column]!;
					memory[start + wrap(pen + column, width)] = panel + ((WHITE - panel) * cover + 127) / 255;
				}
			}
			pen += sprite.width;
		}
		return evenPatch(left, top, left + total, top + sprites[0]!.height);
	}

	/** Digits are spaced evenly, so that the text does not dance as it counts. */
	#sprite(character: string): Sprite {
		const { width, height } = this.layout.y;
		const columnsPerCap = (DIGITS_CAP_DEG / Math.cos(DIGITS_PITCH_DEG * RAD) / 360) * width;
		const rowsPerCap = (DIGITS_CAP_DEG / 180) * height;
		const spriteWidth = Math.max(1, Math.round(columnsPerCap * (/[:. ]/.test(character) ? 0.5 : 0.95)));
		const spriteHeight = Math.max(1, Math.round(rowsPerCap * 1.3));
		const shape = textShape(character);
		const cover = Uint8Array.from({ length: spriteWidth * spriteHeight }, (_, i) => {
			const x = ((i % spriteWidth) + 0.5 - spriteWidth / 2) / columnsPerCap;
			const y = (spriteHeight / 2 - (Math.floor(i / spriteWidth) + 0.5)) / rowsPerCap;
			return Math.round(255 * clamp01(0.5 + (DIGITS_PEN / 2 - distanceToText(shape, x, y)) * rowsPerCap));
		});
		return { width: spriteWidth, height: spriteHeight, cover };
	}

	#restore(memory: Uint8Array, address: number, patch: Patch): void {
		for (const plane of [this.layout.y, this.layout.u, this.layout.v]) {
			eachRun(patch, plane, this.layout.y.width, (from, length) =>
				memory.set(
					this.#background.subarray(plane.offset + from, plane.offset + from + length),
					address + plane.offset + from,
				),
			);
		}
		this.#pad(memory, address, patch);
	}

	/**
	 * Writes the padding beside the rows of `patch`, if the patch touches what it repeats. Patches
	 * stay clear of the poles.
	 */
	#pad(memory: Uint8Array, address: number, patch: Patch): void {
		const { width } = this.layout.y;
		const { left, right } = this.layout.u.padding;
		const first = wrap(patch.left, width);
		if (first >= 2 * right && first + patch.width <= width - 2 * left) return;
		for (const plane of [this.layout.y, this.layout.u, this.layout.v]) {
			const scale = width / plane.width;
			const rows = {
				samples: memory,
				first: address + plane.offset + (patch.top / scale) * plane.stride,
				stride: plane.stride,
				width: plane.width,
				height: patch.height / scale,
			};
			wrapRows(rows, left, right);
		}
	}
}

function paintBackground(picture: Uint8Array, layout: PanoramaLayout, eye: SceneEye | undefined): void {
	const { y, u, v } = layout;
	paintPlane(y, y.width, y.height, 0.5, 0.5, eye, (at, end, color) => {
		const luma = 0.2126 * color[0]! + 0.7152 * color[1]! + 0.0722 * color[2]!;
		fillSamples(picture, 16.5 + (219 / 255) * luma, at, end);
	});
	paintPlane(u, y.width, y.height, 0.5, 1, eye, (at, end, color) => {
		const luma = 0.2126 * color[0]! + 0.7152 * color[1]! + 0.0722 * color[2]!;
		fillSamples(picture, 128.5 + (224 / 255 / 1.8556) * (color[2]! - luma), at, end);
		fillSamples(
			picture,
			128.5 + (224 / 255 / 1.5748) * (color[0]! - luma),
			at - u.offset + v.offset,
			end - u.offset + v.offset,
		);
	});
}

/** Most runs are one sample long. */
function fillSamples(picture: Uint8Array, value: number, at: number, end: number): void {
	if (end === at + 1) picture[at] = value;
	else picture.fill(value, at, end);
}

/**
 * Evaluates the scene at each sample of a plane, and once for a run of samples of one colour.
 *
 * @param shiftU place of the first sample, in luma samples from the picture's corner; `shiftV`
 * likewise.
 * @param put writes the samples from `at` to before `end`, which have the colour `color`.
 */
function paintPlane(
	plane: PlaneLayout,
	width: number,
	height: number,
	shiftU: number,
	shiftV: number,
	eye: SceneEye | undefined,
	put: (at: number, end: number, color: Float64Array) => void,
): void {
	const color = new Float64Array(3);
	const scale = width / plane.width;
	const softRad = ((2 * Math.PI) / width) * scale;
	const yaws = Float64Array.from({ length: plane.width }, (_, i) => ((i * scale + shiftU) / width - 0.5) * 360);
	const sines = yaws.map((yawDeg) => Math.sin(yawDeg * RAD));
	const cosines = yaws.map((yawDeg) => Math.cos(yawDeg * RAD));
	const changing = new Uint8Array(plane.width);
	for (let row = 0; row < plane.height; row++) {
		const pitchDeg = (0.5 - (row * scale + shiftV) / height) * 180;
		const level = Math.cos(pitchDeg * RAD);
		const y = Math.sin(pitchDeg * RAD);
		const start = plane.offset + row * plane.stride;
		markChanging(changing, changingYaws(pitchDeg, softRad, eye), shiftU / scale);
		for (let column = 0; column < plane.width; ) {
			const end = changing[column] === 1 ? column + 1 : endOfRun(changing, column);
			paintScene(
				color,
				level * sines[column]!,
				y,
				-level * cosines[column]!,
				yaws[column]!,
				pitchDeg,
				softRad,
				eye,
			);
			put(start + column, start + end, color);
			column = end;
		}
	}
}

/**
 * Sets 1 for each sample of a row that lies in one of the ranges, 0 for all others.
 * @param shift place of the first sample, in samples
 */
function markChanging(changing: Uint8Array, ranges: readonly YawRange[], shift: number): void {
	const { length } = changing;
	changing.fill(0);
	for (const [fromDeg, toDeg] of ranges) {
		const first = Math.floor(((fromDeg + 180) / 360) * length - shift);
		const last = Math.ceil(((toDeg + 180) / 360) * length - shift);
		if (last - first >= length) changing.fill(1);
		else for (let column = first; column <= last; column++) changing[(column + length) % length] = 1;
	}
}

/** The next sample from `column` on that may differ; at most the row's end. */
function endOfRun(changing: Uint8Array, column: number): number {
	const end = changing.indexOf(1, column);
	return end < 0 ? changing.length : end;
}

/**
 * Calls `run` with each piece of a row inside `patch`, as an offset from the plane's first sample;
 * two pieces where the patch crosses the seam.
 */
function eachRun(
	patch: Patch,
	plane: PlaneLayout,
	lumaWidth: number,
	run: (from: number, length: number) => void,
): void {
	const scale = lumaWidth / plane.width;
	const left = wrap(patch.left / scale, plane.width);
	const width = patch.width / scale;
	const first = Math.min(width, plane.width - left);
	for (let row = patch.top / scale; row < (patch.top + patch.height) / scale; row++) {
		run(row * plane.stride + left, first);
		if (first < width) run(row * plane.stride, width - first);
	}
}

function fillAround(
	memory: Uint8Array,
	rowStart: number,
	width: number,
	from: number,
	to: number,
	value: number,
): void {
	const left = wrap(from, width);
	const first = Math.min(to - from, width - left);
	memory.fill(value, rowStart + left, rowStart + left + first);
	memory.fill(value, rowStart, rowStart + to - from - first);
}

function evenPatch(left: number, top: number, right: number, bottom: number): Patch {
	const evenLeft = Math.floor(left / 2) * 2;
	const evenTop = Math.floor(top / 2) * 2;
	return {
		left: evenLeft,
		top: evenTop,
		width: Math.ceil((right - evenLeft) / 2) * 2,
		height: Math.ceil((bottom - evenTop) / 2) * 2,
	};
}

function clockText(timeSec: number): string {
	const milliseconds = Math.floor(timeSec * 1000 + 1e-6);
	const two = (n: number) => String(n % 100).padStart(2, "0");
	const seconds = Math.floor(milliseconds / 1000);
	const fields = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	return `${fields.map(two).join(":")}.${String(milliseconds % 1000).padStart(3, "0")}`;
}

function wrap(column: number, width: number): number {
	return column < 0 ? column + width : column >= width ? column - width : column;
}

function clamp01(value: number): number {
	return value < 0 ? 0 : Math.min(value, 1);
}
