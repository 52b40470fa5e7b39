import { randomInt } from "node:crypto";

const MASK = 0x7fff;

/**
 * The 15-bit PictureIDs of a VP8 or VP9 stream: they begin anywhere (RFC 7741, 4.2;
 * RFC 9628, 4.2) and rise by one with each picture.
 */
export class PictureNumbers {
	#next: number;

	/** @param first number of the first picture. @default a random one */
	constructor(first: number = randomInt(MASK + 1)) {
		this.#next = first & MASK;
	}

	/** @returns the two bytes of the next picture's number, with the bit M of 15 bits. */
	take(): readonly [number, number] {
		const number = this.#next;
		this.#next = (number + 1) & MASK;
		return [0x80 | (number >> 8), number & 0xff];
	}
}
