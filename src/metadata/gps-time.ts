/** Seconds from 1970 to the beginning of GPS time, 1980-01-06. */
const GPS_EPOCH_SEC = 315_964_800;
/**
 * The seconds by which GPS time is ahead of UTC, and the GPS time from which on, the newest first:
 * the leap seconds of 2017, 2015, 2012 and 2009. No camera of this kind is older.
 */
const LEAP_SECONDS = [
	[1_167_264_018, 18],
	[1_119_744_017, 17],
	[1_025_136_016, 16],
	[914_803_215, 15],
] as const;
/** Later times are nonsense: 2100-01-01. */
const END_US = 4_102_444_800e6;

/**
 * Turns GPS time into UTC.
 * @param gpsSec seconds since 1980-01-06, without leap seconds.
 * @returns whole microseconds since 1970; `undefined` for what no camera states.
 */
export function gpsTimeUs(gpsSec: number): number | undefined {
	const [, leapSec = undefined] = LEAP_SECONDS.find(([sinceSec]) => gpsSec >= sinceSec) ?? [];
	return leapSec === undefined ? undefined : statedTimeUs((gpsSec + GPS_EPOCH_SEC - leapSec) * 1e6);
}

/** A time of a camera, whole microseconds since 1970; `undefined` for what no camera states. */
export function statedTimeUs(us: number): number | undefined {
	const firstUs = (914_803_215 + GPS_EPOCH_SEC - 15) * 1e6;
	return us >= firstUs && us < END_US ? Math.round(us) : undefined;
}
