import type { ProjectionSpec } from "../media/projection.ts";
import type { FoundStatement, StatedEyes } from "./found-statement.ts";
import { boxesIn } from "./mp4-boxes.ts";

/** Bits of `stri` (Apple's "Stereo Video ISOBMFF Extensions"). */
const HAS_LEFT = 1;
const HAS_RIGHT = 2;
const REVERSED = 8;

/** The horizontal field of view of a fisheye whose file states none. */
const FISHEYE_DEG = 180;

/**
 * Reads the content of Apple's `vexu`: the eyes, the way in which they are packed, and the
 * projection of projected media.
 *
 * @param fovDeg horizontal field of view that `hfov` beside it states; NaN for none.
 */
export function readVexu(content: Buffer, fovDeg: number): Omit<FoundStatement, "where"> {
	let flags = 0;
	let hero = 0;
	let packing = "";
	let kind = "";
	for (const outer of boxesIn(content)) {
		for (const { type, content } of boxesIn(outer.content)) {
			if (type === "stri") flags = content[4] ?? 0;
			else if (type === "hero") hero = content[4] ?? 0;
			else if (type === "pkin") packing = content.toString("latin1", 4, 8);
			else if (type === "prji") kind = content.toString("latin1", 4, 8);
		}
	}
	const eyes = eyesOf(flags, packing);
	const heroEye = hero === 1 ? ", the left eye's" : hero === 2 ? ", the right eye's" : "";
	return {
		...(kind !== "" && projectionOf(kind, fovDeg)),
		...(eyes !== undefined && { eyes }),
		...(eyes === "views" && { note: `the eyes are coded apart: the base view${heroEye} is shown to both` }),
	};
}

function eyesOf(flags: number, packing: string): StatedEyes | undefined {
	if (flags === 0) return undefined;
	if ((flags & HAS_LEFT) === 0 || (flags & HAS_RIGHT) === 0) return "mono";
	const reversed = (flags & REVERSED) !== 0;
	if (packing === "side") return reversed ? "right-left" : "left-right";
	if (packing === "over") return reversed ? "bottom-top" : "top-bottom";
	return "views";
}

function projectionOf(
	kind: string,
	fovDeg: number,
): { readonly projection?: ProjectionSpec; readonly note?: string | undefined } {
	switch (kind) {
		case "equi":
			return { projection: { kind: "equirect" } };
		case "hequ":
			return { projection: { kind: "equirect", bounds: { top: 0, bottom: 0, left: 0.25, right: 0.25 } } };
		case "fish": {
			const stated = fovDeg > 0 && fovDeg <= 360;
			return {
				projection: { kind: "fisheye", fovDeg: stated ? fovDeg : FISHEYE_DEG },
				note: stated
					? undefined
					: `the fisheye's field of view is not stated; ${FISHEYE_DEG} degrees are assumed`,
			};
		}
		case "rect":
			return { projection: fovDeg > 0 && fovDeg < 180 ? { kind: "perspective", fovDeg } : { kind: "none" } };
		default:
			return { note: `its projection ${JSON.stringify(kind)} is not known` };
	}
}
