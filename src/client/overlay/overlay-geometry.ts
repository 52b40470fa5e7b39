import { IDENTITY, type Quaternion } from "../../media/rotation.ts";
import type {
	BoxesObject,
	LinesObject,
	OverlayFrame,
	OverlayObject,
	RobotObject,
} from "../../protocol/overlay-object.ts";
import { composeTransforms, type RigidTransform, transformPoint } from "../../skeleton/rigid-transform.ts";
import { linkPlaces, type RobotVisual } from "../../skeleton/robot-model.ts";
import type { Vector3 } from "../../skeleton/vector.ts";
import { compose } from "../reprojection/matrices.ts";

/** Red, green, blue and opacity, 0 to 1. */
export type Tint = readonly [red: number, green: number, blue: number, alpha: number];

/** Floats of a line, a point and a solid in the lists. */
export const FLOATS = { line: 11, point: 8, solid: 20 } as const;

/** A text at a place. */
export interface PlacedLabel {
	readonly text: string;
	readonly color: string;
	/** The height of its line, CSS pixels. */
	readonly size: number;
	readonly at: Vector3;
}

/** The solids of one mesh each: a matrix of 16 numbers and a tint for each. */
export type SolidLists = { readonly [Shape in RobotVisual["shape"]]: number[] };

/** The lists of all that is to be drawn in the axes of one frame. */
export interface OverlayGeometry {
	/** Both ends, the tint and the width in pixels of each line. */
	readonly lines: number[];
	/** The place, the tint and the size in pixels of each point. */
	readonly points: number[];
	/** Translucent solids that hide what is behind them within the overlay. */
	readonly ghosts: SolidLists;
	/** Translucent faces that hide nothing. */
	readonly faces: SolidLists;
	readonly labels: PlacedLabel[];
}

/** Longest piece of a line that is bent by a lens, as seen from the camera. */
const PIECE_RAD = (3 * Math.PI) / 180;
/** Pieces of all lines together. */
const MOST_PIECES = 65_536;
/** Width of the lines of links without solids. */
const BONE_PX = 3;

/** The numbers of a colour, `#rrggbb` or `#rrggbbaa`. */
export function tintOf(color: string): Tint {
	const part = (at: number) => Number.parseInt(color.slice(at, at + 2), 16) / 255;
	return [part(1), part(3), part(5), color.length > 7 ? part(7) : 1];
}

/**
 * The geometry of the objects in one frame.
 *
 * @param bends a lens bends straight lines, which are cut into short pieces for it.
 */
export function geometryOf(
	objects: Iterable<OverlayObject>,
	frame: OverlayFrame,
	{ bends }: { readonly bends: boolean },
): OverlayGeometry {
	const geometry: OverlayGeometry = { lines: [], points: [], ghosts: noSolids(), faces: noSolids(), labels: [] };
	for (const object of objects) if (object.frame === frame) add(object, geometry);
	return bends ? { ...geometry, lines: cutLines(geometry.lines) } : geometry;
}

function noSolids(): SolidLists {
	return { box: [], cylinder: [], sphere: [] };
}

function add(object: OverlayObject, geometry: OverlayGeometry): void {
	const { color } = object;
	switch (object.kind) {
		case "lines":
			addLines(object, geometry);
			break;
		case "points":
			for (let at = 0; at < object.positions.length; at += 3)
				geometry.points.push(...vectorAt(object.positions, at), ...tintOf(color), object.size);
			break;
		case "labels":
			for (const [index, text] of object.texts.entries())
				geometry.labels.push({ text, color, size: object.size, at: vectorAt(object.positions, 3 * index) });
			break;
		case "boxes":
			addBoxes(object, geometry);
			break;
		case "robot":
			addRobot(object, geometry);
			break;
	}
}

function addLines({ strips, color, width }: LinesObject, { lines }: OverlayGeometry): void {
	const tint = tintOf(color);
	for (const strip of strips)
		for (let at = 3; at < strip.length; at += 3)
			lines.push(...vectorAt(strip, at - 3), ...vectorAt(strip, at), ...tint, width);
}

/** Pairs of a cube's corners, whose numbers differ in one bit. */
const EDGES = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((from) =>
	[1, 2, 4].filter((bit) => (from & bit) === 0).map((bit) => [from, from | bit] as const),
);

function addBoxes({ centers, sizes, rotations, color, width, fill }: BoxesObject, geometry: OverlayGeometry): void {
	const tint = tintOf(color);
	for (let box = 0; box * 3 < centers.length; box++) {
		const place = { position: vectorAt(centers, 3 * box), rotation: rotationAt(rotations, 4 * box) };
		const sides = vectorAt(sizes, 3 * box);
		const half = (axis: 0 | 1 | 2, bits: number) => ((bits >> axis) & 1 ? 0.5 : -0.5) * sides[axis];
		const corner = (bits: number) => transformPoint(place, [half(0, bits), half(1, bits), half(2, bits)]);
		for (const [from, to] of EDGES) geometry.lines.push(...corner(from), ...corner(to), ...tint, width);
		if (fill > 0) addSolid(geometry.faces.box, place, sides, [tint[0], tint[1], tint[2], tint[3] * fill]);
	}
}

function addRobot({ model, position, rotation, joints, color }: RobotObject, geometry: OverlayGeometry): void {
	const tint = tintOf(color);
	const places = linkPlaces(model, { position, rotation }, joints);
	for (const [index, { visuals }] of model.links.entries()) {
		const place = places[index];
		if (place === undefined) continue;
		for (const visual of visuals)
			addSolid(geometry.ghosts[visual.shape], composeTransforms(place, visual.place), sidesOf(visual), tint);
		if (visuals.length > 0) continue;
		for (const { parent, child } of model.joints)
			if (parent === index) geometry.lines.push(...place.position, ...places[child]!.position, ...tint, BONE_PX);
	}
}

function sidesOf(visual: RobotVisual): Vector3 {
	if (visual.shape === "box") return visual.sides;
	const across = 2 * visual.radius;
	return [across, across, visual.shape === "sphere" ? across : visual.length];
}

const matrix = new Float32Array(16);

function addSolid(list: number[], { position, rotation }: RigidTransform, sides: Vector3, tint: Tint): void {
	compose(matrix, 0, position, rotation, sides);
	list.push(...matrix, ...tint);
}

function vectorAt(numbers: readonly number[], at: number): Vector3 {
	return [numbers[at]!, numbers[at + 1]!, numbers[at + 2]!];
}

function rotationAt(numbers: readonly number[], at: number): Quaternion {
	if (numbers.length === 0) return IDENTITY;
	return [numbers[at]!, numbers[at + 1]!, numbers[at + 2]!, numbers[at + 3]!];
}

/** The same lines in pieces that look short from the camera. */
function cutLines(lines: readonly number[]): number[] {
	const count = lines.length / FLOATS.line;
	const most = Math.max(1, Math.floor(MOST_PIECES / Math.max(1, count)));
	const cut: number[] = [];
	for (let line = 0; line < count; line++) {
		const numbers = lines.slice(line * FLOATS.line, (line + 1) * FLOATS.line);
		const [from, to] = [vectorAt(numbers, 0), vectorAt(numbers, 3)];
		const shares = sharesOf(from, to, most);
		for (let piece = 1; piece < shares.length; piece++)
			cut.push(
				...between(from, to, shares[piece - 1]!),
				...between(from, to, shares[piece]!),
				...numbers.slice(6),
			);
	}
	return cut;
}

/** Places on a line, 0 to 1, that look evenly far apart from the camera. */
function sharesOf(from: Vector3, to: Vector3, mostPieces: number): readonly number[] {
	const [near, far] = [Math.hypot(...from), Math.hypot(...to)];
	const cosine = (from[0] * to[0] + from[1] * to[1] + from[2] * to[2]) / (near * far || 1);
	const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
	const pieces = Math.min(mostPieces, Math.max(1, Math.ceil(angle / PIECE_RAD)));
	return Array.from({ length: pieces + 1 }, (_, index) => {
		const share = index / pieces;
		// A line through the camera has no plane in which its angle grows.
		if (Math.sin(angle) < 1e-6 || near * far === 0) return share;
		// The law of sines in the triangle of the camera and the line.
		const [before, after] = [Math.sin(share * angle) * near, Math.sin((1 - share) * angle) * far];
		return before / (before + after);
	});
}

function between(a: Vector3, b: Vector3, share: number): Vector3 {
	return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}
