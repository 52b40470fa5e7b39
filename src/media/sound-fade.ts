/** Samples over which a step in sound is spread: 5 ms. A step at once would be heard as a click. */
export const FADE_SAMPLES = 240;

/**
 * Adds a part of a step that falls to nothing within `FADE_SAMPLES`, along half a cosine.
 * @param samples changed in place. @param step amplitude of the step.
 * @param since samples from the step to the first of `samples`; not negative.
 */
export function fadeStep(samples: Float32Array, step: number, since = 0): void {
	const length = Math.min(samples.length, FADE_SAMPLES - since);
	for (let n = 0; n < length; n++)
		samples[n] = samples[n]! + (step * (1 + Math.cos((Math.PI * (since + n)) / FADE_SAMPLES))) / 2;
}
