/** A direction in the projection's own axes, +X right, +Y up, -Z forward. Any length but zero. */
export type Ray = readonly [x: number, y: number, z: number];

/**
 * A place in a picture, pixels from its upper left corner. Pixel (i, j) has its centre at (i + 0.5,
 * j + 0.5).
 */
export type Point = readonly [x: number, y: number];

/**
 * The mapping between directions and places of a picture: two functions and a size, in double
 * precision. The warp grid, the kernels, the padding and the reference projector follow from it.
 */
export interface Projection {
	/** Size of the whole picture in (luma) pixels. */
	readonly width: number;
	readonly height: number;
	/** Columns after which the picture repeats to the right. @default 0: it has edges */
	readonly periodX?: number | undefined;
	/**
	 * Error of a direction that does not matter where a picture in this projection is drawn, as a
	 * share of a pixel there: drawing is faster where directions may be interpolated.
	 * @default those that are far below a pixel of any panorama
	 */
	readonly drawnWithinPx?: number | undefined;
	/**
	 * The direction seen at `(x, y)`; NaN where the picture shows none. Also defined a little
	 * outside of the picture, where a projection can continue.
	 */
	unproject(x: number, y: number): Ray;
	/**
	 * The place at which `ray` is seen; NaN where the projection does not show it. A camera with a
	 * flat sensor (perspective, Kannala-Brandt, Mei, double sphere) gives places beside its picture
	 * too; the picture shows those from (0, 0) to (width, height).
	 */
	project(ray: Ray): Point;
	/**
	 * `project`, continued smoothly beyond the border of the picture's content: for tables that are
	 * interpolated up to the border. NaN far outside. @default `project`
	 */
	extended?(ray: Ray): Point;
	/**
	 * Distance of `ray` from the border of the picture's content, about radians: positive inside, 0
	 * at the border, negative outside, continuous. @default every ray is shown
	 */
	visibility?(ray: Ray): number;
	/**
	 * Pieces of the picture, where it consists of several, such as the faces of a cube: together
	 * they show all that the picture shows. @default it is one piece
	 */
	readonly tiles?: readonly ProjectionTile[] | undefined;
	/**
	 * The parts of the picture that see overlapping directions, such as two lenses: `project` and
	 * `unproject` then go by the part with the greatest weight. @default none
	 */
	readonly parts?: readonly ProjectionPart[] | undefined;
}

/** A part of a picture, such as the circle of one lens, that is blended with its neighbours. */
export interface ProjectionPart {
	/** The place at which `ray` is seen, also a little beyond the part; NaN far outside. */
	project(ray: Ray): Point;
	/**
	 * Share of this part in the picture at `ray`, 0 to 1. The weights of all parts sum up to 1
	 * wherever the picture shows `ray`.
	 */
	weight(ray: Ray): number;
	/**
	 * Place of `ray` in the blend of two parts, continued smoothly on both sides of it: `weight` is
	 * 0 up to -1, 1 from 1 on, and the smooth step 3 t^2 - 2 t^3 in between. A cut is a steep one.
	 * @default only `weight` is known
	 */
	blendPlace?(ray: Ray): number;
}

/** A piece of a picture with straight edges inside of which a projection is smooth. */
export interface ProjectionTile {
	/** The piece's rectangle in the picture, pixels. Its edges may lie between pixels. */
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
	/** Face of the cube of directions that the tile shows, whole or in part. @default none */
	readonly face?: CubeFaceName | undefined;
	/** Index in `Projection.parts` of the part that the tile belongs to. @default 0 */
	readonly part?: number | undefined;
	/** True where this tile's rectangle shows `ray`. */
	contains(ray: Ray): boolean;
	/** The place in the whole picture, continued beyond the tile's edges; NaN far outside. */
	project(ray: Ray): Point;
	/**
	 * The inverse of `project`, also beyond the tile's edges: for padding that is drawn from the
	 * neighbouring tiles. @default the padding repeats the tile's outermost samples
	 */
	unproject?(x: number, y: number): Ray;
}

/** Parts of the whole sphere's picture that are cropped away at each side, 0 to 1. */
export interface SphereBounds {
	readonly top: number;
	readonly bottom: number;
	readonly left: number;
	readonly right: number;
}

/** The whole sphere, longitude across and latitude down, or the part within `bounds`. */
export interface EquirectSpec {
	readonly kind: "equirect";
	/** @default nothing is cropped. Half (VR180): 0.25 on the left and on the right */
	readonly bounds?: SphereBounds | undefined;
}

/** A flat camera with square pixels. */
export interface PerspectiveSpec {
	readonly kind: "perspective";
	/** Horizontal field of view. Given, or `anglesDeg`, or `calibration`. */
	readonly fovDeg?: number | undefined;
	/** Angles from straight ahead to each side, positive outward. Pixels need not be square. */
	readonly anglesDeg?:
		| { readonly left: number; readonly right: number; readonly up: number; readonly down: number }
		| undefined;
	/** Intrinsics, with OpenCV's distortion k1, k2, p1, p2, k3 and perhaps k4, k5, k6. */
	readonly calibration?: (Intrinsics & { readonly distortion?: readonly number[] | undefined }) | undefined;
}

/**
 * A flat camera whose columns and rows are squeezed away from the place that is looked at: as sharp
 * as a larger flat picture there, and less towards the edges.
 */
export interface FoveatedSpec {
	readonly kind: "foveated";
	/** Across the width; the vertical one follows from the picture's shape. @default 90 */
	readonly fovDeg?: number | undefined;
	/** Angles from straight ahead to each side, positive outward, in place of `fovDeg`. */
	readonly anglesDeg?: PerspectiveSpec["anglesDeg"] | undefined;
	/** The place that is looked at: degrees to the right and up. @default [0, 0] */
	readonly gazeDeg?: readonly [right: number, up: number] | undefined;
	/**
	 * Pixels of the picture, as a share of those of a flat one that is as sharp at the gaze.
	 * @default 0.6
	 */
	readonly share?: number | undefined;
	/** Nearness to the gaze at which each axis is squeezed, 1 / tangents: in place of `share`. */
	readonly strength?: readonly [across: number, down: number] | undefined;
}

/** Focal lengths and principal point of a calibrated camera, pixels. */
export interface Intrinsics {
	readonly fx: number;
	readonly fy: number;
	readonly cx: number;
	readonly cy: number;
	/**
	 * Coordinate of the first pixel's centre in `cx` and `cy`: 0 in OpenCV and Basalt, 0.5 here.
	 * @default 0
	 */
	readonly firstPixelCenter?: 0 | 0.5 | undefined;
}

/** The letters of the six faces: right, left, up, down, front, back. */
export type CubeFaceName = "r" | "l" | "u" | "d" | "f" | "b";

/** The places of six faces in a picture. */
export interface CubeFaceGrid {
	readonly columns: number;
	readonly rows: number;
	/** The faces from left to right and top to bottom; null where the picture is empty. */
	readonly faces: readonly (CubeFaceName | null)[];
	/**
	 * Clockwise turn of each face in the picture, degrees, relative to its upright position: the
	 * sides with up at the top; up with back, and down with front, at the top (v360's c3x2).
	 * @default none is turned
	 */
	readonly rotationsDeg?: readonly (0 | 90 | 180 | 270)[] | undefined;
}

/** Layouts by name: FFmpeg's c3x2, Google's cbmp layout 0, one row, one column, a cross. */
export const CUBE_LAYOUTS = ["c3x2", "google", "c6x1", "c1x6", "cross"] as const;
/** The name of a layout in `CUBE_LAYOUTS`. */
export type CubeLayoutName = (typeof CUBE_LAYOUTS)[number];

/** Six faces of a cube around the viewer. */
export interface CubemapSpec {
	readonly kind: "cubemap";
	/** @default "c3x2" */
	readonly layout?: CubeLayoutName | CubeFaceGrid | undefined;
	/** Pixels around each face that repeat its neighbours. @default 0 */
	readonly padding?: number | undefined;
	/**
	 * `inside`: the picture's size includes the padding, as FFmpeg and Chromium read cbmp;
	 * `outside`: the stated size is that of the faces alone. @default "inside"
	 */
	readonly paddingIs?: "inside" | "outside" | undefined;
}

/** A cubemap whose pixels have equal angles (YouTube's, and v360's `eac`). */
export interface EacSpec {
	readonly kind: "eac";
	/** Pixels at the outer left and right edge, and above and below each row. @default 0 */
	readonly padding?: number | undefined;
	readonly layout?: CubeFaceGrid | undefined;
}

/**
 * The two pictures of a GoPro MAX, the first above the second: each a row of three equi-angular
 * faces, of which the outer two are cut in the middle, where two lenses overlap.
 */
export interface GoproMaxSpec {
	readonly kind: "gopro-max";
	/**
	 * Columns that each cut face shows twice. @default by the picture's size: `defaultMaxOverlap`
	 */
	readonly overlap?: number | undefined;
	/** @default "feather" */
	readonly blend?: "feather" | "cut" | undefined;
}

/** Ideal fisheye lenses: the distance from the centre as a function of the angle. */
export const FISHEYE_MODELS = ["equidistant", "equisolid", "stereographic", "orthographic"] as const;
/** The name of an ideal fisheye lens. */
export type FisheyeModel = (typeof FISHEYE_MODELS)[number];

/** A circle of an ideal fisheye lens. */
export interface FisheyeSpec {
	readonly kind: "fisheye";
	/** @default "equidistant" */
	readonly model?: FisheyeModel | undefined;
	/** Field of view across twice `radius`. @default 180 */
	readonly fovDeg?: number | undefined;
	/** Pixels, the first one's centre at 0.5. @default the picture's centre */
	readonly center?: Point | undefined;
	/** Pixels. @default half the shorter side */
	readonly radius?: number | undefined;
}

/** Kannala and Brandt's model, OpenCV's `fisheye`: theta (1 + k1 theta^2 + ... + k4 theta^8). */
export interface KannalaBrandtSpec extends Intrinsics {
	readonly kind: "kannala-brandt";
	readonly k: readonly [k1: number, k2: number, k3: number, k4: number];
	/** Greatest angle from the axis that is shown. @default the greatest that the model allows */
	readonly maxThetaDeg?: number | undefined;
}

/** Mei's model, OpenCV's `omnidir`. */
export interface MeiSpec extends Intrinsics {
	readonly kind: "mei";
	readonly xi: number;
	/** @default [0, 0, 0, 0] */
	readonly distortion?: readonly [k1: number, k2: number, p1: number, p2: number] | undefined;
	readonly maxThetaDeg?: number | undefined;
}

/** The double sphere model of Usenko, Demmel and Cremers (2018). */
export interface DoubleSphereSpec extends Intrinsics {
	readonly kind: "double-sphere";
	readonly xi: number;
	readonly alpha: number;
	readonly maxThetaDeg?: number | undefined;
}

/** The model of one lens of a pair. */
export type LensSpec = FisheyeSpec | KannalaBrandtSpec | MeiSpec | DoubleSphereSpec;

/** One lens of a pair. */
export interface DualLens {
	/** Pixels of this lens's half of the picture. @default the pair's `model` and `fovDeg` */
	readonly lens?: LensSpec | undefined;
	/** Turn of the lens from its ideal direction, degrees. */
	readonly yawDeg?: number | undefined;
	readonly pitchDeg?: number | undefined;
	readonly rollDeg?: number | undefined;
}

/** Two fisheye lenses back to back. */
export interface DualFisheyeSpec {
	readonly kind: "dual-fisheye";
	/** @default "equidistant" */
	readonly model?: FisheyeModel | undefined;
	/** Field of view of each lens. @default 190 */
	readonly fovDeg?: number | undefined;
	/** The lens in the left or upper half. @default "back", as in v360's `dfisheye` */
	readonly left?: "back" | "front" | undefined;
	/** @default "side" */
	readonly layout?: "side" | "stacked" | undefined;
	readonly front?: DualLens | undefined;
	readonly back?: DualLens | undefined;
	/** @default "feather" */
	readonly blend?: "feather" | "cut" | undefined;
	/** Matches the brightness of the lenses where they overlap. @default true */
	readonly matchExposure?: boolean | undefined;
}

/** A sphere seen from its far pole; from 180 degrees on a little planet. */
export interface StereographicSpec {
	readonly kind: "stereographic";
	/** Across the width. @default 280 */
	readonly fovDeg?: number | undefined;
}

/** Longitude across; the tangent of the latitude, or its sine (equal area), down. */
export interface CylindricalSpec {
	readonly kind: "cylindrical";
	/** Across the width. @default 360 */
	readonly fovDeg?: number | undefined;
	/** Down the height. @default from the picture's shape, with square pixels */
	readonly verticalFovDeg?: number | undefined;
	/** @default false */
	readonly equalArea?: boolean | undefined;
}

/** Longitude across, and Mercator's function of the latitude down. */
export interface MercatorSpec {
	readonly kind: "mercator";
	/** Across the width; pixels are square. @default 360 */
	readonly fovDeg?: number | undefined;
}

/** Pannini's projection (Sharpless, Postle, German 2010): d = 0 is flat, 1 the usual one. */
export interface PanniniSpec {
	readonly kind: "pannini";
	/** @default 1 */
	readonly d?: number | undefined;
	/** Across the width. @default 150 */
	readonly fovDeg?: number | undefined;
}

/** Maps of the whole sphere without a parameter, as FFmpeg's v360 has them. */
export const SPHERE_MAPS = [
	"ball",
	"hammer",
	"sinusoidal",
	"octahedron",
	"tetrahedron",
	"barrel",
	"barrelsplit",
	"tspyramid",
] as const;

/** A map of the whole sphere by its name. */
export interface SphereMapSpec {
	readonly kind: (typeof SPHERE_MAPS)[number];
}

/** Triangles that state directions and places, as in Google's mshp. */
export interface MeshSpec {
	readonly kind: "mesh";
	/** Each vertex's x, y, z (+X right, +Y up, -Z forward), u, v (0 to 1, v upward). */
	readonly vertices: Float32Array;
	/** Three indices of vertices for each triangle. */
	readonly triangles: Uint32Array;
}

/** A picture that is shown as it is, scaled, whatever the direction. */
export interface NoneSpec {
	readonly kind: "none";
}

/** A projection of the application's own. It can't be sent to another thread as it is. */
export interface CustomSpec {
	readonly kind: "custom";
	/** Makes the projection for pictures of a size. */
	readonly create: (width: number, height: number) => Projection;
}

/** Samples of a function on a grid, and finer ones where it is not smooth. */
export interface SampledField {
	/** Three numbers for each node, row by row, layer by layer. */
	readonly nodes: Float32Array;
	/** The index of each cell's finer samples, or -1. */
	readonly fineCells: Int32Array;
	readonly fine: Float32Array;
}

/** A projection of which only samples are known: a `CustomSpec` for other threads. */
export interface TabulatedSpec {
	readonly kind: "tabulated";
	/** Size of the picture that it was tabulated for. */
	readonly width: number;
	readonly height: number;
	/** Columns after which the picture repeats. @default 0: it has edges */
	readonly periodX?: number | undefined;
	/** Places of rays, and rays of places: made and read by `src/projection/tabulated.ts`. */
	readonly places: SampledField;
	readonly rays: SampledField;
	/** Places and weights of each part, where the projection has parts. @default none */
	readonly parts?: readonly SampledField[] | undefined;
}

/**
 * A projection as plain data, in degrees: what options, files and other threads state. The
 * `kind`s are the command line's words. `createProjection` makes the two functions of it.
 */
export type ProjectionSpec =
	| EquirectSpec
	| PerspectiveSpec
	| FoveatedSpec
	| CubemapSpec
	| EacSpec
	| GoproMaxSpec
	| LensSpec
	| DualFisheyeSpec
	| StereographicSpec
	| CylindricalSpec
	| MercatorSpec
	| PanniniSpec
	| SphereMapSpec
	| MeshSpec
	| NoneSpec
	| CustomSpec
	| TabulatedSpec;
