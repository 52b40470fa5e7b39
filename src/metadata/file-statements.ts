import { type FileHandle, open } from "node:fs/promises";
import { type CameraName, cameraOfExif } from "./exif-camera.ts";
import type { FoundStatement } from "./found-statement.ts";
import { app1Segments } from "./jpeg-segments.ts";
import { statementsOfMatroska } from "./matroska-reader.ts";
import { read } from "./mp4-boxes.ts";
import { statementsOfMp4 } from "./mp4-reader.ts";
import { type RightEyePicture, rightEyePicture } from "./right-eye-picture.ts";
import { readSphereXml, SPHERE_SCHEMAS } from "./sphere-xml.ts";

/** All that a file says about the sphere and the camera that made it. */
export interface FileStatements {
	/** In the order in which they count. */
	readonly statements: readonly FoundStatement[];
	/** The right eye's picture inside of a photo, whose own picture is then the left eye's. */
	readonly rightEye?: RightEyePicture | undefined;
	/** The camera that a photo names. */
	readonly camera?: CameraName | undefined;
	/**
	 * True with the trailer that cameras of Insta360 write behind pictures as their lenses see
	 * them.
	 */
	readonly insta360: boolean;
}

/** The container of a file, and the track that is read. */
export interface FileDescription {
	/** FFmpeg's name of the container. */
	readonly container: string;
	/** A picture, not a video. */
	readonly still: boolean;
	/** Number of the track that is read, as MP4's `tkhd` has it. */
	readonly trackId?: number | undefined;
	/** Its index among the video tracks. */
	readonly track: number;
}

const NO_STATEMENTS: FileStatements = { statements: [], insta360: false };

/** The last bytes of files from cameras of Insta360. */
const INSTA360_TRAILER = "8db42d694ccc418790edff439fe026bf";

/**
 * Each picture format puts XMP at another place, but never compresses it, so that a search through
 * the bytes finds it (XMP specification, part 3).
 */
const CHUNK_BYTES = 1 << 20;
const SCANNED_BYTES = 64 << 20;
/** The longest XMP packet: one segment of a JPEG. */
const PACKET_BYTES = 65_536;

/**
 * The statements of a local file. They are only hints, since FFmpeg decides whether the file can be
 * played: a file that is broken or not there states nothing.
 *
 * @param path `undefined` for a source that is no file
 */
export async function statementsOfFile(path: string | undefined, kind: FileDescription): Promise<FileStatements> {
	const file = path === undefined ? undefined : await open(path).catch(() => undefined);
	if (file === undefined) return NO_STATEMENTS;
	try {
		const { size } = await file.stat();
		const insta360 = await hasInsta360Trailer(file, size);
		return { ...(await statementsIn(file, size, kind).catch(() => ({ statements: [] }))), insta360 };
	} catch {
		return NO_STATEMENTS;
	} finally {
		await file.close();
	}
}

async function statementsIn(
	file: FileHandle,
	size: number,
	{ container, still, trackId, track }: FileDescription,
): Promise<Omit<FileStatements, "insta360">> {
	if (still) {
		const segments = await app1Segments(file, size);
		const xmp = await scanForXmp(file, size);
		return {
			statements: xmp === undefined ? [] : [xmp],
			rightEye: rightEyePicture(segments),
			camera: cameraOfExif(segments),
		};
	}
	if (/\bmp4\b/.test(container)) return { statements: await statementsOfMp4(file, size, trackId) };
	if (/\bmatroska\b/.test(container)) return { statements: await statementsOfMatroska(file, size, track) };
	return { statements: [] };
}

async function hasInsta360Trailer(file: FileHandle, size: number): Promise<boolean> {
	const { length } = INSTA360_TRAILER;
	return size >= length && (await read(file, size - length, length)).toString("latin1") === INSTA360_TRAILER;
}

async function scanForXmp(file: FileHandle, size: number): Promise<FoundStatement | undefined> {
	const end = Math.min(size, SCANNED_BYTES);
	for (let at = 0; at < end; at += CHUNK_BYTES) {
		// Chunks overlap, so that no name is cut in two.
		const chunk = await readUpTo(file, at, CHUNK_BYTES + 64);
		for (const [name] of SPHERE_SCHEMAS) {
			const found = chunk.indexOf(name, 0, "latin1");
			if (found < 0) continue;
			const from = Math.max(0, at + found - PACKET_BYTES);
			const text = (await readUpTo(file, from, 2 * PACKET_BYTES)).toString("latin1");
			const stated = readSphereXml(text);
			if (stated !== undefined) return stated;
		}
	}
	return undefined;
}

/** Reads `length` bytes from `at` on, or as many as there are. */
async function readUpTo(file: FileHandle, at: number, length: number): Promise<Buffer> {
	const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
	return buffer.subarray(0, bytesRead);
}
