import { BLOCK_SAMPLES } from "../client-media/voice.ts";
import { assert } from "../media/assert.ts";
import { Fft } from "./fft.ts";

/** Size of the transform: a block, the longest filter, and no wrapping round. */
const FFT_SIZE = 1024;
/** Most taps of a filter. */
const MAX_TAPS = FFT_SIZE - BLOCK_SAMPLES + 1;

/**
 * A signal and the filter that it goes through, by their places in ACN order: W through its own,
 * and each of Y, Z and X through each of theirs.
 */
const PRODUCTS = [
	[0, 0],
	...[1, 2, 3].flatMap((signal) => [1, 2, 3].map((filter) => [signal, filter] as const)),
] as readonly (readonly [signal: number, filter: number])[];
/** A spectrum of a real signal, real and imaginary parts. */
interface Spectrum {
	readonly re: Float64Array;
	readonly im: Float64Array;
}

const newSpectrum = (): Spectrum => ({ re: new Float64Array(FFT_SIZE), im: new Float64Array(FFT_SIZE) });

/**
 * Filters first-order sound by all filters that any turn of a head may need, so that all heads
 * share the convolutions and each only adds up their results (`BinauralMix`). Overlap-save, two
 * real signals in each transform.
 */
export class FieldFilter {
	/**
	 * The last block: ten signals of `BLOCK_SAMPLES` samples. W comes first, then Y
	 * through the filters of Y, Z and X, then Z, then X.
	 */
	readonly filtered: readonly Float32Array[] = PRODUCTS.map(() => new Float32Array(BLOCK_SAMPLES));
	readonly #fft = new Fft(FFT_SIZE);
	readonly #filters: readonly Spectrum[];
	/** The last `FFT_SIZE` samples of each signal. */
	readonly #history: readonly Float64Array[];
	readonly #spectra = [0, 1, 2, 3].map(newSpectrum);
	readonly #work = newSpectrum();

	/**
	 * @param responses impulse responses of one ear for W, Y, Z and X.
	 * @throws {RangeError} if one is too long.
	 */
	constructor(responses: readonly (readonly number[])[]) {
		const longest = Math.max(...responses.map(({ length }) => length));
		if (longest > MAX_TAPS) throw new RangeError(`A response has at most ${MAX_TAPS} taps; got ${longest}.`);
		this.#filters = responses.map((response) => {
			const spectrum = newSpectrum();
			spectrum.re.set(response);
			this.#fft.forward(spectrum.re, spectrum.im);
			return spectrum;
		});
		this.#history = responses.map(() => new Float64Array(FFT_SIZE));
	}

	/** Filters the next block. @param signals W, Y, Z and X, `BLOCK_SAMPLES` samples each. */
	filter(signals: readonly Float32Array[]): void {
		for (const [index, history] of this.#history.entries()) {
			const signal = signals[index];
			assert(signal?.length === BLOCK_SAMPLES, "A block has four signals of one length.");
			history.copyWithin(0, BLOCK_SAMPLES);
			history.set(signal, FFT_SIZE - BLOCK_SAMPLES);
		}
		this.#transformPair(0, 1);
		this.#transformPair(2, 3);
		for (let product = 0; product < PRODUCTS.length; product += 2) this.#filterPair(product, product + 1);
	}

	/** Forgets all that was heard. */
	clear(): void {
		for (const history of this.#history) history.fill(0);
	}

	/** The spectra of two real signals by one transform of `a + ib`. */
	#transformPair(a: number, b: number): void {
		const { re, im } = this.#work;
		re.set(this.#history[a]!);
		im.set(this.#history[b]!);
		this.#fft.forward(re, im);
		const [ofA, ofB] = [this.#spectra[a]!, this.#spectra[b]!];
		for (let k = 0; k < FFT_SIZE; k++) {
			const mirrored = (FFT_SIZE - k) % FFT_SIZE;
			ofA.re[k] = (re[k]! + re[mirrored]!) / 2;
			ofA.im[k] = (im[k]! - im[mirrored]!) / 2;
			ofB.re[k] = (im[k]! + im[mirrored]!) / 2;
			ofB.im[k] = (re[mirrored]! - re[k]!) / 2;
		}
	}

	/** Two filtered signals by one transform back. */
	#filterPair(a: number, b: number): void {
		const { re, im } = this.#work;
		const [signalA, filterA] = this.#parts(a);
		const [signalB, filterB] = this.#parts(b);
		for (let k = 0; k < FFT_SIZE; k++) {
			const aRe = signalA.re[k]! * filterA.re[k]! - signalA.im[k]! * filterA.im[k]!;
			const aIm = signalA.re[k]! * filterA.im[k]! + signalA.im[k]! * filterA.re[k]!;
			const bRe = signalB.re[k]! * filterB.re[k]! - signalB.im[k]! * filterB.im[k]!;
			const bIm = signalB.re[k]! * filterB.im[k]! + signalB.im[k]! * filterB.re[k]!;
			re[k] = aRe - bIm;
			im[k] = aIm + bRe;
		}
		this.#fft.inverse(re, im);
		this.filtered[a]!.set(re.subarray(FFT_SIZE - BLOCK_SAMPLES));
		this.filtered[b]!.set(im.subarray(FFT_SIZE - BLOCK_SAMPLES));
	}

	#parts(product: number): [signal: Spectrum, filter: Spectrum] {
		const [signal, filter] = PRODUCTS[product]!;
		return [this.#spectra[signal]!, this.#filters[filter]!];
	}
}
