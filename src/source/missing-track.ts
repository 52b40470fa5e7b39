import { SourceError } from "./video-source.ts";

/**
 * The error of a track that was asked for and is not there.
 *
 * @param label of the source. @param kind of the track. @param count of the tracks of this kind.
 * @param index from 0.
 */
export function missingTrack(label: string, kind: "video" | "sound", count: number, index: number): SourceError {
	if (count === 0) return new SourceError("not-found", `${label} has no ${kind} track.`);
	const tracks = count === 1 ? `one ${kind} track` : `${count} ${kind} tracks`;
	return new SourceError("not-found", `${label} has ${tracks}; track ${index} (counted from 0) is not among them.`);
}
