import { assert } from "../media/assert.ts";
import type { PanoramaFormat } from "../media/panorama.ts";
import type { ProjectionSpec } from "../media/projection.ts";
import { multiplyQuaternions, type Quaternion, quaternionFromAngles, RAD_PER_DEG } from "../media/rotation.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG, type View } from "../media/view.ts";
import type { SphereStatement } from "../metadata/sphere-statement.ts";
import { type CameraPath, packingOfOutput, type RenderedView } from "./options.ts";
import { DEFAULT_FOV_DEG, outputSize, type PictureSize, pixelDensity } from "./output-size.ts";
import type { RecordedPath } from "./recorded-path.ts";
import type { DrawnEyes, PictureTime, StereoPacking } from "./render-protocol.ts";

/** The view that an output shows, with everything that is known once the source is open. */
export class ViewPlan {
	/** Size of one eye's picture. */
	readonly width: number;
	readonly height: number;
	readonly eyes: DrawnEyes;
	readonly packing: StereoPacking | undefined;
	readonly projection: ProjectionSpec;
	readonly #worldFromBase: Quaternion;
	readonly #path: CameraPath | RecordedPath | undefined;
	/** The view has a projection of its own, whatever the lens of recorded pictures. */
	readonly #isOwnLens: boolean;

	/** @throws {RangeError} when the source has one eye and two are asked for, or a size is odd. */
	constructor(view: RenderedView, path: CameraPath | RecordedPath | undefined, format: PanoramaFormat) {
		const source = format.projection ?? EQUIRECT;
		this.projection = source.kind === "none" ? source : (view.projection ?? FLAT);
		this.#isOwnLens = view.projection !== undefined || this.projection.kind === "none";
		const { stereo = "auto" } = view;
		this.packing = stereo === "auto" ? ownPacking(this.projection, format) : packingOfOutput(stereo);
		if (this.packing !== undefined && format.eyes === 1)
			throw new RangeError(`--stereo-out is left, right or auto for a source of one eye; got ${stereo}.`);
		this.eyes = this.packing !== undefined ? "both" : stereo === "right" ? "right" : "left";
		const across = this.packing?.includes("left") ? 2 : 1;
		const down = this.packing?.includes("top") ? 2 : 1;
		const isLike = typeof path === "object" && OF_SCREENS.has(this.projection.kind);
		const { width, height } = isLike ? sizeLike(view, path, { across, down }) : view;
		const size = outputSize(
			this.projection,
			{ width: width && width / across, height: height && height / down },
			pixelDensity(source, format),
			format,
		);
		requireEven("--width", size.width, across);
		requireEven("--height", size.height, down);
		this.width = size.width;
		this.height = size.height;
		const { yawDeg = 0, pitchDeg = 0, rollDeg = 0 } = view;
		this.#worldFromBase = quaternionFromAngles({ yawDeg, pitchDeg, rollDeg });
		this.#path = path;
	}

	/** What the file states about its sphere; `undefined` for flat pictures. */
	get statement(): SphereStatement | undefined {
		const { projection, packing } = this;
		if (!STATED.has(projection.kind)) return undefined;
		return { projection, stereo: packing ?? "mono", software: "panogaze" };
	}

	/** The view of a picture, by its time in the source or its index in a recorded path. */
	at({ sourceSec, index = 0 }: Pick<PictureTime, "sourceSec" | "index">): View {
		const { width, height } = this;
		const path = this.#path;
		const recorded = typeof path === "object" ? path.pictures[index] : undefined;
		const pose = typeof path === "function" ? path(sourceSec) : undefined;
		const projection = this.#isOwnLens ? this.projection : (recorded?.projection ?? this.projection);
		const turn = recorded ?? pose;
		const worldFromView =
			turn === undefined ? this.#worldFromBase : multiplyQuaternions(turn.worldFromView, this.#worldFromBase);
		if (
			projection.kind === "perspective" &&
			projection.anglesDeg === undefined &&
			projection.calibration === undefined
		) {
			const fovDeg = pose?.fovDeg ?? projection.fovDeg ?? DEFAULT_FOV_DEG;
			if (fovDeg >= MIN_FOV_DEG && fovDeg <= MAX_FOV_DEG)
				return { lens: "pinhole", width, height, fovRad: fovDeg * RAD_PER_DEG, worldFromView };
			return { lens: "projection", width, height, projection: { kind: "perspective", fovDeg }, worldFromView };
		}
		return { lens: "projection", width, height, projection, worldFromView };
	}
}

/**
 * The size asked for. A missing width or height follows from the recorded pictures.
 * @param eyes beside and below each other in a picture.
 */
function sizeLike(
	{ width, height }: RenderedView,
	path: RecordedPath,
	{ across, down }: { readonly across: number; readonly down: number },
): Pick<RenderedView, "width" | "height"> {
	const usual = usualSize(path);
	const [wide, high] = [usual.width * across, usual.height * down];
	const even = (size: number, eyes: number) => Math.max(2, Math.round(size / eyes / 2) * 2) * eyes;
	return {
		width: width ?? (height === undefined ? wide : even((height * wide) / high, across)),
		height: height ?? (width === undefined ? high : even((width * high) / wide, down)),
	};
}

/** The size that most pictures have: a window may change, or become a headset. */
function usualSize({ pictures }: RecordedPath): PictureSize {
	const counts = new Map<string, { readonly size: PictureSize; pictures: number }>();
	for (const size of pictures) {
		const key = `${size.width}x${size.height}`;
		const counted = counts.get(key) ?? { size, pictures: 0 };
		counted.pictures++;
		counts.set(key, counted);
	}
	const [usual] = [...counts.values()].sort((a, b) => b.pictures - a.pictures);
	assert(usual !== undefined, "A recorded path has pictures.");
	return usual.size;
}

const EQUIRECT: ProjectionSpec = { kind: "equirect" };
const FLAT: ProjectionSpec = { kind: "perspective", fovDeg: DEFAULT_FOV_DEG };

/** Projections that fill a screen of any shape: that of what a viewer was shown. */
const OF_SCREENS: ReadonlySet<ProjectionSpec["kind"]> = new Set([
	...(["perspective", "foveated", "pannini", "stereographic", "none"] as const),
]);

/** Projections that show the whole sphere: both eyes are kept. */
const PANORAMIC: ReadonlySet<ProjectionSpec["kind"]> = new Set(["equirect", "cubemap", "eac", "none"]);

/** Projections that files have words for. */
const STATED: ReadonlySet<ProjectionSpec["kind"]> = new Set(["equirect", "cubemap", "eac", "mesh"]);

function ownPacking({ kind }: ProjectionSpec, { eyes }: PanoramaFormat): StereoPacking | undefined {
	return eyes === 2 && PANORAMIC.has(kind) ? "top-bottom" : undefined;
}

function requireEven(name: string, size: number, parts: number): void {
	if (Number.isInteger(size) && size >= 2 && size % 2 === 0) return;
	const multiple = parts === 1 ? "an even number" : "a multiple of four, for two eyes,";
	throw new RangeError(`${name} is ${multiple} of pixels; got ${size * parts}.`);
}
