import type { PictureLayout, PlaneLayout } from "../media/panorama.ts";

/**
 * Puts a stream of I420 pictures, which comes in pieces of any size, into its places in padded panoramas: each byte is copied once, from the piece to
 * its place.
 */
export class RawPictureWriter {
	readonly #planes: readonly PlaneLayout[];
	readonly #memory: Buffer;
	#plane = 0;
	#row = 0;
	#column = 0;

	/** @param memory what addresses given to `write` count in. */
	constructor(memory: Buffer, { y, u, v }: PictureLayout) {
		this.#memory = memory;
		this.#planes = [y, u, v];
	}

	/** Whether no byte of the next picture has come yet. */
	get atStart(): boolean {
		return this.#plane === 0 && this.#row === 0 && this.#column === 0;
	}

	/**
	 * Takes bytes of `piece` from `from` on, up to the end of a picture.
	 *
	 * @param address the picture's first byte; `undefined` to count the bytes and drop them.
	 * @returns how many bytes were taken: fewer than there are when the picture is complete before the piece ends.
	 */
	write(piece: Buffer, from: number, address: number | undefined): number {
		let at = from;
		while (at < piece.length) {
			const { offset, width, height, stride } = this.#planes[this.#plane]!;
			const length = Math.min(width - this.#column, piece.length - at);
			// Not `set`: on shared memory that copies word by word, at half the speed.
			if (address !== undefined) piece.copy(this.#memory, address + offset + this.#row * stride + this.#column, at, at + length);
			at += length;
			this.#column += length;
			if (this.#column < width) break;
			this.#column = 0;
			if (++this.#row < height) continue;
			this.#row = 0;
			this.#plane = (this.#plane + 1) % this.#planes.length;
			if (this.#plane === 0) break;
		}
		return at - from;
	}
}
