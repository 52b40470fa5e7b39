import type { PanoramaFormat } from "../../media/panorama.ts";
import { SOUND_CHANNELS, type SoundLayout } from "../../media/sound-ring.ts";
import { readOrientation, readPacking } from "../recorded-packing.ts";
import { projectionOf } from "../recorded-projection.ts";
import { smallOf } from "../recorded-small.ts";
import type { RecordedSource } from "../session-record.ts";
import type { RecordedRow } from "./recorded-row.ts";

/** Colours of sources whose recording states none. */
const DEFAULT_COLOR: PanoramaFormat["color"] = { range: "limited", matrix: "bt709", chromaSiting: "left" };

/** The facts about a source in the row of its opening. */
export function recordedSource(row: RecordedRow): RecordedSource {
	const name = (field: string) => `panogaze.Source:${field}`;
	const [x = 0, y = 0, z = 0, w = 1] = row.numbers(name("world_from_panorama")) ?? [];
	const layout = row.text(name("layout"));
	const sound = row.text(name("sound")) ?? "";
	const small = smallOf(row.json(name("small")));
	return {
		name: row.text(name("name")) ?? "source",
		codec: row.text(name("codec")) ?? "",
		frameRate: row.number(name("frame_rate")) ?? Number.NaN,
		live: row.flag(name("live")) ?? false,
		durationSec: row.number(name("duration_sec")) ?? Number.NaN,
		layout: layout === "" ? undefined : layout,
		packing: readPacking(row.json(name("packing"))),
		codedOrientation: readOrientation(row.json(name("coded_orientation"))),
		sound: soundLayoutOf(sound),
		...(small && { small }),
		format: {
			width: row.number(name("width")) ?? 0,
			height: row.number(name("height")) ?? 0,
			eyes: row.number(name("eyes")) === 2 ? 2 : 1,
			color: colorOf(row.json(name("color"))),
			projection: projectionOf(row.json(name("projection"))),
			rightProjection: projectionOf(row.json(name("right_projection"))),
			worldFromPanorama: [Number(x), Number(y), Number(z), Number(w)],
		},
	};
}

/** Channels of sound from a file; `undefined`: there are none. */
export function soundLayoutOf(name: string): SoundLayout | undefined {
	return Object.hasOwn(SOUND_CHANNELS, name) ? (name as SoundLayout) : undefined;
}

/** Colours from a file; those that most sources have where it states none, or others. */
export function colorOf(value: unknown): PanoramaFormat["color"] {
	const { range, matrix, chromaSiting } = (value ?? {}) as Partial<Record<keyof PanoramaFormat["color"], unknown>>;
	return {
		range: range === "full" ? range : DEFAULT_COLOR.range,
		matrix: matrix === "bt601" || matrix === "bt2020" ? matrix : DEFAULT_COLOR.matrix,
		chromaSiting:
			chromaSiting === "center" || chromaSiting === "topleft" ? chromaSiting : DEFAULT_COLOR.chromaSiting,
	};
}
