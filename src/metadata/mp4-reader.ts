import type { FileHandle } from "node:fs/promises";
import type { FoundStatement } from "./found-statement.ts";
import { boxes, read } from "./mp4-boxes.ts";
import { below, idOfTrack, named, type Span, TO_DESCRIPTIONS } from "./mp4-spans.ts";
import { readSt3d, readSv3d } from "./projection-boxes.ts";
import { readSphereXml } from "./sphere-xml.ts";
import { readVexu } from "./vexu-box.ts";

/** UUID of the box that holds Google's Spherical Video V1 metadata. */
const SPHERICAL_V1 = Buffer.from("ffcc8263f8554a938814587a02521fdd", "hex");
const SPHERICAL_V1_BYTES = 65_536;
/** The most that is read of a box that states a projection: meshes of real cameras have 40 KB. */
const STATEMENT_BYTES = 8 << 20;
/**
 * Bytes of `stsd` before its first entry, and of a VisualSampleEntry's fields after its header
 * (ISO/IEC 14496-12, 8.5.2 and 12.1.3).
 */
const STSD_FIELDS = 8;
const VISUAL_FIELDS = 78;
const MAX_TRACKS = 100;

/**
 * The statements of an MP4 or QuickTime file about the sphere, in the order in which they count:
 * Spherical Video V2, Apple's `vexu`, Spherical Video V1. FFmpeg loses several of them: V1's crop
 * and initial view, the modes 3 and 4 of `st3d`, other cubemaps than layout 0, and all meshes.
 *
 * @param size of the file, bytes
 * @param trackId number of the track (`tkhd`); another track's statements count if it makes none.
 */
export async function statementsOfMp4(
	file: FileHandle,
	size: number,
	trackId: number | undefined,
): Promise<FoundStatement[]> {
	let first: FoundStatement[] = [];
	let tracks = 0;
	for await (const moov of named("moov", file, { from: 0, to: size })) {
		for await (const trak of named("trak", file, moov)) {
			const found = await statementsOfTrack(file, trak);
			if (found.length > 0 && (await idOfTrack(file, trak)) === trackId) return found;
			if (first.length === 0) first = found;
			if (++tracks >= MAX_TRACKS) return first;
		}
	}
	return first;
}

async function statementsOfTrack(file: FileHandle, trak: Span): Promise<FoundStatement[]> {
	const found: FoundStatement[] = [];
	for await (const stsd of below(file, trak, TO_DESCRIPTIONS)) {
		const entries = { from: stsd.from + STSD_FIELDS, to: stsd.to };
		for await (const { from, to } of boxes(file, entries.from, entries.to)) {
			found.push(...(await statementsOfEntry(file, { from: from + VISUAL_FIELDS, to })));
			if (found.length > 0) break;
		}
	}
	const v1 = await sphericalV1(file, trak);
	return v1 === undefined ? found : [...found, v1];
}

/** Statements of a VisualSampleEntry's boxes. */
async function statementsOfEntry(file: FileHandle, entry: Span): Promise<FoundStatement[]> {
	const contents = new Map<string, Buffer>();
	for await (const { type, from, to } of boxes(file, entry.from, entry.to)) {
		const wanted = ["sv3d", "st3d", "vexu", "hfov"].includes(type) && !contents.has(type);
		if (wanted && to - from <= STATEMENT_BYTES) contents.set(type, await read(file, from, to - from));
	}
	const [sv3d, st3d, vexu, hfov] = ["sv3d", "st3d", "vexu", "hfov"].map((type) => contents.get(type));
	const sphere = sv3d && readSv3d(sv3d);
	const eyes = st3d && readSt3d(st3d);
	const found: FoundStatement[] = [];
	if (sphere !== undefined) found.push(sphere);
	if (eyes !== undefined) found.push({ where: "the box st3d", eyes });
	if (vexu !== undefined) {
		// Thousandths of a degree.
		const fovDeg = hfov !== undefined && hfov.length >= 4 ? hfov.readUInt32BE(0) / 1000 : Number.NaN;
		found.push({ where: "the box vexu", ...readVexu(vexu, fovDeg) });
	}
	return found;
}

async function sphericalV1(file: FileHandle, trak: Span): Promise<FoundStatement | undefined> {
	for await (const { from, to } of named("uuid", file, trak)) {
		if (to - from < 16 || !(await read(file, from, 16)).equals(SPHERICAL_V1)) continue;
		const xml = await read(file, from + 16, Math.min(to - from - 16, SPHERICAL_V1_BYTES));
		const stated = readSphereXml(xml.toString("utf8"));
		if (stated !== undefined) return { ...stated, where: "Spherical Video V1 (the box uuid)" };
	}
	return undefined;
}
