import type { I420Picture } from "../media/i420-picture.ts";
import { pictureLayout, pictureRowsLayout } from "../media/panorama.ts";
import type { PanoramaLease } from "../media/panorama-store.ts";
import type { CustomSpec } from "../media/projection.ts";
import { IDENTITY } from "../media/rotation.ts";
import { MAX_SURROUND_FACE, type SurroundSize, surroundTiles } from "../media/surround.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import { halvePlane } from "../projection/mip.ts";
import type { Projector } from "../projection/projector.ts";
import { surroundTileSpecs, TILE_SCALE } from "../projection/surround-tile.ts";

/** Times a second that each tile is drawn again at most. */
const REDRAWS_PER_SEC = 4;
/**
 * Surrounds of different sizes that a worker keeps, some 150 kB each: the windows of its viewers
 * differ. One that is not kept is drawn as a whole for each picture.
 */
const MOST_KEPT = 32;
const GRAY = 128;

/** The memory in which a tile is drawn, and the projector that draws it. */
export interface TileSpace {
	readonly projector: Projector;
	readonly memory: WasmMemory;
	/** First of `TILE_BYTES` bytes. */
	readonly tileAddress: number;
}

/** Bytes of the largest tile as it is drawn. */
export const TILE_BYTES = pictureLayout(MAX_SURROUND_FACE * TILE_SCALE, MAX_SURROUND_FACE * TILE_SCALE).byteLength;

/**
 * The surrounds of a worker's views. They show the world in its own axes, so that all views with a
 * picture of the same size share one. Tiles are drawn again in turn, a few with each picture: the
 * bits of a moving source are spread, and all other rows stay as they are, byte by byte. Reads no
 * clock: times are arguments, seconds on one monotonic clock.
 */
export class Surrounds {
	readonly #space: TileSpace;
	/** Surrounds by their sizes, the one that was used last at the end. */
	readonly #kept = new Map<string, SurroundPicture>();

	/** @param space borrowed. */
	constructor(space: TileSpace) {
		this.#space = space;
	}

	/** Forgets all pictures, because the panoramas come from another source. */
	clear(): void {
		this.#kept.clear();
	}

	/**
	 * Brings the surround of a picture up to date and copies it into the picture's lowest rows; the
	 * gap above it repeats the row above the gap.
	 *
	 * @param lease borrowed. Its left eye is drawn.
	 * @param into overwritten from the first row of the gap.
	 * @throws {RangeError} if the projector can't draw the panorama.
	 */
	draw(lease: PanoramaLease, size: SurroundSize, into: I420Picture, nowSec: number): void {
		const key = `${size.width} ${size.height} ${size.cuts}`;
		const surround = this.#kept.get(key) ?? new SurroundPicture(size);
		this.#kept.delete(key);
		this.#kept.set(key, surround);
		for (const oldest of this.#kept.keys()) {
			if (this.#kept.size <= MOST_KEPT) break;
			this.#kept.delete(oldest);
		}
		surround.update(lease, this.#space, nowSec);
		surround.copyInto(into, size.gap);
	}
}

/** One surround, with the panorama that each of its tiles shows. */
class SurroundPicture {
	readonly #size: SurroundSize;
	readonly #data: Uint8Array;
	readonly #specs: readonly CustomSpec[];
	/** Sequence number of the panorama in each tile; 0: none. */
	readonly #sequences: number[];
	/** Tiles that may be drawn now, with the share of the next one. */
	#credit: number;
	#next = 0;
	#atSec = Number.NaN;

	constructor(size: SurroundSize) {
		this.#size = size;
		this.#data = new Uint8Array(pictureLayout(size.width, size.height).byteLength).fill(GRAY);
		this.#specs = surroundTileSpecs(size);
		this.#sequences = this.#specs.map(() => 0);
		this.#credit = this.#specs.length;
	}

	/** Draws the tiles whose turn it is, if the panorama is another one. */
	update(lease: PanoramaLease, space: TileSpace, nowSec: number): void {
		const count = this.#specs.length;
		const elapsedSec = Number.isNaN(this.#atSec) ? 0 : Math.max(0, nowSec - this.#atSec);
		this.#atSec = nowSec;
		this.#credit = Math.min(count, this.#credit + elapsedSec * REDRAWS_PER_SEC * count);
		for (; this.#credit >= 1; this.#credit--) {
			const tile = this.#next;
			this.#next = (tile + 1) % count;
			if (this.#sequences[tile] === lease.sequence) continue;
			this.#sequences[tile] = lease.sequence;
			this.#drawTile(tile, lease, space);
		}
	}

	/** Copies the surround into the lowest rows of a picture, and fills the gap above it. */
	copyInto(picture: I420Picture, gap: number): void {
		const { width, height } = this.#size;
		const ours = pictureLayout(width, height);
		const rows = pictureRowsLayout(picture, { start: picture.height - height, count: height });
		for (const name of ["y", "u", "v"] as const) {
			const { offset, stride } = rows[name];
			const gapRows = name === "y" ? gap : gap / 2;
			for (let row = 1; row <= gapRows; row++) {
				const above = offset - (gapRows + 1) * stride;
				picture.data.copyWithin(offset - row * stride, above, above + stride);
			}
			const plane = ours[name];
			picture.data.set(this.#data.subarray(plane.offset, plane.offset + plane.height * plane.stride), offset);
		}
	}

	#drawTile(tile: number, lease: PanoramaLease, { projector, memory, tileAddress }: TileSpace): void {
		const tiles = surroundTiles(this.#size);
		const [width, height] = [tiles.width * TILE_SCALE, tiles.height * TILE_SCALE];
		const layout = pictureLayout(width, height);
		const data = new Uint8Array(memory.buffer, tileAddress, layout.byteLength);
		const projection = this.#specs[tile]!;
		const view = { lens: "projection", width, height, projection, worldFromView: IDENTITY } as const;
		projector.project(lease, view, { data, width, height });
		const whole = pictureLayout(this.#size.width, this.#size.height);
		for (const name of ["y", "u", "v"] as const) {
			const { offset, stride, ...from } = layout[name];
			const columns = from.width / TILE_SCALE;
			halvePlane(
				{ ...from, samples: data, first: offset, stride },
				{
					samples: this.#data,
					first: whole[name].offset + tile * columns,
					stride: whole[name].stride,
					width: columns,
					height: from.height / TILE_SCALE,
				},
			);
		}
	}
}
