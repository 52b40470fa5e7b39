import { constants } from "node:fs";
import { access, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MAX_RECORDING_NAME } from "../media/message-bounds.ts";
import { writeFailureText } from "../media/write-failure.ts";
import { makeFolders } from "./files/make-folders.ts";
import { RecordingError } from "./recording-error.ts";
import type { RecordedFormat } from "./recording-protocol.ts";

/** A file for Rerun without data, as `RrdWriter` makes it: the main thread does not load that. */
export const EMPTY_RECORDING: Uint8Array = Buffer.from(
	"UlJGMgAhAAABAgAAAQAAAAAAAABOAAAAAAAAAAoSCQAAAAAAAAAAEQAAAAAAAAAAEjgKCgoIcGFub2dhemUSFQgBEgVlbXB0eRoK" +
		"CghwYW5vZ2F6ZSoOCAYSCgoIcGFub2dhemUyAwiAQg==",
	"base64",
);

/** A new recording's place on the disk. */
export interface NewStem {
	/** The beginning of the paths of all of its files. */
	readonly stem: string;
	/** Its first file. */
	readonly path: string;
}

/** A further part of a recording. */
export interface NewPart {
	readonly number: number;
	/** The beginning of the paths of its files. */
	readonly stem: string;
}

/**
 * Makes the folder of a recording, and its file for Rerun. A recording that is there is left alone:
 * the new one then begins a millisecond later.
 *
 * @param name of the recording; characters that file names may not have become hyphens.
 * @param formats of its files.
 * @throws {RecordingError} if either can't be made.
 */
export async function newStem(
	directory: string,
	began: Date,
	name: string | undefined,
	formats: readonly RecordedFormat[],
): Promise<NewStem> {
	await prepareFolder(directory);
	for (let time = began.getTime(); ; time++) {
		const stem = join(directory, stemOf(new Date(time), name));
		if (await isReserved(stem, formats)) return { stem, path: `${stem}.${formats[0]}` };
	}
}

/**
 * Makes the file of a further part for Rerun. Files that are there are left alone: the part then
 * has the next number.
 *
 * @param number of the part, 2 or more.
 * @throws {RecordingError} if it can't be made.
 */
export async function newPart(stem: string, number: number, formats: readonly RecordedFormat[]): Promise<NewPart> {
	for (let part = number; ; part++) {
		const ofPart = `${stem}_part${String(part).padStart(3, "0")}`;
		if (await isReserved(ofPart, formats)) return { number: part, stem: ofPart };
	}
}

/** @returns false: a file is there. @throws {RecordingError} */
async function isReserved(stem: string, formats: readonly RecordedFormat[]): Promise<boolean> {
	for (const format of formats) if (format !== "mp4" && (await isThere(`${stem}.${format}`))) return false;
	if (!formats.includes("rrd")) {
		await mustBeWritable(dirname(stem));
		return true;
	}
	const path = `${stem}.rrd`;
	try {
		// An empty file is no recording, if the process ends now.
		await writeFile(path, EMPTY_RECORDING, { flag: "wx" });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		// A full disk may have made it, without its content.
		await rm(path, { force: true }).catch(() => {});
		throw new RecordingError(writeFailureText(path, error), { cause: error });
	}
}

function isThere(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}

/**
 * Makes the folder of recordings.
 * @throws {RecordingError} if it can't be made, or nothing can be written there.
 */
export async function prepareFolder(directory: string): Promise<void> {
	try {
		await makeFolders(directory);
	} catch (error) {
		throw new RecordingError(writeFailureText(directory, error), { cause: error });
	}
	await mustBeWritable(directory);
}

async function mustBeWritable(directory: string): Promise<void> {
	try {
		await access(directory, constants.W_OK);
	} catch (error) {
		throw new RecordingError(writeFailureText(directory, error), { cause: error });
	}
}

/** session_2026-01-31T23-59-59.125Z_pick-and-place */
function stemOf(began: Date, name: string | undefined): string {
	const part = name === undefined ? "" : fileNamePart(name);
	return `session_${began.toISOString().replaceAll(":", "-")}${part === "" ? "" : `_${part}`}`;
}

function fileNamePart(name: string): string {
	const plain = name.normalize("NFC").replaceAll(/[^\p{L}\p{M}\p{N}.-]+/gu, "-");
	// By characters: half of one is no text that a disk keeps.
	const part = [...plain.replaceAll(/^[.-]+|[.-]+$/g, "")].slice(0, MAX_RECORDING_NAME).join("");
	// Names of files that follow another end in this way.
	return part.replace(/^part(?=\d+$)/, "part-");
}
