import type { SourceInfo } from "../source/video-source.ts";

/** Describes an opened source in a line of the log. */
export function wordsForSource(name: string, { format, frameRate, codec, hwaccel, layout, sound }: SourceInfo): string {
	const rate = Number.isNaN(frameRate) ? "" : `, ${Math.round(frameRate * 100) / 100} fps`;
	const decoder = hwaccel === "none" ? "in software" : `by ${hwaccel}`;
	const eyes = format.eyes === 2 ? " for each of two eyes" : "";
	const how = codec === "rawvideo" ? "" : `, decoded ${decoder}`;
	const heard = sound === undefined ? "" : `, ${sound.layout} sound`;
	const read = layout === undefined ? "" : `; read as ${layout}`;
	return `Source ${name}: ${format.width}x${format.height}${eyes}, ${codec}${rate}${how}${heard}${read}`;
}
