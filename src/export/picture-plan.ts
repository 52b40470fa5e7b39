import type { PlannedEpisode } from "./episode-plan.ts";
import type { PictureTimes } from "./session-survey.ts";
import { rowSec } from "./value-track.ts";

/** The pictures of a camera in an episode's session; `undefined`: it has none. */
export function picturesOfCamera(
	{ viewer, cameras }: PlannedEpisode,
	name: string | undefined,
): PictureTimes | undefined {
	return name === undefined ? viewer.pictures : cameras.get(name);
}

/** Checks whether a camera has a picture before an episode ends. */
export function hasPictures(episode: PlannedEpisode, name: string | undefined): boolean {
	const first = picturesOfCamera(episode, name)?.atSec[0];
	return first !== undefined && first <= rowSec(episode, episode.rows - 1);
}

/**
 * The picture that each row of an episode shows: the newest that was drawn at or before the row's
 * time, by its number among the camera's pictures; -1 before the first.
 */
export function picturesOfRows(episode: PlannedEpisode, { atSec }: PictureTimes): Int32Array {
	const shown = new Int32Array(episode.rows);
	let picture = -1;
	for (let row = 0; row < episode.rows; row++) {
		const sec = rowSec(episode, row);
		while (picture + 1 < atSec.length && atSec[picture + 1]! <= sec + SAME_SEC) picture++;
		shown[row] = picture;
	}
	return shown;
}

/** A picture of this very moment is not missed by the last bit of a double. */
const SAME_SEC = 1e-7;

/** Numbers of a camera's pictures by their RTP times, which the operator's poses name. */
export function picturesByTicks({ rtpTicks }: PictureTimes): ReadonlyMap<number, number> {
	return new Map(rtpTicks.map((ticks, picture) => [ticks, picture]));
}

/** Facts about the picture of each row, or about the one that was on the operator's screen. */
export interface RowPicture {
	/** Number of the picture among those that were sent to the viewer; -1: none. */
	readonly picture: Int32Array;
	/** The row's time minus the time at which drawing it began, seconds; NaN: none. */
	readonly ageSec: Float64Array;
	/** The row's time minus that of the capture, seconds; NaN: not known. */
	readonly captureAgeSec: Float64Array;
	/** Its place in the source's media, seconds; NaN: none. */
	readonly mediaSec: Float64Array;
	/** Capture by the camera's own clock, nanoseconds since 1970; -1: it states none. */
	readonly cameraNs: BigInt64Array;
}

/** Completes the numbers of the pictures of rows from `firstRow` on by their ages and places. */
export function factsOfPictures(
	{ viewer: { pictures: times }, ...episode }: PlannedEpisode,
	picture: Int32Array,
	firstRow: number,
): RowPicture {
	const ageSec = new Float64Array(picture.length).fill(Number.NaN);
	const mediaSec = new Float64Array(picture.length).fill(Number.NaN);
	const captureAgeSec = new Float64Array(picture.length).fill(Number.NaN);
	const cameraNs = new BigInt64Array(picture.length).fill(-1n);
	for (const [row, number] of picture.entries()) {
		if (number < 0) continue;
		ageSec[row] = rowSec(episode, firstRow + row) - times.atSec[number]!;
		mediaSec[row] = times.stampSec[number]!;
		captureAgeSec[row] = rowSec(episode, firstRow + row) - times.capturedSec[number]!;
		const cameraUs = times.cameraUs[number]!;
		if (!Number.isNaN(cameraUs)) cameraNs[row] = BigInt(Math.round(cameraUs)) * 1000n;
	}
	return { picture, ageSec, captureAgeSec, mediaSec, cameraNs };
}

/**
 * The rows that show the pictures which the operator saw: of several rows with one picture the
 * first. A picture that no row shows gives the row with the newest one before it; -1 where none is
 * known, or it is of before the episode.
 *
 * @param shown as `picturesOfRows` gives it, of the whole episode.
 * @param seen number of the picture on the operator's screen at some rows; -1: not known.
 */
export function rowsOfSeen(shown: Int32Array, seen: Int32Array): Int32Array {
	const rows = new Int32Array(seen.length).fill(-1);
	for (const [row, picture] of seen.entries()) {
		if (picture < 0) continue;
		let [low, high] = [0, shown.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (shown[middle]! <= picture) low = middle + 1;
			else high = middle;
		}
		const last = low - 1;
		if (last < 0) continue;
		rows[row] = firstRowOf(shown, shown[last]!);
	}
	return rows;
}

function firstRowOf(shown: Int32Array, picture: number): number {
	let [low, high] = [0, shown.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (shown[middle]! < picture) low = middle + 1;
		else high = middle;
	}
	return shown[low] === -1 ? -1 : low;
}
