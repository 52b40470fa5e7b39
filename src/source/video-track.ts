/** Properties of a video track that are known before it is read to its end. */
export interface TrackClues {
	/** Number of its pictures, as far as known: 1 is a cover, more is a video. */
	readonly pictures: number;
	/** FFmpeg's own choice. */
	readonly preferred: boolean;
	/** Pixels of one picture. */
	readonly pixels: number;
}

/**
 * The track to play when none was named: FFmpeg's choice, or the largest video if that choice
 * is a single picture. A cover is often the first track, and many programs do not flag it.
 *
 * @param tracks all video tracks except attached pictures
 * @returns its place among them, -1 if there are none
 */
export function bestTrack(tracks: readonly TrackClues[]): number {
	const videos = tracks.filter(({ pictures }) => pictures !== 1);
	const candidates = videos.length > 0 ? videos : tracks;
	const best = candidates.find(({ preferred }) => preferred) ?? candidates.toSorted((a, b) => b.pixels - a.pixels)[0];
	return best === undefined ? -1 : tracks.indexOf(best);
}
