import { OVERLAY_BOUNDS } from "./overlay-bounds.ts";
import type { OverlayObject } from "./overlay-object.ts";
import { isFiniteNumber, type JsonObject } from "./parse-result.ts";

const COLOR = /^#(?:[0-9a-f]{6}|[0-9a-f]{8})$/i;
/** Widths of lines, points and texts, pixels. */
const PIXELS = { least: 0.5, most: 200 };
/** The length of a rotation that a client can still turn by. */
const ROTATION_LENGTH = { least: 0.9, most: 1.1 };

/** @returns why an object can't be drawn, as a clause; `undefined` if it can. */
export function faultOfObject(object: unknown): string | undefined {
	if (!isObject(object)) return "`object` is not an object";
	const { kind, frame, color } = object;
	if (frame !== "world" && frame !== "head") return "`frame` is not world or head";
	if (typeof color !== "string" || !COLOR.test(color)) return "`color` is not #rrggbb or #rrggbbaa";
	const fault =
		typeof kind === "string" && Object.hasOwn(FAULTS, kind) ? FAULTS[kind as keyof typeof FAULTS] : undefined;
	return fault === undefined ? "`kind` is not known" : fault(object);
}

const FAULTS: { readonly [Kind in OverlayObject["kind"]]: (object: JsonObject) => string | undefined } = {
	lines({ width, strips }) {
		if (!isPixels(width)) return "`width` is not a number of pixels";
		const isStrip = (strip: unknown) => arePositions(strip) && (strip as number[]).length >= 6;
		if (!Array.isArray(strips) || !strips.every(isStrip))
			return "`strips` is not a list of positions, two or more each";
		return faultOfCount(strips.reduce((sum: number, strip: number[]) => sum + strip.length / 3, 0));
	},
	points({ size, positions }) {
		if (!isPixels(size)) return "`size` is not a number of pixels";
		return arePositions(positions) ? faultOfCount(positions.length / 3) : NO_POSITIONS;
	},
	labels({ size, texts, positions }) {
		if (!isPixels(size)) return "`size` is not a number of pixels";
		if (!arePositions(positions)) return NO_POSITIONS;
		const isText = (text: unknown) => typeof text === "string" && text.length <= OVERLAY_BOUNDS.textLength;
		if (!Array.isArray(texts) || !texts.every(isText) || texts.length * 3 !== positions.length)
			return "`texts` is not a list of short texts, one for each position";
		return texts.length > OVERLAY_BOUNDS.labels ? "it has too many labels" : undefined;
	},
	boxes({ width, fill, centers, sizes, rotations }) {
		if (!isPixels(width)) return "`width` is not a number of pixels";
		if (!isFiniteNumber(fill) || fill < 0 || fill > 1) return "`fill` is not a number from 0 to 1";
		if (!arePositions(centers) || centers.length > 3 * OVERLAY_BOUNDS.boxes)
			return "`centers` is not a list of positions";
		if (!arePositions(sizes) || sizes.length !== centers.length || sizes.some((side) => side < 0))
			return "`sizes` is not a list of three sides for each box";
		const turned = Array.isArray(rotations) && rotations.length * 3 === centers.length * 4;
		if (Array.isArray(rotations) && rotations.length === 0) return undefined;
		if (!turned || !rotations.every(isFiniteNumber)) return "`rotations` is not a quaternion for each box";
		for (let at = 0; at < rotations.length; at += 4)
			if (!isRotation(rotations.slice(at, at + 4))) return "a rotation's length is not 1";
		return undefined;
	},
	robot: (object) => faultOfRobot(object),
};

const NO_POSITIONS = "`positions` is not a list of positions";

function faultOfRobot({ position, rotation, model, joints }: JsonObject): string | undefined {
	if (!isVector(position)) return "`position` is not three numbers";
	if (!isRotation(rotation)) return "`rotation` is not a quaternion of length 1";
	if (!isObject(model)) return "`model` is not an object";
	const { links, joints: modelJoints } = model;
	if (!Array.isArray(links) || links.length === 0 || links.length > OVERLAY_BOUNDS.links || !links.every(isLink))
		return "`model.links` is not a list of links";
	const visuals = links.reduce((sum: number, link) => sum + (link as { visuals: unknown[] }).visuals.length, 0);
	if (visuals > OVERLAY_BOUNDS.visuals) return "its links have too many solids";
	if (!Array.isArray(modelJoints) || modelJoints.length !== links.length - 1)
		return "`model.joints` has not one joint for each link but the first";
	const placed = new Set([0]);
	let driven = 0;
	for (const joint of modelJoints) {
		if (!isJoint(joint, modelJoints)) return "a joint is not as the protocol says";
		const { parent, child, motion, mimic } = joint;
		if (!placed.has(parent) || placed.has(child) || child >= links.length) return "its joints are not a tree";
		placed.add(child);
		if (motion !== "fixed" && mimic === undefined) driven++;
	}
	const good = Array.isArray(joints) && joints.length === driven && joints.every(isFiniteNumber);
	return good ? undefined : "`joints` is not a number for each driven joint";
}

function isLink(link: unknown): boolean {
	if (!isObject(link)) return false;
	const { name, visuals } = link;
	return (
		isName(name) && Array.isArray(visuals) && visuals.length <= OVERLAY_BOUNDS.visuals && visuals.every(isVisual)
	);
}

function isVisual(visual: unknown): boolean {
	if (!isObject(visual) || !isPlace(visual["place"])) return false;
	const { shape, sides, radius, length } = visual;
	if (shape === "box") return isVector(sides) && sides.every((side) => side >= 0);
	if (shape === "sphere") return isLength(radius);
	return shape === "cylinder" && isLength(radius) && isLength(length);
}

interface JointIndices {
	readonly parent: number;
	readonly child: number;
	readonly motion: string;
	readonly mimic?: unknown;
}

function isJoint(joint: unknown, all: readonly unknown[]): joint is JointIndices {
	if (!isObject(joint)) return false;
	const { name, motion, parent, child, place, axis, mimic } = joint;
	if (!isName(name) || !isIndex(parent) || !isIndex(child) || !isPlace(place)) return false;
	if (motion !== "turning" && motion !== "sliding" && motion !== "fixed") return false;
	if (!isVector(axis) || !hasUnitLength(axis)) return false;
	if (mimic === undefined) return true;
	if (!isObject(mimic) || !isIndex(mimic["joint"])) return false;
	const leader = all[mimic["joint"]];
	const leads = isObject(leader) && leader["mimic"] === undefined && leader["motion"] !== "fixed";
	return leads && isFiniteNumber(mimic["factor"]) && isFiniteNumber(mimic["offset"]);
}

function isObject(value: unknown): value is JsonObject {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value: unknown): boolean {
	return typeof value === "string" && value.length <= OVERLAY_BOUNDS.nameLength;
}

function isIndex(value: unknown): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) < OVERLAY_BOUNDS.links;
}

function isLength(value: unknown): boolean {
	return isCoordinate(value) && (value as number) >= 0;
}

function isCoordinate(value: unknown): value is number {
	return isFiniteNumber(value) && Math.abs(value) <= OVERLAY_BOUNDS.coordinate;
}

function isPixels(value: unknown): boolean {
	return isFiniteNumber(value) && value >= PIXELS.least && value <= PIXELS.most;
}

function arePositions(value: unknown): value is number[] {
	return Array.isArray(value) && value.length % 3 === 0 && value.every(isCoordinate);
}

function faultOfCount(positions: number): string | undefined {
	return positions > OVERLAY_BOUNDS.positions ? "it has too many positions" : undefined;
}

function isVector(value: unknown): value is number[] {
	return arePositions(value) && value.length === 3;
}

function isRotation(value: unknown): boolean {
	return Array.isArray(value) && value.length === 4 && value.every(isFiniteNumber) && hasUnitLength(value);
}

function hasUnitLength(numbers: readonly number[]): boolean {
	const length = Math.hypot(...numbers);
	return length >= ROTATION_LENGTH.least && length <= ROTATION_LENGTH.most;
}

function isPlace(value: unknown): boolean {
	return isObject(value) && isVector(value["position"]) && isRotation(value["rotation"]);
}
