import {
	type CompleteOptions,
	completeOptions,
	flag,
	numberWithin,
	type OptionTable,
	objectWith,
	oneOf,
	optional,
	wholeNumber,
	withDefault,
} from "../media/option-table.ts";
import type { PanoramaFormat } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { IDENTITY, quaternionFromAngles, RAD_PER_DEG } from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG, type View } from "../media/view.ts";
import { clampLensFov, LENS_FOV, lensProjection, VIEWER_LENSES, type ViewerLens } from "../media/viewer-lens.ts";
import { PROJECTION_WORDS } from "../projection/projection-words.ts";
import { outputSize, pixelDensity } from "./output-size.ts";

/** Options of `server.snapshot()`. */
export interface SnapshotOptions {
	/** Heading to the right of the front, degrees. @default 0 */
	readonly yawDeg?: number | undefined;
	/** Height above the horizon, degrees. @default 0 */
	readonly pitchDeg?: number | undefined;
	/** Clockwise, degrees. @default 0 */
	readonly rollDeg?: number | undefined;
	/**
	 * Horizontal field of view of the lens, degrees.
	 * @default 90; 150 of `pannini`, 250 of `little-planet`
	 */
	readonly fovDeg?: number | undefined;
	/** @default "flat" */
	readonly lens?: ViewerLens | undefined;
	/** Any projection but `custom`, in place of a lens and its field of view. @default none */
	readonly projection?: ProjectionSpec | undefined;
	/**
	 * The whole panorama, upright, with a statement of its sphere (GPano) for other programs.
	 * @default false
	 */
	readonly sphere?: boolean | undefined;
	/** Even number of pixels, 16 to 8192. @default as many as the source has there */
	readonly width?: number | undefined;
	/** Even number of pixels, 16 to 8192. @default as many as the source has there */
	readonly height?: number | undefined;
	/**
	 * Width by height of a picture that has no `width` or no `height`.
	 * @default that of the projection, 16:9 of a lens
	 */
	readonly aspect?: number | undefined;
	/** The eye of a source for two. @default "left" */
	readonly eye?: "left" | "right" | undefined;
	/** Quality of the JPEG, 1 to 100. @default 90 */
	readonly quality?: number | undefined;
}

const KINDS: readonly string[] = [...PROJECTION_WORDS, "tabulated"];
/** Longest side of a snapshot, pixels. */
const LONGEST_SIDE = 8192;
const SHORTEST_SIDE = 16;

const side = optional((value, name) => {
	const pixels = wholeNumber(SHORTEST_SIDE, LONGEST_SIDE)(value, name);
	if (pixels % 2 !== 0) throw new RangeError(`${name} is an even number of pixels; got ${pixels}.`);
	return pixels;
});
const direction = optional(numberWithin(-360, 360));

/** The check of each option, also for other doors with other names. */
export const SNAPSHOT_OPTIONS = {
	yawDeg: direction,
	pitchDeg: optional(numberWithin(-90, 90)),
	rollDeg: direction,
	fovDeg: optional(numberWithin(1, LENS_FOV["little-planet"].maxFovDeg)),
	lens: optional(oneOf(VIEWER_LENSES)),
	projection: optional(objectWith<ProjectionSpec>("a projection, an object with its kind")),
	sphere: withDefault(flag, false),
	width: side,
	height: side,
	aspect: optional(numberWithin(0.05, 20)),
	eye: withDefault(oneOf(["left", "right"]), "left"),
	quality: withDefault(wholeNumber(1, 100), 90),
} satisfies OptionTable<SnapshotOptions>;

/** A snapshot's options, checked one by one. Structured-cloneable. */
export type CompleteSnapshotOptions = CompleteOptions<typeof SNAPSHOT_OPTIONS>;

/**
 * Checks the options of a snapshot.
 *
 * @throws {TypeError | RangeError} for an option that is unknown, of the wrong kind, out of bounds,
 * or contradicted by another.
 */
export function completeSnapshotOptions(options: SnapshotOptions): CompleteSnapshotOptions {
	const complete = completeOptions(SNAPSHOT_OPTIONS, options, "snapshot()");
	requireOneWay(complete);
	return complete;
}

/** @throws {RangeError} when two options contradict each other; it names both. */
function requireOneWay(options: CompleteSnapshotOptions): void {
	const { sphere, projection, lens, fovDeg } = options;
	// The functions of one's own can't go to another thread.
	if (projection !== undefined && !KINDS.includes(projection.kind))
		throw new RangeError(
			`projection.kind is one of ${KINDS.join(", ")}; got ${String(projection.kind).slice(0, 40)}.`,
		);
	const ways = { sphere: sphere || undefined, projection, lens, fovDeg };
	const given = Object.entries(ways).flatMap(([name, value]) => (value === undefined ? [] : [name]));
	const contradicts = sphere || projection !== undefined ? given.length > 1 : false;
	if (contradicts) throw new RangeError(`${given.slice(0, 2).join(" and ")} are two views: state one of them.`);
	if (!sphere) return;
	const turned = (["yawDeg", "pitchDeg", "rollDeg"] as const).find((name) => options[name] !== undefined);
	if (turned !== undefined) throw new RangeError(`${turned} has no meaning for the whole sphere, which is upright.`);
}

/** A snapshot is not to be had. */
export class SnapshotError extends Error {
	override readonly name = "SnapshotError";
	readonly code: SnapshotErrorCode;

	constructor(code: SnapshotErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}

/** The kind of a `SnapshotError`. */
export type SnapshotErrorCode =
	/** The source shows no present picture; `message` says why. */
	| "no-picture"
	/** Others wait already. */
	| "busy"
	/** The source can't be shown so: it has one eye, or no sphere. */
	| "impossible"
	/** Drawing or encoding failed, or the server is closed. */
	| "failed";

/** A still picture of the source. */
export interface Snapshot {
	/** A JPEG file. */
	readonly data: Buffer;
	readonly width: number;
	readonly height: number;
}

/** A snapshot's view, when the source's format is known. */
export interface SnapshotPlan {
	readonly view: View;
	/** Index of the eye that is drawn. */
	readonly eye: 0 | 1;
	/** The projection that the file states about itself; `undefined`: none. */
	readonly stated: ProjectionSpec | undefined;
}

const FIRST_FOV_DEG: Readonly<Record<ViewerLens, number>> = { flat: 90, pannini: 150, "little-planet": 250 };
const SPHERE: ProjectionSpec = { kind: "equirect" };

/**
 * The view that a snapshot shows of a source.
 *
 * @throws {SnapshotError} `impossible`.
 * @throws {RangeError | TypeError} when the projection is impossible.
 */
export function planSnapshot(options: CompleteSnapshotOptions, format: PanoramaFormat): SnapshotPlan {
	const source = format.projection ?? SPHERE;
	if (options.eye === "right" && format.eyes === 1)
		throw new SnapshotError("impossible", "eye is left for a source of one eye; got right.");
	if (options.sphere && source.kind === "none")
		throw new SnapshotError("impossible", "sphere has no meaning for a source that has none.");
	const eye = options.eye === "right" ? 1 : 0;
	const projection = source.kind === "none" ? source : drawnProjection(options);
	const { width, height } = sizeOf(options, projection, format);
	const { yawDeg = 0, pitchDeg = 0, rollDeg = 0 } = options;
	const worldFromView =
		source.kind === "none" || options.sphere ? IDENTITY : quaternionFromAngles({ yawDeg, pitchDeg, rollDeg });
	const stated = options.sphere ? projection : undefined;
	// The kernel has a faster way for a flat view.
	if (projection.kind === "perspective" && isPinhole(projection)) {
		const fovRad = projection.fovDeg * RAD_PER_DEG;
		return { view: { lens: "pinhole", width, height, fovRad, worldFromView }, eye, stated };
	}
	return { view: { lens: "projection", width, height, projection, worldFromView }, eye, stated };
}

function isPinhole(spec: ProjectionSpec & { kind: "perspective" }): spec is typeof spec & { fovDeg: number } {
	const { fovDeg = Number.NaN, anglesDeg, calibration } = spec;
	return anglesDeg === undefined && calibration === undefined && fovDeg >= MIN_FOV_DEG && fovDeg <= MAX_FOV_DEG;
}

function drawnProjection({ sphere, projection, lens = "flat", fovDeg }: CompleteSnapshotOptions): ProjectionSpec {
	if (sphere) return SPHERE;
	if (projection !== undefined) return projection;
	const wished = fovDeg ?? FIRST_FOV_DEG[lens];
	// A flat view may be narrower than viewers zoom, as an upright phone shows.
	const flatDeg = Math.min(wished, LENS_FOV.flat.maxFovDeg);
	return lensProjection(lens, clampLensFov(lens, wished)) ?? { kind: "perspective", fovDeg: flatDeg };
}

function sizeOf(
	{ width, height, aspect }: CompleteSnapshotOptions,
	projection: ProjectionSpec,
	format: PanoramaFormat,
): { readonly width: number; readonly height: number } {
	const density = pixelDensity(format.projection ?? SPHERE, format);
	const own = outputSize(projection, { width, height }, density, format);
	const shape = width === undefined || height === undefined ? (aspect ?? own.width / own.height) : Number.NaN;
	const wide = width ?? (height === undefined ? own.width : height * shape);
	const high = height ?? wide / shape;
	const scale = Math.min(1, LONGEST_SIDE / Math.max(wide, high));
	return { width: even(wide * scale), height: even(high * scale) };
}

function even(pixels: number): number {
	return Math.max(SHORTEST_SIDE, Math.round(pixels / 2) * 2);
}
