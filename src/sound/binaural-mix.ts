import { BLOCK_SAMPLES } from "../client-media/voice.ts";
import type { Matrix3 } from "../media/rotation.ts";

/**
 * What one head hears of a filtered field. A turn is spread over the samples of a block, so that it
 * makes no click.
 */
export class BinauralMix {
	/** The turn at the end of the block before; missing before the first. */
	#rotation: Matrix3 | undefined;

	/**
	 * @param filtered the block of a `FieldFilter`.
	 * @param rotation of the harmonics Y, Z and X at the end of the block (`harmonicsRotation`).
	 * @param left gets `BLOCK_SAMPLES` samples. @param right gets as many.
	 */
	mix(filtered: readonly Float32Array[], rotation: Matrix3, left: Float32Array, right: Float32Array): void {
		const former = this.#rotation ?? rotation;
		this.#rotation = rotation;
		// `left` holds what both ears hear alike meanwhile, `right` what they hear with opposite
		// signs.
		left.set(filtered[0]!);
		right.fill(0);
		for (let signal = 0; signal < 3; signal++) {
			for (let heard = 0; heard < 3; heard++) {
				const at = heard * 3 + signal;
				const ear = heard === 0 ? right : left;
				addRamp(ear, filtered[1 + signal * 3 + heard]!, former[at]!, rotation[at]!);
			}
		}
		for (let n = 0; n < BLOCK_SAMPLES; n++) {
			const [both, opposite] = [left[n]!, right[n]!];
			left[n] = both + opposite;
			right[n] = both - opposite;
		}
	}
}

/** Adds `signal` with a gain that goes from `from` to `to`. */
function addRamp(sum: Float32Array, signal: Float32Array, from: number, to: number): void {
	const step = (to - from) / BLOCK_SAMPLES;
	let gain = from;
	for (let n = 0; n < BLOCK_SAMPLES; n++) {
		gain += step;
		sum[n] = sum[n]! + gain * signal[n]!;
	}
}
