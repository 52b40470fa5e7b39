import { rm } from "node:fs/promises";
import { writeFailureText } from "../../media/write-failure.ts";
import { RecordingError } from "../recording-error.ts";
import { type NewPart, newPart } from "../recording-names.ts";
import type { RecordedFormat } from "../recording-protocol.ts";
import type { RecordingDisk } from "./recording-disk.ts";

/**
 * Makes and opens the files of a further part, but for videos, which begin with a key frame.
 *
 * @param stem of the recording.
 * @param number of the part, 2 or more.
 * @throws {RecordingError} if one can't be made or opened; then none is left.
 */
export async function openPart(
	stem: string,
	number: number,
	formats: readonly RecordedFormat[],
	disk: RecordingDisk,
): Promise<NewPart> {
	const part = await newPart(stem, number, formats);
	for (const format of formats) {
		if (format === "mp4") continue;
		const path = `${part.stem}.${format}`;
		try {
			await disk.openAhead(path, format === "rrd");
		} catch (error) {
			await forgetPart(part.stem, formats, disk);
			throw new RecordingError(writeFailureText(path, error), { cause: error });
		}
	}
	return part;
}

/** Removes the files of a part that is not begun. */
export async function forgetPart(stem: string, formats: readonly RecordedFormat[], disk: RecordingDisk): Promise<void> {
	for (const format of formats) {
		const path = `${stem}.${format}`;
		const isOpen = await disk.forget(path);
		if (isOpen || format === "rrd") await rm(path, { force: true });
	}
}
