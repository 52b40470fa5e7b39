/** Properties of a video track that are known before it is read to its end. */
export interface TrackClues {
	/** How many pictures it holds, as far as that is known: 1 is a cover, more is a video. */
	readonly pictures: number;
	/** FFmpeg's own choice. */
	readonly preferred: boolean;
	/** Pixels of one picture. */
	readonly pixels: number;
}

/**
 * The track to play where nobody has named one: FFmpeg's choice, unless that is a single picture
 * and another is a video; then the file's largest video. A cover is often the first track, and many
 * programs leave out the flag that says that it is one.
 *
 * @param tracks all video tracks but attached pictures @returns its place among them, -1 if there
 * are none
 */
export function bestTrack(tracks: readonly TrackClues[]): number {
	const videos = tracks.filter(({ pictures }) => pictures !== 1);
	const candidates = videos.length > 0 ? videos : tracks;
	const best = candidates.find(({ preferred }) => preferred) ?? candidates.toSorted((a, b) => b.pixels - a.pixels)[0];
	return best === undefined ? -1 : tracks.indexOf(best);
}
