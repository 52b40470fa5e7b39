/** Smooth step from 0 at -1 to 1 at 1, without a kink at either end. */
export function smoothStep(place: number): number {
	const t = Math.max(0, Math.min(1, (place + 1) / 2));
	return t * t * (3 - 2 * t);
}
