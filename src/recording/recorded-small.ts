import { packingOf } from "../source/stereo.ts";
import type { SmallFormat } from "../stream/small/small-format.ts";
import { readPacking } from "./recorded-packing.ts";
import { projectionOf, projectionText } from "./recorded-projection.ts";
import type { RecordedSource } from "./session-record.ts";

/** The form of a small version as JSON; `null`: none is recorded. */
export function smallText(small: SmallFormat | undefined): string {
	if (small === undefined) return "null";
	const { width, height, eyes, packing, projection, rightProjection } = small;
	const facts = JSON.stringify({ codec: "h264", width, height, eyes, packing }).slice(0, -1);
	const spec = projectionText(projection ?? { kind: "equirect" });
	return `${facts},"projection":${spec},"right_projection":${projectionText(rightProjection)}}`;
}

/** The form in such JSON; `undefined`: it is none. */
export function smallOf(value: unknown): SmallFormat | undefined {
	const facts = (value ?? {}) as Readonly<Record<string, unknown>>;
	const { width, height } = facts;
	const isSize = (size: unknown): size is number => typeof size === "number" && size >= 2 && size % 2 === 0;
	if (!isSize(width) || !isSize(height)) return undefined;
	const packing = readPacking(facts["packing"]) ?? packingOf("mono");
	return {
		...{ width, height, packing },
		eyes: packing.parts.length === 2 ? 2 : 1,
		projection: projectionOf(facts["projection"]),
		rightProjection: projectionOf(facts["right_projection"]),
	};
}

/** The source as its recorded video shows it: in its own form, or that of a small version. */
export function recordedVideo(source: RecordedSource): RecordedSource {
	const { small, format } = source;
	if (small === undefined) return source;
	const { width, height, eyes, packing, projection, rightProjection } = small;
	const { worldFromPanorama, color } = format;
	return {
		// It was drawn from pictures that were upright.
		...{ ...source, codec: "h264", packing, codedOrientation: undefined },
		format: { width, height, eyes, projection, rightProjection, worldFromPanorama, color },
	};
}
