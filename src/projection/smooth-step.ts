/** Steepness of a blend that is a cut: over a ten-thousandth of a radian, or of half a face. */
export const CUT_STEEPNESS = 10_000;

/** Smooth step from 0 at -1 to 1 at 1, without a kink at either end. */
export function smoothStep(place: number): number {
	const t = Math.max(0, Math.min(1, (place + 1) / 2));
	return t * t * (3 - 2 * t);
}
