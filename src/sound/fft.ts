/** The discrete Fourier transform of one size, in place, by radix 2. */
export class Fft {
	readonly size: number;
	readonly #cos: Float64Array;
	readonly #sin: Float64Array;
	/** Index with its bits in reverse order. */
	readonly #reversed: Uint32Array;

	/** @param size a power of two, at least 2. @throws {RangeError} for another. */
	constructor(size: number) {
		const bits = Math.log2(size);
		if (!Number.isInteger(bits) || bits < 1) throw new RangeError(`size is a power of two from 2 on; got ${size}.`);
		this.size = size;
		this.#cos = Float64Array.from({ length: size / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
		this.#sin = Float64Array.from({ length: size / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
		this.#reversed = new Uint32Array(size);
		for (let index = 0; index < size; index++)
			this.#reversed[index] = (this.#reversed[index >> 1]! >> 1) | (index & 1 ? size >> 1 : 0);
	}

	/** Replaces `size` complex numbers by their spectrum. */
	forward(re: Float64Array, im: Float64Array): void {
		const { size } = this;
		const [cos, sin, reversed] = [this.#cos, this.#sin, this.#reversed];
		for (let i = 0; i < size; i++) {
			const j = reversed[i]!;
			if (j <= i) continue;
			const [heldRe, heldIm] = [re[i]!, im[i]!];
			re[i] = re[j]!;
			im[i] = im[j]!;
			re[j] = heldRe;
			im[j] = heldIm;
		}
		for (let half = 1; half < size; half *= 2) {
			const step = size / (2 * half);
			for (let start = 0; start < size; start += 2 * half) {
				for (let k = 0, twiddle = 0; k < half; k++, twiddle += step) {
					const a = start + k;
					const b = a + half;
					const c = cos[twiddle]!;
					const s = sin[twiddle]!;
					const bRe = re[b]! * c - im[b]! * s;
					const bIm = re[b]! * s + im[b]! * c;
					re[b] = re[a]! - bRe;
					im[b] = im[a]! - bIm;
					re[a] = re[a]! + bRe;
					im[a] = im[a]! + bIm;
				}
			}
		}
	}

	/** The inverse of `forward`. */
	inverse(re: Float64Array, im: Float64Array): void {
		// The transform of swapped parts runs the other way round.
		this.forward(im, re);
		for (let i = 0; i < this.size; i++) {
			re[i] = re[i]! / this.size;
			im[i] = im[i]! / this.size;
		}
	}
}
