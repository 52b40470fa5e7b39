import {
	type PaddedPlaneLayout,
	type PanoramaFormat,
	type PanoramaLayout,
	pictureLayout,
} from "../../media/panorama.ts";
import type { SmallFormat } from "./small-format.ts";

/** The samples of a row that are read. */
interface RowColumns {
	/** Two for each column, from the row's first sample, or `NOTHING`. */
	readonly offsets: Int32Array;
	/** None is `NOTHING`. */
	readonly isWhole: boolean;
}

/** Where in the stored samples a reduced plane's samples come from. */
interface ReducedPlane {
	readonly from: PaddedPlaneLayout;
	/** First sample in the small picture, of the left eye. */
	readonly to: number;
	readonly width: number;
	readonly height: number;
	/** Rows of the source for each row, two each. */
	readonly rows: Int32Array;
	/** The columns of each of those rows. */
	readonly columns: readonly RowColumns[];
	/** Where nothing is stored. */
	readonly blank: number;
}

const PLANES = ["y", "u", "v"] as const;
/** A place of which nothing is stored. Offsets to a tile above its place are negative, too. */
const NOTHING = -(2 ** 31);

/**
 * Makes small pictures of stored panoramas of 8-bit samples. Each sample is the mean of four that
 * lie evenly in its place: of pictures more than four times as wide not all are read.
 */
export class PanoramaReducer {
	readonly #small: SmallFormat;
	readonly #eyeBytes: number;
	readonly #planes: readonly ReducedPlane[];

	/** @param format of the pictures before. @param layout of one eye's panorama. */
	constructor(
		format: Pick<PanoramaFormat, "width" | "height" | "color">,
		layout: PanoramaLayout,
		small: SmallFormat,
	) {
		const black = format.color.range === "full" ? 0 : 16;
		this.#small = small;
		this.#eyeBytes = layout.byteLength;
		const whole = pictureLayout(small.width, small.height * small.eyes);
		this.#planes = PLANES.map((name) => {
			const step = name === "y" ? 1 : 2;
			const [width, height] = [small.width / step, small.height / step];
			const rows = places(format.height / step, height);
			const acrossPlaces = places(format.width / step, width);
			const known = new Map<string, RowColumns>();
			const columns = Array.from(rows, (row) => {
				const tiles = layout.tiles.filter(
					({ source }) => row * step >= source.y && row * step < source.y + source.height,
				);
				const key = tiles.map((tile) => layout.tiles.indexOf(tile)).join();
				const made = known.get(key) ?? columnsOf(tiles, acrossPlaces, step, layout[name].stride);
				known.set(key, made);
				return made;
			});
			const blank = name === "y" ? black : 128;
			return { from: layout[name], to: whole[name].offset, width, height, rows, columns, blank };
		});
	}

	/** Bytes of a small picture of all eyes. */
	get byteLength(): number {
		return pictureLayout(this.#small.width, this.#small.height * this.#small.eyes).byteLength;
	}

	/**
	 * @param panoramas of all eyes, as a lease has them.
	 * @param into gets an I420 picture of the eyes, one above the other.
	 */
	reduce(panoramas: Uint8Array, into: Uint8Array): void {
		for (let eye = 0; eye < this.#small.eyes; eye++)
			for (const plane of this.#planes)
				reducePlane(plane, panoramas, eye * this.#eyeBytes, into, plane.to + eye * plane.width * plane.height);
	}
}

/** Two samples for each of `count` places in a line of `length` samples. */
function places(length: number, count: number): Int32Array {
	return Int32Array.from({ length: 2 * count }, (_, index) => Math.floor(((index + 0.5) * length) / (2 * count)));
}

/** The samples of a row of the source's picture, where these tiles show it. */
function columnsOf(tiles: PanoramaLayout["tiles"], acrossPlaces: Int32Array, step: number, stride: number): RowColumns {
	const offsets = acrossPlaces.map((column) => {
		const at = column * step;
		const tile = tiles.find(({ source }) => at >= source.x && at < source.x + source.width);
		// Rows are counted in the source's picture, and the tile may lie elsewhere.
		return tile === undefined
			? NOTHING
			: ((tile.y - tile.source.y) / step) * stride + (tile.x - tile.source.x) / step + column;
	});
	return { offsets, isWhole: !offsets.includes(NOTHING) };
}

function reducePlane(plane: ReducedPlane, data: Uint8Array, base: number, into: Uint8Array, to: number): void {
	const { from, width, height, rows, columns, blank } = plane;
	for (let row = 0; row < height; row++) {
		const upper = 2 * row;
		const upperAt = base + from.offset + rows[upper]! * from.stride;
		const lowerAt = base + from.offset + rows[upper + 1]! * from.stride;
		const above = columns[upper]!;
		const below = columns[upper + 1]!;
		const start = to + row * width;
		if (above === below && above.isWhole) wholeRow(above.offsets, data, upperAt, lowerAt, into, start);
		else mixedRow(above.offsets, below.offsets, blank, data, upperAt, lowerAt, into, start);
	}
}

/** All samples of the row are stored, as in nearly all rows. */
function wholeRow(
	offsets: Int32Array,
	data: Uint8Array,
	upperAt: number,
	lowerAt: number,
	into: Uint8Array,
	start: number,
): void {
	for (let tap = 0, at = start; tap < offsets.length; tap += 2, at++) {
		const left = offsets[tap]!;
		const right = offsets[tap + 1]!;
		const sum = data[upperAt + left]! + data[upperAt + right]! + data[lowerAt + left]! + data[lowerAt + right]!;
		into[at] = (sum + 2) >> 2;
	}
}

function mixedRow(
	above: Int32Array,
	below: Int32Array,
	blank: number,
	data: Uint8Array,
	upperAt: number,
	lowerAt: number,
	into: Uint8Array,
	start: number,
): void {
	const sample = (rowAt: number, offset: number) => (offset === NOTHING ? blank : data[rowAt + offset]!);
	for (let tap = 0, at = start; tap < above.length; tap += 2, at++) {
		const upper = sample(upperAt, above[tap]!) + sample(upperAt, above[tap + 1]!);
		const lower = sample(lowerAt, below[tap]!) + sample(lowerAt, below[tap + 1]!);
		into[at] = (upper + lower + 2) >> 2;
	}
}
