import { type FileHandle, open } from "node:fs/promises";
import type { SphericalMetadata } from "./statements.ts";

/**
 * Names of the schemas of Google's Photo Sphere XMP (in pictures) and Spherical Video V1 (in MP4),
 * each followed by the prefix of its fields.
 */
const SCHEMAS = [
	["http://ns.google.com/photos/1.0/panorama/", "GPano"],
	["http://ns.google.com/videos/1.0/spherical/", "GSpherical"],
] as const;
/**
 * Each format puts XMP at another place, but never compresses it, so that a search through the
 * bytes finds it (XMP specification, part 3).
 */
const CHUNK_BYTES = 1 << 20;
const SCANNED_BYTES = 64 << 20;
/** The longest XMP packet: one segment of a JPEG. */
const PACKET_BYTES = 65_536;

/** A file's XMP about the sphere: its projection, and the part that the picture covers. */
export interface PanoramaXmp {
	readonly projection: string;
	/** `undefined` when the file does not state it. */
	readonly bounds: SphericalMetadata["bounds"] | undefined;
}

/**
 * The Photo Sphere XMP or Spherical Video V1 metadata of a local file, `undefined` if it has none.
 */
export async function panoramaXmpOf(path: string | undefined): Promise<PanoramaXmp | undefined> {
	if (path === undefined) return undefined;
	const file = await open(path).catch(() => undefined);
	try {
		return file === undefined ? undefined : await scan(file);
	} catch {
		// This is only a hint: FFmpeg decides whether the file can be played.
		return undefined;
	} finally {
		await file?.close();
	}
}

/** @param text holds an XMP packet */
export function parsePanoramaXmp(text: string): PanoramaXmp | undefined {
	const schema = SCHEMAS.find(([name]) => text.includes(name));
	if (schema === undefined) return undefined;
	const field = (name: string) =>
		new RegExp(`${schema[1]}:${name}\\s*(?:=\\s*["']|>)\\s*([^"'<\\s]*)`).exec(text)?.[1];
	const number = (name: string) => Number(field(name) ?? Number.NaN);
	const across = side(
		number("FullPanoWidthPixels"),
		number("CroppedAreaLeftPixels"),
		number("CroppedAreaImageWidthPixels"),
	);
	const down = side(
		number("FullPanoHeightPixels"),
		number("CroppedAreaTopPixels"),
		number("CroppedAreaImageHeightPixels"),
	);
	const bounds = across && down && { left: across.before, right: across.after, top: down.before, bottom: down.after };
	const projection = field("ProjectionType");
	if (projection === undefined && bounds === undefined) return undefined;
	return { projection: projection?.toLowerCase() ?? "equirectangular", bounds };
}

/**
 * The parts of `full` that lie before and after the `length` that is covered; `undefined` for
 * numbers that can't be.
 */
function side(
	full: number,
	start: number,
	length: number,
): { readonly before: number; readonly after: number } | undefined {
	if (!(full > 0 && length > 0 && start >= 0 && start + length <= full + 1)) return undefined;
	return { before: start / full, after: Math.max(0, 1 - (start + length) / full) };
}

async function scan(file: FileHandle): Promise<PanoramaXmp | undefined> {
	const { size } = await file.stat();
	const end = Math.min(size, SCANNED_BYTES);
	for (let at = 0; at < end; at += CHUNK_BYTES) {
		// Chunks overlap, so that no name is cut in two.
		const chunk = await read(file, at, CHUNK_BYTES + 64);
		for (const [name] of SCHEMAS) {
			const found = chunk.indexOf(name, 0, "latin1");
			if (found < 0) continue;
			const from = Math.max(0, at + found - PACKET_BYTES);
			const text = (await read(file, from, 2 * PACKET_BYTES)).toString("latin1");
			const parsed = parsePanoramaXmp(text);
			if (parsed !== undefined) return parsed;
		}
	}
	return undefined;
}

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
	const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
	return buffer.subarray(0, bytesRead);
}
