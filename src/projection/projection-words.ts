import { nearestName } from "../media/nearest-name.ts";
import {
	CUBE_LAYOUTS,
	type CubeFaceGrid,
	type CubeFaceName,
	type CubemapSpec,
	type DualFisheyeSpec,
	type DualLens,
	type EacSpec,
	FISHEYE_MODELS,
	type FoveatedSpec,
	type Intrinsics,
	type LensSpec,
	type PerspectiveSpec,
	type ProjectionSpec,
	SPHERE_MAPS,
} from "../media/projection.ts";
import { createProjection } from "./create-projection.ts";
import { cubeFaceGrid, EAC_GRID, requireCubeFaceGrid } from "./cube-faces.ts";
import { DEFAULT_PAIR_FOV_DEG } from "./dual-fisheye.ts";
import { type WordFlags, WordOptions } from "./word-options.ts";

const LENS_WORDS = ["fisheye", "kannala-brandt", "mei", "double-sphere"] as const;
const BLENDS = ["feather", "cut"] as const;

/** The words of the command line for projections. */
export const PROJECTION_WORDS = [
	"equirect",
	"perspective",
	"foveated",
	"cubemap",
	"eac",
	"gopro-max",
	...LENS_WORDS,
	"dual-fisheye",
	"stereographic",
	"cylindrical",
	"mercator",
	"pannini",
	...SPHERE_MAPS,
	"mesh",
	"none",
] as const;

/** A word of the command line for a projection. */
export type ProjectionWord = (typeof PROJECTION_WORDS)[number];

/** The options of each word, by their names. */
const READERS: { readonly [Word in ProjectionWord]: (options: WordOptions) => ProjectionSpec } = {
	equirect: (options) => {
		const bounds = options.numbers("bounds", 4, "four fractions that are cropped: top,bottom,left,right");
		if (bounds === undefined) return { kind: "equirect" };
		const [top = 0, bottom = 0, left = 0, right = 0] = bounds;
		return { kind: "equirect", bounds: { top, bottom, left, right } };
	},
	perspective: readPerspective,
	foveated: readFoveated,
	cubemap: readCubemap,
	eac: (options) =>
		given<EacSpec>({
			kind: "eac",
			padding: options.padding(),
			layout: readFaces(options, EAC_GRID),
		}),
	"gopro-max": (options) => ({
		kind: "gopro-max",
		...given({
			overlap: options.number("overlap", "a number of columns, 0 or more", (value) => value >= 0),
			blend: options.choice("blend", BLENDS),
		}),
	}),
	fisheye: (options) => readLens("fisheye", options),
	"kannala-brandt": (options) => readLens("kannala-brandt", options),
	mei: (options) => readLens("mei", options),
	"double-sphere": (options) => readLens("double-sphere", options),
	"dual-fisheye": readDualFisheye,
	stereographic: (options) => given({ kind: "stereographic", fovDeg: options.fov() }),
	cylindrical: (options) =>
		given({
			kind: "cylindrical",
			fovDeg: options.fov(),
			verticalFovDeg: options.number("vfov", "degrees from 0 to 180", (value) => value > 0 && value <= 180),
			equalArea: options.flag("equalarea"),
		}),
	mercator: (options) => given({ kind: "mercator", fovDeg: options.fov() }),
	pannini: (options) =>
		given({
			kind: "pannini",
			d: options.number("d", "a number from 0 to 100", (value) => value >= 0 && value <= 100),
			fovDeg: options.fov(),
		}),
	...(Object.fromEntries(SPHERE_MAPS.map((kind) => [kind, () => ({ kind })])) as {
		readonly [Map in (typeof SPHERE_MAPS)[number]]: () => ProjectionSpec;
	}),
	mesh: () => ({ kind: "mesh", vertices: new Float32Array(0), triangles: new Uint32Array(0) }),
	none: () => ({ kind: "none" }),
};

/** Words whose numbers do not depend on the picture's size: they are tried at once. */
const TRIED: readonly ProjectionWord[] = [
	"equirect",
	"perspective",
	"foveated",
	...LENS_WORDS,
	"dual-fisheye",
	"stereographic",
	"cylindrical",
	"mercator",
	"pannini",
];
/** Side of the picture that they are tried with, pixels. */
const TRIED_SIZE = 4096;

/**
 * Reads a projection as the command line states it: a word, and options `name=value` with lists
 * joined by commas. Angles are degrees, positive outward.
 *
 * @param word one of `PROJECTION_WORDS`. `mesh` stands for the mesh that the file states: it has no
 * triangles here.
 * @param options in any order; the last of one name counts.
 * @param flags names of the command line's flags, for errors.
 * @throws {RangeError} when the word, an option or a value is wrong; the message names it, what is
 * expected, and the nearest name.
 */
export function parseProjectionOptions(
	word: string,
	options: readonly string[] = [],
	flags: WordFlags = { word: "--in", option: "--in-option" },
): ProjectionSpec {
	const known = PROJECTION_WORDS.find((each) => each === word);
	if (known === undefined) {
		const nearest = nearestName(word, PROJECTION_WORDS);
		const help = nearest === undefined ? "" : `; did you mean ${nearest}?`;
		throw new RangeError(`${flags.word} is one of ${PROJECTION_WORDS.join(", ")}; got ${word}${help}`);
	}
	const read = WordOptions.of(known, options, flags);
	const spec = READERS[known](read);
	read.finish();
	if (TRIED.includes(known)) {
		try {
			createProjection(spec, TRIED_SIZE, TRIED_SIZE);
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
			throw new RangeError(`${flags.word} ${known}: ${error.message}`, { cause: error });
		}
	}
	return spec;
}

function readPerspective(options: WordOptions): PerspectiveSpec {
	const fovDeg = options.fov();
	const angles = options.numbers("angles", 4, "four angles outward, degrees: left,right,up,down");
	const intrinsics = readIntrinsics(options, false);
	const distortion = options.numbers("d", [4, 5, 8], "4, 5 or 8 numbers of OpenCV: k1,k2,p1,p2,k3,k4,k5,k6");
	const ways = [fovDeg, angles, intrinsics].filter((way) => way !== undefined).length;
	if (ways > 1) throw options.error("fov, angles and fx are three ways to say the same: state one of them.");
	if (distortion !== undefined && intrinsics === undefined)
		throw options.error("d is the distortion of a calibrated camera: state fx, fy, cx and cy too.");
	if (intrinsics !== undefined) return { kind: "perspective", calibration: given({ ...intrinsics, distortion }) };
	if (angles === undefined) return given<PerspectiveSpec>({ kind: "perspective", fovDeg });
	const [left = 0, right = 0, up = 0, down = 0] = angles;
	return { kind: "perspective", anglesDeg: { left, right, up, down } };
}

function readFoveated(options: WordOptions): FoveatedSpec {
	const fovDeg = options.fov();
	const angles = options.numbers("angles", 4, "four angles outward, degrees: left,right,up,down");
	if (fovDeg !== undefined && angles !== undefined)
		throw options.error("fov and angles are two ways to say the same: state one of them.");
	const [left = 0, right = 0, up = 0, down = 0] = angles ?? [];
	const gaze = options.numbers("gaze", 2, "the place that is looked at, degrees: right,up");
	const strength = options.numbers("strength", 2, "how near to the gaze each axis is squeezed: across,down");
	return given<FoveatedSpec>({
		kind: "foveated",
		fovDeg,
		anglesDeg: angles && { left, right, up, down },
		gazeDeg: gaze && [gaze[0] ?? 0, gaze[1] ?? 0],
		share: options.number("share", "a number from 0.1 to 1", (value) => value >= 0.1 && value <= 1),
		strength: strength && [strength[0] ?? 0, strength[1] ?? 0],
	});
}

function readCubemap(options: WordOptions): CubemapSpec {
	const name = options.choice("layout", CUBE_LAYOUTS);
	// The cross has two shapes; its faces are stated for the wide one.
	const grid = readFaces(options, cubeFaceGrid(name ?? "c3x2", 4, 3));
	return given<CubemapSpec>({
		kind: "cubemap",
		layout: grid ?? name,
		padding: options.padding(),
		paddingIs: options.choice("paddingis", ["inside", "outside"]),
	});
}

/** A grid with faces or turns of its own; `undefined` when neither is stated. */
function readFaces(options: WordOptions, preset: CubeFaceGrid): CubeFaceGrid | undefined {
	const shape = options.text("grid", "columns x rows, as in 3x2", /^[1-9]\d?x[1-9]\d?$/);
	const letters = options.text("faces", "the letters r, l, u, d, f and b, with - for an empty place", /^[rludfb-]+$/);
	const rotations = options.numbers("rotations", undefined, "0, 90, 180 or 270 for each face, clockwise");
	if (shape === undefined && letters === undefined && rotations === undefined) return undefined;
	const [columns = preset.columns, rows = preset.rows] = shape?.split("x").map(Number) ?? [];
	const places = preset.columns === columns && preset.rows === rows ? preset.faces : undefined;
	const faces = letters === undefined ? preset.faces : facesFrom(letters, places);
	const turns = rotations === undefined ? undefined : turnsFor(rotations, faces);
	const kept = letters === undefined ? preset.rotationsDeg : undefined;
	const grid = given<CubeFaceGrid>({
		columns,
		rows,
		faces,
		rotationsDeg: (turns ?? kept) as CubeFaceGrid["rotationsDeg"],
	});
	try {
		requireCubeFaceGrid(grid);
	} catch (error) {
		throw options.error(error instanceof Error ? error.message : String(error));
	}
	return grid;
}

/** Six letters fill the places that a layout has; more state every place. */
function facesFrom(letters: string, places: readonly (CubeFaceName | null)[] | undefined): (CubeFaceName | null)[] {
	const stated = [...letters].map((letter) => (letter === "-" ? null : (letter as CubeFaceName)));
	if (places === undefined || stated.length === places.length) return stated;
	let next = 0;
	const filled = places.map((place) => (place === null ? null : (stated[next++] ?? null)));
	return next === stated.length ? filled : stated;
}

/** A turn for each place, or for each face. */
function turnsFor(rotations: readonly number[], faces: readonly (CubeFaceName | null)[]): number[] {
	if (rotations.length === faces.length) return [...rotations];
	let next = 0;
	const filled = faces.map((face) => (face === null ? 0 : (rotations[next++] ?? Number.NaN)));
	return next === rotations.length ? filled : [...rotations];
}

function readLens(word: (typeof LENS_WORDS)[number], options: WordOptions): LensSpec {
	if (word === "fisheye") {
		const center = options.numbers("center", 2, "a place in pixels, the first one's centre at 0.5: x,y");
		return given<LensSpec>({
			kind: "fisheye",
			model: options.choice("model", FISHEYE_MODELS),
			fovDeg: options.fov(),
			center: center === undefined ? undefined : [center[0] ?? 0, center[1] ?? 0],
			radius: options.number("radius", "pixels, more than 0", (value) => value > 0),
		});
	}
	const intrinsics = readIntrinsics(options, true);
	const maxThetaDeg = options.number(
		"maxtheta",
		"degrees from the axis, more than 0 and at most 180",
		(value) => value > 0 && value <= 180,
	);
	const common = given({ ...intrinsics, maxThetaDeg });
	if (word === "kannala-brandt") {
		const [k1 = 0, k2 = 0, k3 = 0, k4 = 0] = options.numbers("k", 4, "four numbers: k1,k2,k3,k4") ?? [];
		return { kind: word, ...common, k: [k1, k2, k3, k4] };
	}
	const xi = options.required("xi", "a number");
	if (word === "double-sphere") return { kind: word, ...common, xi, alpha: options.required("alpha", "a number") };
	const distortion = options.numbers("d", 4, "four numbers: k1,k2,p1,p2");
	if (distortion === undefined) return { kind: word, ...common, xi };
	const [k1 = 0, k2 = 0, p1 = 0, p2 = 0] = distortion;
	return { kind: word, ...common, xi, distortion: [k1, k2, p1, p2] };
}

/** Focal lengths and centre. @throws {RangeError} when some, or required ones, are missing. */
function readIntrinsics(options: WordOptions, required: true): Intrinsics;
function readIntrinsics(options: WordOptions, required: false): Intrinsics | undefined;
function readIntrinsics(options: WordOptions, required: boolean): Intrinsics | undefined {
	const names = ["fx", "fy", "cx", "cy"] as const;
	const isStated = names.map((name) => options.has(name)).includes(true);
	const first = options.choice("firstpixelcenter", ["0", "0.5"]);
	if (!(required || isStated)) return undefined;
	const focal = (name: "fx" | "fy") => options.required(name, "pixels, more than 0", (value) => value > 0);
	const [fx, fy] = [focal("fx"), focal("fy")];
	const [cx, cy] = [options.required("cx", "a place in pixels"), options.required("cy", "a place in pixels")];
	const firstPixelCenter = first === undefined ? undefined : first === "0" ? 0 : 0.5;
	return given<Intrinsics>({ fx, fy, cx, cy, firstPixelCenter });
}

function readDualFisheye(options: WordOptions): DualFisheyeSpec {
	const pair = given<DualFisheyeSpec>({
		kind: "dual-fisheye",
		model: options.choice("model", FISHEYE_MODELS),
		fovDeg: options.fov(),
		left: options.choice("left", ["back", "front"]),
		layout: options.choice("layout", ["side", "stacked"]),
		blend: options.choice("blend", BLENDS),
		matchExposure: options.flag("matchexposure"),
	});
	const front = readDualLens(options.withPrefix("front"), pair);
	const back = readDualLens(options.withPrefix("back"), pair);
	return given<DualFisheyeSpec>({ ...pair, front, back });
}

/** The options of one lens, which begin with its side: `frontyaw`, `backcenter`, `frontfx`. */
function readDualLens(options: WordOptions, pair: DualFisheyeSpec): DualLens | undefined {
	const degrees = (name: string) =>
		options.number(name, "degrees from -180 to 180", (value) => Math.abs(value) <= 180);
	const word = options.choice("lens", LENS_WORDS);
	const turn = given({ yawDeg: degrees("yaw"), pitchDeg: degrees("pitch"), rollDeg: degrees("roll") });
	const stated = readStatedLens(word, options, pair);
	const lens = given<DualLens>({ ...turn, lens: stated });
	return Object.keys(lens).length === 0 ? undefined : lens;
}

function readStatedLens(
	word: (typeof LENS_WORDS)[number] | undefined,
	options: WordOptions,
	pair: DualFisheyeSpec,
): LensSpec | undefined {
	if (word !== undefined && word !== "fisheye") return readLens(word, options);
	const own = readLens("fisheye", options);
	if (word === undefined && Object.keys(own).length === 1) return undefined;
	// What a lens does not state is the pair's.
	return given<LensSpec>({ model: pair.model, fovDeg: pair.fovDeg ?? DEFAULT_PAIR_FOV_DEG, ...own, kind: "fisheye" });
}

/** An object without its missing values. */
function given<T extends object>(value: T): T {
	return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
