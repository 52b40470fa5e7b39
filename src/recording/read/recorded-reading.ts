import { basename } from "node:path";
import { anglesFromQuaternion, IDENTITY } from "../../media/rotation.ts";
import type { CompleteLibavOptions, LibavSourceOptions } from "../../source/source-options.ts";
import { EYE_CHOICES, type PicturePacking, packingOf, STEREO_LAYOUTS } from "../../source/stereo.ts";
import type { RecordedSource } from "../session-record.ts";

/** How a file was read when a session was recorded. */
export type RecordedReading = Pick<LibavSourceOptions, "projection" | "stereo" | "eye" | "orientation">;

/**
 * The options with which the file of a recorded source is read as it was then. What a file alone
 * can state, its meshes and a projection for each eye, is left to the file, and a projection of the
 * application's own to the options.
 */
export function recordedReading({ format, packing }: RecordedSource): RecordedReading {
	const { projection, rightProjection, worldFromPanorama = IDENTITY } = format;
	const orientation = anglesFromQuaternion(worldFromPanorama);
	if (projection?.kind === "mesh" || rightProjection !== undefined) return { orientation };
	return { ...layoutOfPacking(packing), ...(projection && { projection }), orientation };
}

/**
 * Reads a file as a recorded server has read the one of that name, but for what the options say.
 * A file of another name may have another layout, and is read as it states itself.
 *
 * @param shown name of the source that was recorded.
 */
export function readAsRecorded(
	options: CompleteLibavOptions,
	shown: string | undefined,
	{ projection = "auto", stereo = "auto", eye = "both", orientation }: RecordedReading = {},
): CompleteLibavOptions {
	// Filters make pictures of another layout.
	if (basename(options.spec) !== shown || options.filter !== "") return options;
	return {
		...options,
		// A custom projection has no place in a recording.
		projection:
			options.projection === "auto" ? (projection as CompleteLibavOptions["projection"]) : options.projection,
		...(options.stereo === "auto" && { stereo, eye: options.eye === "both" ? eye : options.eye }),
		orientation: options.orientation ?? (orientation && { yawDeg: 0, pitchDeg: 0, rollDeg: 0, ...orientation }),
	};
}

/** The options for pictures that are packed so; none where no option says that. */
function layoutOfPacking(packing: PicturePacking | undefined): Pick<RecordedReading, "stereo" | "eye"> {
	const facts = (of: PicturePacking) =>
		JSON.stringify([of.across, of.down, of.parts.map((part) => [part.column, part.row])]);
	for (const stereo of STEREO_LAYOUTS)
		for (const eye of EYE_CHOICES)
			if (packing !== undefined && facts(packingOf(stereo, eye)) === facts(packing)) return { stereo, eye };
	return {};
}
