import type { ProjectionSpec } from "../media/projection.ts";
import type { Quaternion } from "../media/rotation.ts";
import { recordedLens, recordedTurn } from "../recording/read/recorded-lens.ts";
import { type RecordedReading, recordedReading } from "../recording/read/recorded-reading.ts";

/** A picture that a viewer was shown, to be drawn again. */
export interface RecordedPicture {
	/** Time stamp of the source's picture (pts), seconds. */
	readonly stampSec: number;
	/** Time at which it was drawn, seconds since the recording's beginning. */
	readonly atSec: number;
	readonly worldFromView: Quaternion;
	readonly projection: ProjectionSpec;
	/** Size of one eye's view, pixels. */
	readonly width: number;
	readonly height: number;
}

/**
 * The pictures that one viewer was shown, in their order: a camera path, and a choice of pictures.
 */
export interface RecordedPath {
	readonly pictures: readonly RecordedPicture[];
	/** The part of the viewer's id that is in the recording. */
	readonly viewer: string;
	/** Name of the source that was shown, without folders. @default the recording names none */
	readonly sourceName: string | undefined;
	/** How that source was read: an input of its name is read so, but for what options say. */
	readonly reading?: RecordedReading | undefined;
}

/**
 * Reads the pictures of a viewer in a recording of a session.
 *
 * @param viewer the first characters of its id. @default the viewer with the most pictures
 * @param onNotice receives what is broken in the recording and left out.
 * @throws {RecordingError} when the file can't be read.
 * @throws {RangeError} when the recording has no such viewer, or no picture with a time of its
 * source.
 */
export async function readRecordedPath(
	file: string,
	viewer?: string,
	onNotice?: (notice: string) => void,
): Promise<RecordedPath> {
	// Renderings of other paths need no reader of recordings.
	const { openRecording } = await import("../recording/read/recording-reader.ts");
	await using recording = await openRecording(file);
	const { id } = recording.viewer(viewer);
	const pictures: RecordedPicture[] = [];
	for await (const record of recording.records({ types: ["frame"], viewers: [id], video: false })) {
		if (record.type !== "frame") continue;
		const { packet } = record;
		const { stampSec = Number.NaN, width, height, stages } = packet;
		if (Number.isNaN(stampSec)) continue;
		const worldFromView = recordedTurn(packet);
		pictures.push({
			stampSec,
			atSec: stages.drawStartSec,
			worldFromView,
			projection: recordedLens(packet),
			width,
			height,
		});
	}
	for (const damage of recording.summary.damages) onNotice?.(damage);
	if (pictures.length === 0)
		throw new RangeError(
			`The camera path ${file} can't be used: viewer ${id} was shown no picture with a time of its source.`,
		);
	const shown = recording.summary.sources.findLast(({ atSec }) => atSec <= pictures[0]!.atSec)?.source;
	return { pictures, viewer: id, sourceName: shown?.name, reading: shown && recordedReading(shown) };
}

/**
 * The pictures from one time on until another, seconds since the first one.
 *
 * @throws {RangeError} when there are none.
 */
export function pathBetween(path: RecordedPath, startSec: number, endSec: number): RecordedPath {
	const firstSec = path.pictures[0]?.atSec ?? 0;
	// Differences of times are not exact.
	const pictures = path.pictures.filter(
		({ atSec }) => atSec - firstSec >= startSec - 1e-6 && atSec - firstSec < endSec - 1e-6,
	);
	if (pictures.length === 0)
		throw new RangeError(`Nothing was recorded from ${startSec} to ${endSec} s after the first picture.`);
	return { ...path, pictures };
}
