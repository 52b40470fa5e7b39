import type { ProjectionSpec, SphereBounds } from "../media/projection.ts";
import type { StereoLayout } from "../media/stereo-layout.ts";
import type { CameraName } from "../metadata/exif-camera.ts";
import type { UprightPicture } from "./picture-orientation.ts";

/** A layout for which there are signs, though the file does not state it. */
export interface LayoutGuess {
	readonly projection?: ProjectionSpec | undefined;
	readonly stereo?: StereoLayout | undefined;
	/** The sign, for people. */
	readonly from: string;
	/** A sentence's end about a sign that does not fit the picture, and the option that helps. */
	readonly advice?: string | undefined;
}

/** The half of the sphere that VR180 shows. */
export const HALF_SPHERE: SphereBounds = { top: 0, bottom: 0, left: 0.25, right: 0.25 };

/** Width by height as the pictures are shown. */
export function shownAspect({ width, height, pixelAspect }: UprightPicture): number {
	return (width * pixelAspect) / height;
}

/** True when `aspect` is about `value`. */
export function isAbout(aspect: number, value: number): boolean {
	return Math.abs(aspect / value - 1) < 0.03;
}

/** Signs of a camera. */
export interface CameraSigns {
	/** The file's name or the address. */
	readonly name: string;
	readonly camera?: CameraName | undefined;
	/** The file has Insta360's trailer. */
	readonly insta360: boolean;
}

/** The layout of the pictures that a camera makes, if the file shows which camera it was. */
export function guessByCamera(signs: CameraSigns, picture: UprightPicture): LayoutGuess | undefined {
	const { name, camera, insta360 } = signs;
	const aspect = shownAspect(picture);
	if (insta360 || /\.(insv|insp|lrv)$/i.test(name)) {
		const from = `a file of an Insta360 camera, ${insta360 ? "by its trailer" : "by its name"}`;
		return isAbout(aspect, 1)
			? { projection: { kind: "fisheye", fovDeg: 200 }, from: `${from}, with one lens in this track` }
			: { projection: { kind: "dual-fisheye" }, from };
	}
	const model = `${camera?.make ?? ""} ${camera?.model ?? ""}`.trim();
	if (/\bSM-(C200|R210)\b|gear ?360/i.test(model) && isAbout(aspect, 2))
		return { projection: { kind: "dual-fisheye", fovDeg: 195 }, from: `the camera ${model}` };
	if (/\btheta\b/i.test(model)) {
		if (isAbout(aspect, 2)) return { projection: { kind: "equirect" }, from: `the camera ${model}` };
		if (isAbout(aspect, 16 / 9)) return { projection: { kind: "dual-fisheye" }, from: `the camera ${model}` };
	}
	if (/\bGP(FR|BK)\d{4}/i.test(name) && aspect < 1.5)
		return { projection: { kind: "fisheye", fovDeg: 190 }, from: "one lens of a GoPro Fusion, by its name" };
	return undefined;
}

/** `half`: half spheres, surely for two eyes (`vr180`) or not (`180`, which may be a number). */
type NameHint = Omit<LayoutGuess, "from"> & { readonly half?: "vr180" | "180"; readonly fisheyeDeg?: number };

/** Marks that players look for in a name, between characters that are no letters or digits. */
const NAME_HINTS: readonly (readonly [pattern: RegExp, hint: (match: RegExpExecArray) => NameHint])[] = [
	[mark("tb|ou|3dv|3dtb|top-?bottom|over-?under"), () => ({ stereo: "top-bottom" })],
	[mark("lr|sbs|3dh|left-?right|side-?by-?side"), () => ({ stereo: "left-right" })],
	[mark("rl|right-?left"), () => ({ stereo: "right-left" })],
	[mark("bt|bottom-?top"), () => ({ stereo: "bottom-top" })],
	[mark("vr180|180x180"), () => ({ half: "vr180" })],
	[mark("180"), () => ({ half: "180" })],
	[mark("(?:vr)?360"), () => ({ projection: { kind: "equirect" } })],
	[mark("dual-?fisheye|dfisheye"), () => ({ projection: { kind: "dual-fisheye" } })],
	[mark("fisheye(\\d{3})?"), ([, , degrees]) => ({ fisheyeDeg: Number(degrees ?? 180) })],
	[mark("cubemap|cube"), () => ({ projection: { kind: "cubemap" } })],
	[mark("eac"), () => ({ projection: { kind: "eac" } })],
];

function mark(words: string): RegExp {
	return new RegExp(`(?:^|[^a-z0-9])(${words})(?=[^a-z0-9]|$)`, "i");
}

/**
 * The layout that marks in the name suggest: `_180`, `_TB`, `_LR` and the like.
 *
 * @param picture a mark for half spheres counts where the eyes' pictures are square
 */
export function guessByName(name: string, picture: UprightPicture): LayoutGuess | undefined {
	const stem = name.replace(/\.[a-z0-9]{2,4}$/i, "");
	let found: NameHint = {};
	const marks: string[] = [];
	for (const [pattern, hint] of NAME_HINTS) {
		const match = pattern.exec(stem);
		if (match === null) continue;
		found = { ...hint(match), ...found };
		marks.push(`"${match[1]}"`);
	}
	if (marks.length === 0) return undefined;
	return { ...lensOf(found, picture), from: `the name says ${marks.join(" and ")}` };
}

/**
 * Half spheres and fisheyes have square pictures: a picture twice as wide holds one for each eye.
 */
function lensOf(
	{ half, fisheyeDeg, projection, stereo }: NameHint,
	picture: UprightPicture,
): Omit<LayoutGuess, "from"> {
	const single = projection?.kind !== "dual-fisheye" && (half !== undefined || fisheyeDeg !== undefined);
	if (!single) return { projection, stereo };
	const lens: ProjectionSpec =
		fisheyeDeg === undefined ? { kind: "equirect", bounds: HALF_SPHERE } : { kind: "fisheye", fovDeg: fisheyeDeg };
	const aspect = shownAspect(picture);
	const beside = stereo === "left-right" || stereo === "right-left";
	const fitting = stereo === undefined ? 1 : beside ? 2 : 0.5;
	if (isAbout(aspect, fitting)) return { projection: lens, stereo };
	if (stereo === undefined && isAbout(aspect, 2) && half !== "180") return { projection: lens, stereo: "left-right" };
	const words = "--in equirect --in-option bounds=0,0,0.25,0.25 --stereo left-right";
	return { projection, stereo, advice: `If it shows half spheres, ${words} reads it so` };
}

/** The words about a shape that says nothing certain, and the option that helps. */
export interface ShapeAdvice {
	readonly from: string;
	/** A possible layout, and the options that choose it. */
	readonly possible?: { readonly what: string; readonly option: string } | undefined;
	/** The layout of the eyes that pictures of this shape often have. */
	readonly stereo?: StereoLayout | undefined;
	/** The picture has the shape of a whole sphere. */
	readonly whole: boolean;
}

/**
 * The words about a picture of which only the shape is known. A shape alone is always read as a
 * whole sphere for one eye.
 */
export function adviceByShape(picture: UprightPicture): ShapeAdvice {
	const aspect = shownAspect(picture);
	const cube = (layout: string) => ({
		what: "six faces of a cube",
		option: `--in cubemap --in-option layout=${layout}`,
	});
	if (isAbout(aspect, 2)) return { from: "the picture is twice as wide as high", whole: true };
	if (isAbout(aspect, 1))
		return {
			from: "the picture is square, which alone says nothing of its eyes",
			stereo: "top-bottom",
			whole: false,
		};
	if (isAbout(aspect, 4))
		return {
			from: "the picture is four times as wide as high, which alone says nothing of its eyes",
			stereo: "left-right",
			whole: false,
		};
	if (isAbout(aspect, 1.5))
		return { from: "the picture is 3:2, as six cube faces in two rows are", possible: cube("c3x2"), whole: false };
	if (isAbout(aspect, 6))
		return { from: "the picture is 6:1, as six cube faces in a row are", possible: cube("c6x1"), whole: false };
	const shape = `${Math.round(picture.width * picture.pixelAspect)}x${picture.height}`;
	return {
		from: `no panorama is known to have the shape ${shape}`,
		possible: { what: "the picture of a flat camera", option: "--in perspective --in-option fov=90, or --in none" },
		whole: false,
	};
}
