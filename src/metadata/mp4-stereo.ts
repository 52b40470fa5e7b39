import { type FileHandle, open } from "node:fs/promises";
import { boxes, read } from "./mp4-boxes.ts";
import { type PanoramaXmp, parsePanoramaXmp } from "./panorama-xmp.ts";
import type { StereoMetadata } from "./statements.ts";

/** Modes of the box `st3d` (Google's Spherical Video V2); 3 is a layout that a mesh describes. */
const ST3D_MODES: readonly StereoMetadata[] = [
	{ layout: "mono", eyesSwapped: false },
	{ layout: "top-bottom", eyesSwapped: false },
	{ layout: "side by side", eyesSwapped: false },
	{ layout: "mesh", eyesSwapped: false },
	{ layout: "side by side", eyesSwapped: true },
];

/** The path of boxes to a track's sample descriptions. */
const PATH = ["moov", "trak", "mdia", "minf", "stbl", "stsd"];
/**
 * Bytes of `stsd` before its first entry, and of a VisualSampleEntry's fields after its header
 * (ISO/IEC 14496-12, 8.5.2 and 12.1.3).
 */
const STSD_FIELDS = 8;
const VISUAL_FIELDS = 78;

/**
 * Reads the first `st3d` box of a local MP4 file. FFmpeg does not know mode 4, in which the
 * right eye is on the left, nor mode 3. It also forgets the layout where a `vexu` box stands
 * beside `st3d`, as in the files that it writes.
 *
 * @param path of the file; `undefined` for a source that is no file
 * @param container FFmpeg's name of the container
 * @returns `undefined` when there is no such box or no such file.
 */
export function st3dOfMp4(path: string | undefined, container: string): Promise<StereoMetadata | undefined> {
	if (path === undefined || !/\bmp4\b/.test(container)) return Promise.resolve(undefined);
	return inFile(path, (file, size) => find(file, PATH, 0, size));
}

/** UUID of the box that holds Google's Spherical Video V1 metadata. */
const SPHERICAL_V1 = Buffer.from("ffcc8263f8554a938814587a02521fdd", "hex");
const SPHERICAL_V1_BYTES = 65_536;

/**
 * The Spherical Video V1 metadata of a local MP4 file's first track that has it: FFmpeg drops
 * its crop.
 */
export function sphericalV1OfMp4(path: string | undefined): Promise<PanoramaXmp | undefined> {
	return path === undefined
		? Promise.resolve(undefined)
		: inFile(path, (file, size) => findSphericalV1(file, ["moov", "trak"], 0, size));
}

/**
 * The result of `search` in a file. It is only a hint: FFmpeg decides whether the file can be
 * played.
 */
async function inFile<Found>(
	path: string,
	search: (file: FileHandle, size: number) => Promise<Found | undefined>,
): Promise<Found | undefined> {
	const file = await open(path).catch(() => undefined);
	if (file === undefined) return undefined;
	try {
		return await search(file, (await file.stat()).size);
	} catch {
		return undefined;
	} finally {
		await file.close();
	}
}

async function findSphericalV1(
	file: FileHandle,
	[wanted, ...rest]: string[],
	start: number,
	end: number,
): Promise<PanoramaXmp | undefined> {
	for await (const { type, from, to } of boxes(file, start, end)) {
		if (type !== (wanted ?? "uuid")) continue;
		const isV1 = wanted === undefined && (await read(file, from, 16)).equals(SPHERICAL_V1);
		const found = isV1
			? parsePanoramaXmp(
					(await read(file, from + 16, Math.min(to - from - 16, SPHERICAL_V1_BYTES))).toString("utf8"),
				)
			: wanted === undefined
				? undefined
				: await findSphericalV1(file, rest, from, to);
		if (found !== undefined) return found;
	}
	return undefined;
}

/** The mode of the first `st3d` below the boxes of `path` between two places of the file. */
async function find(
	file: FileHandle,
	path: readonly string[],
	start: number,
	end: number,
): Promise<StereoMetadata | undefined> {
	const [wanted, ...rest] = path;
	for await (const { type, from, to } of boxes(file, start, end)) {
		if (type !== wanted) continue;
		const found =
			rest.length > 0
				? await find(file, rest, from, to)
				: await findInSampleDescriptions(file, from + STSD_FIELDS, to);
		if (found !== undefined) return found;
	}
	return undefined;
}

async function findInSampleDescriptions(
	file: FileHandle,
	start: number,
	end: number,
): Promise<StereoMetadata | undefined> {
	for await (const entry of boxes(file, start, end)) {
		for await (const { type, from, to } of boxes(file, entry.from + VISUAL_FIELDS, entry.to)) {
			// Version and flags, then the mode.
			if (type === "st3d" && to - from >= 5) return ST3D_MODES[(await read(file, from + 4, 1))[0]!];
		}
	}
	return undefined;
}
