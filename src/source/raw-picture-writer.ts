import type { PaddedPlaneLayout, PanoramaFormat } from "../media/panorama.ts";
import { PanoramaWriter, PLANE_NAMES } from "../projection/panorama-writer.ts";
import type { PicturePacking } from "./stereo.ts";

/** A rectangle of a plane of one eye's picture, samples. */
interface Piece {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
	/** First byte of its upper left sample in a panorama. */
	readonly offset: number;
}

/** A plane of the pictures that arrive, samples of one eye. */
interface ArrivingPlane {
	readonly width: number;
	readonly height: number;
	readonly stored: PaddedPlaneLayout;
	readonly pieces: readonly Piece[];
}

/**
 * Copies I420 pictures that arrive in pieces of any size into stored panoramas, one for each
 * eye. Each byte is copied once.
 */
export class RawPictureWriter {
	readonly #writer: PanoramaWriter;
	readonly #planes: readonly ArrivingPlane[];
	readonly #memory: Buffer;
	/** Panoramas across and down a picture. */
	readonly #across: number;
	readonly #down: number;
	/** Offset in a slot of the panorama at `row * across + column` of a picture, if it is read. */
	readonly #offsets: (number | undefined)[] = [];
	#plane = 0;
	/** Row of the present plane. */
	#row = 0;
	#column = 0;

	/**
	 * @param memory memory that the addresses given to `write` refer to.
	 * @param format of the panoramas, 8 bits a sample.
	 */
	constructor(memory: Buffer, format: PanoramaFormat, { across, down, parts }: PicturePacking) {
		this.#memory = memory;
		this.#writer = new PanoramaWriter(format);
		const { layout } = this.#writer;
		this.#planes = PLANE_NAMES.map((name) => {
			const step = name === "y" ? 1 : 2;
			const stored = layout[name];
			const pieces = layout.tiles.map(({ source, x, y }) => ({
				x: source.x / step,
				y: source.y / step,
				width: source.width / step,
				height: source.height / step,
				offset: stored.offset + (y / step) * stored.stride + x / step,
			}));
			return { width: format.width / step, height: format.height / step, stored, pieces };
		});
		this.#across = across;
		this.#down = down;
		for (const [eye, { row, column }] of parts.entries())
			this.#offsets[row * across + column] = eye * layout.byteLength;
	}

	/** True when no byte of the next picture has arrived. */
	get atStart(): boolean {
		return this.#plane === 0 && this.#row === 0 && this.#column === 0;
	}

	/**
	 * Takes bytes of `piece` from `from` on, up to the end of a picture.
	 *
	 * @param address the picture's first byte; `undefined` to count the bytes and drop them.
	 * @returns number of bytes taken: fewer than there are when the picture ends before the
	 * piece does.
	 */
	write(piece: Buffer, from: number, address: number | undefined): number {
		let at = from;
		while (at < piece.length) {
			const plane = this.#planes[this.#plane]!;
			const { width, height } = plane;
			const column = this.#column % width;
			const length = Math.min(width - column, piece.length - at);
			if (address !== undefined) {
				const panorama = Math.floor(this.#row / height) * this.#across + (this.#column - column) / width;
				const offset = this.#offsets[panorama];
				if (offset !== undefined) this.#place(plane, address + offset, column, piece, at, length);
			}
			at += length;
			this.#column += length;
			if (this.#column < width * this.#across) continue;
			this.#column = 0;
			if (++this.#row < height * this.#down) continue;
			this.#row = 0;
			this.#plane = (this.#plane + 1) % this.#planes.length;
			if (this.#plane === 0) break;
		}
		return at - from;
	}

	/**
	 * Completes a picture, whose first byte is at `address`, by its padding.
	 * @param timeSec time of the picture, for exposures that are matched in time.
	 */
	complete(address: number, timeSec: number): void {
		const { buffer, byteOffset, length } = this.#memory;
		const memory = new Uint8Array(buffer, byteOffset, length);
		this.#writer.pad(memory, address);
		this.#writer.matchExposure(memory, address, timeSec);
	}

	/** Copies a part of a row, from `column` on, to every tile that shows some of it. */
	#place(
		{ height, stored, pieces }: ArrivingPlane,
		address: number,
		column: number,
		piece: Buffer,
		at: number,
		length: number,
	): void {
		const row = this.#row % height;
		for (const tile of pieces) {
			const first = Math.max(column, tile.x);
			const end = Math.min(column + length, tile.x + tile.width);
			if (row < tile.y || row >= tile.y + tile.height || first >= end) continue;
			const start = address + tile.offset + (row - tile.y) * stored.stride + first - tile.x;
			// `set` would copy shared memory word by word, at half the speed.
			piece.copy(this.#memory, start, at + first - column, at + end - column);
		}
	}
}
