import type { PictureLayout, PlaneLayout } from "../media/panorama.ts";
import type { PicturePacking } from "./stereo.ts";

/**
 * Copies I420 pictures that arrive in pieces of any size into padded panoramas, one for each
 * eye. Each byte is copied once.
 */
export class RawPictureWriter {
	readonly #planes: readonly PlaneLayout[];
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
	 * @param layout of one eye's panorama; the right eye's follows the left eye's
	 */
	constructor(memory: Buffer, { y, u, v, byteLength }: PictureLayout, { across, down, parts }: PicturePacking) {
		this.#memory = memory;
		this.#planes = [y, u, v];
		this.#across = across;
		this.#down = down;
		for (const [eye, { row, column }] of parts.entries()) this.#offsets[row * across + column] = eye * byteLength;
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
			const { offset, width, height, stride } = this.#planes[this.#plane]!;
			const column = this.#column % width;
			const length = Math.min(width - column, piece.length - at);
			const panorama = Math.floor(this.#row / height) * this.#across + (this.#column - column) / width;
			const place = this.#offsets[panorama];
			if (address !== undefined && place !== undefined) {
				const start = address + place + offset + (this.#row % height) * stride + column;
				// `set` would copy shared memory word by word, at half the speed.
				piece.copy(this.#memory, start, at, at + length);
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
}
