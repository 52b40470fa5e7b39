import type { FileHandle } from "node:fs/promises";
import { boxes, read } from "./mp4-boxes.ts";

/** The path of boxes from a track to its sample descriptions. */
export const TO_DESCRIPTIONS: readonly string[] = ["mdia", "minf", "stbl", "stsd"];

/** A piece of the file: the content of a box. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

/** The boxes of one type in a piece of the file. */
export async function* named(wanted: string, file: FileHandle, { from, to }: Span): AsyncGenerator<Span> {
	for await (const box of boxes(file, from, to)) if (box.type === wanted) yield box;
}

/** Number of a track (`tkhd`); `undefined` when it has none. */
export async function idOfTrack(file: FileHandle, trak: Span): Promise<number | undefined> {
	for await (const { from, to } of named("tkhd", file, trak)) {
		const content = await read(file, from, Math.min(24, to - from));
		const at = content[0] === 1 ? 20 : 12;
		return at + 4 <= content.length ? content.readUInt32BE(at) : undefined;
	}
	return undefined;
}

/** The boxes at the end of a path of types. */
export async function* below(file: FileHandle, span: Span, [wanted, ...rest]: readonly string[]): AsyncGenerator<Span> {
	if (wanted === undefined) {
		yield span;
		return;
	}
	for await (const box of named(wanted, file, span)) yield* below(file, box, rest);
}
