import { type FileHandle, open } from "node:fs/promises";
import { boxes, read } from "./mp4-boxes.ts";
import { below, idOfTrack, named, type Span, TO_DESCRIPTIONS } from "./mp4-spans.ts";

/**
 * A file's statement that a track holds the sound of a whole sphere, as ambisonics in ACN order
 * with SN3D.
 */
export interface SoundStatement {
	/** The place of the statement, in words. */
	readonly where: string;
	/** Ambisonic order: 1 has the four channels W, Y, Z and X. Higher ones have these first. */
	readonly order: number;
	/** Indexes of the channels of the track that hold W, Y, Z and X. */
	readonly channels: readonly number[];
	/**
	 * Indexes of a left and a right channel that stay with the head, such as a narrator's; empty:
	 * there are none.
	 */
	readonly headLocked: readonly number[];
}

/**
 * Bytes of `stsd` before its first entry, and of an AudioSampleEntry's fields (ISO/IEC 14496-12,
 * 12.2.3).
 */
const STSD_FIELDS = 8;
const AUDIO_FIELDS = 28;
/** Bytes that versions 1 and 2 of QuickTime's sound description add. */
const MORE_FIELDS: Readonly<Record<number, number>> = { 1: 16, 2: 36 };
/** The longest SA3D that is read: 100 channels. */
const SA3D_BYTES = 12 + 4 * 100;
const FIRST_ORDER_CHANNELS = 4;

/**
 * The statement of a local MP4 or QuickTime file about one track's sound (Google's Spatial Audio
 * RFC, the box SA3D); `undefined` without one, and for files that are broken or not there.
 *
 * @param trackId number of the track (`tkhd`).
 */
export async function soundStatementOfFile(path: string, trackId: number): Promise<SoundStatement | undefined> {
	const file = await open(path).catch(() => undefined);
	if (file === undefined) return undefined;
	try {
		return await statementIn(file, trackId);
	} catch {
		return undefined;
	} finally {
		await file.close();
	}
}

async function statementIn(file: FileHandle, trackId: number): Promise<SoundStatement | undefined> {
	const { size } = await file.stat();
	for await (const moov of named("moov", file, { from: 0, to: size }))
		for await (const trak of named("trak", file, moov))
			if ((await idOfTrack(file, trak)) === trackId) return statementOfTrack(file, trak);
	return undefined;
}

async function statementOfTrack(file: FileHandle, trak: Span): Promise<SoundStatement | undefined> {
	for await (const stsd of below(file, trak, TO_DESCRIPTIONS)) {
		for await (const entry of boxes(file, stsd.from + STSD_FIELDS, stsd.to)) {
			if (entry.to - entry.from < AUDIO_FIELDS) continue;
			const version = (await read(file, entry.from + 8, 2)).readUInt16BE(0);
			const content = { from: entry.from + AUDIO_FIELDS + (MORE_FIELDS[version] ?? 0), to: entry.to };
			for await (const { from, to } of named("SA3D", file, content))
				return readSa3d(await read(file, from, Math.min(to - from, SA3D_BYTES)));
		}
	}
	return undefined;
}

/** Reads the content of `SA3D`; `undefined` for a form that the box's own rules don't know. */
export function readSa3d(content: Buffer): SoundStatement | undefined {
	if (content.length < 12) return undefined;
	const [version, type = 0] = content;
	const order = content.readUInt32BE(2);
	const isAcnSn3d = content[6] === 0 && content[7] === 0;
	const count = content.readUInt32BE(8);
	const ambisonic = (order + 1) ** 2;
	const hasHeadLocked = (type & 0x80) !== 0;
	const isKnown = version === 0 && (type & 0x7f) === 0 && isAcnSn3d && order >= 1;
	if (!isKnown || count !== ambisonic + (hasHeadLocked ? 2 : 0) || content.length < 12 + 4 * count) return undefined;
	const map = Array.from({ length: count }, (_, index) => content.readUInt32BE(12 + 4 * index));
	if (new Set(map).size !== count || map.some((channel) => channel >= count)) return undefined;
	return {
		where: "the box SA3D",
		order,
		channels: map.slice(0, FIRST_ORDER_CHANNELS),
		headLocked: map.slice(ambisonic),
	};
}
