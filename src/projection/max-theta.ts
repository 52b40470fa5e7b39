import { RAD_PER_DEG } from "../media/rotation.ts";
import { requireNumber } from "./spec-bounds.ts";

/**
 * The greatest angle from the axis that a calibrated lens shows, radians.
 *
 * @param limit greatest angle that the model maps one to one, radians: the default.
 * @param reason clause that says so of the model, as in "the polynomial of k is monotonic".
 * @throws {RangeError} when the stated angle is not positive, or greater than `limit`.
 */
export function maxThetaOf(
	{ maxThetaDeg }: { readonly maxThetaDeg?: number | undefined },
	limit: number,
	reason: string,
): number {
	if (maxThetaDeg === undefined) return limit;
	requireNumber(maxThetaDeg, "maxThetaDeg", "an angle of more than 0 and at most 180 degrees", (angle) => {
		return angle > 0 && angle <= 180;
	});
	const limitDeg = limit / RAD_PER_DEG;
	if (maxThetaDeg > limitDeg) {
		throw new RangeError(
			`maxThetaDeg is at most ${(Math.floor(limitDeg * 100) / 100).toFixed(2)} degrees with this calibration: ` +
				`${reason} only up to there; got ${maxThetaDeg}.`,
		);
	}
	return maxThetaDeg * RAD_PER_DEG;
}
