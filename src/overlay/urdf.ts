import { IDENTITY, multiplyQuaternions, type Quaternion } from "../media/rotation.ts";
import { OVERLAY_BOUNDS } from "../protocol/overlay-bounds.ts";
import type { RigidTransform } from "../skeleton/rigid-transform.ts";
import type { RobotJoint, RobotLink, RobotModel, RobotVisual } from "../skeleton/robot-model.ts";
import type { Vector3 } from "../skeleton/vector.ts";
import { readXml, type XmlElement } from "./xml-reader.ts";

/** Motions by the types of joints. Floating and planar ones have several values, and stay at 0. */
const MOTIONS: Readonly<Record<string, RobotJoint["motion"]>> = {
	revolute: "turning",
	continuous: "turning",
	prismatic: "sliding",
	fixed: "fixed",
	floating: "fixed",
	planar: "fixed",
};
/** A shorter axis has no direction. */
const SHORTEST_AXIS = 1e-6;

interface NamedJoint {
	readonly element: XmlElement;
	readonly name: string;
	readonly parent: string;
	readonly child: string;
}

/**
 * Reads a robot's description in URDF (https://wiki.ros.org/urdf/XML): links with boxes, cylinders
 * and spheres, and joints. Meshes, materials, collisions, inertias, limits and transmissions are
 * passed over.
 *
 * @throws {SyntaxError} if it is no XML, or no robot.
 * @throws {RangeError} if it is larger than an overlay may be.
 */
export function readUrdf(text: string): RobotModel {
	const robot = readXml(text);
	if (robot.name !== "robot") throw new SyntaxError(`Its root element is <${robot.name}>, not <robot>.`);
	const linkElements = childrenOf(robot, "link");
	const jointElements = childrenOf(robot, "joint").map(namedJoint);
	const { links: mostLinks, visuals: mostVisuals } = OVERLAY_BOUNDS;
	if (linkElements.length > mostLinks)
		throw new RangeError(`A robot has at most ${mostLinks} links; this one has ${linkElements.length}.`);
	const links = linkElements.map(linkFrom);
	const visuals = links.reduce((sum, link) => sum + link.visuals.length, 0);
	if (visuals > mostVisuals)
		throw new RangeError(`A robot's links have at most ${mostVisuals} solids; these have ${visuals}.`);
	return inOrder(links, jointElements);
}

function namedJoint(element: XmlElement): NamedJoint {
	const linkOf = (side: string) => childrenOf(element, side)[0]?.attributes.get("link") ?? "";
	return { element, name: nameOf(element), parent: linkOf("parent"), child: linkOf("child") };
}

/** The model with its base first, and each joint after the joint that carries its parent. */
function inOrder(links: readonly RobotLink[], jointElements: readonly NamedJoint[]): RobotModel {
	const byName = new Map(links.map((link) => [link.name, link]));
	if (byName.size < links.length) throw new SyntaxError("Two links have the same name.");
	const children = new Set(jointElements.map(({ child }) => child));
	const bases = links.filter(({ name }) => !children.has(name));
	const [base] = bases;
	if (base === undefined || bases.length > 1)
		throw new SyntaxError(`A robot has one link that no joint carries; this one has ${bases.length}.`);
	const below = new Map<string, NamedJoint[]>();
	for (const joint of jointElements) {
		const list = below.get(joint.parent);
		if (list === undefined) below.set(joint.parent, [joint]);
		else list.push(joint);
	}
	const ordered: RobotLink[] = [base];
	const joints: NamedJoint[] = [];
	for (const { name } of ordered)
		for (const joint of below.get(name) ?? []) {
			const child = byName.get(joint.child);
			if (child === undefined || ordered.includes(child)) throw notATree(joint);
			ordered.push(child);
			joints.push(joint);
		}
	const lost = jointElements.find((joint) => !joints.includes(joint));
	if (lost !== undefined) throw notATree(lost);
	return { links: ordered, joints: jointsFrom(joints, new Map(ordered.map(({ name }, index) => [name, index]))) };
}

function notATree({ name }: NamedJoint): SyntaxError {
	return new SyntaxError(`Links and joints are a tree; the joint "${name}" does not belong to it.`);
}

function jointsFrom(all: readonly NamedJoint[], indexOf: ReadonlyMap<string, number>): readonly RobotJoint[] {
	return all.map(({ element, name, parent, child }) => {
		const type = element.attributes.get("type") ?? "";
		const motion = MOTIONS[type];
		if (motion === undefined) throw new SyntaxError(`The joint "${name}" is of an unknown type, "${type}".`);
		const mimic = motion === "fixed" ? undefined : mimicFrom(element, all);
		return {
			name,
			motion,
			parent: indexOf.get(parent) ?? 0,
			child: indexOf.get(child) ?? 0,
			place: placeOf(element),
			axis: axisOf(element),
			...(mimic && { mimic }),
		};
	});
}

/** The joint that an element mimics in the end, where mimics mimic each other. */
function mimicFrom(element: XmlElement, all: readonly NamedJoint[]): RobotJoint["mimic"] {
	let [factor, offset] = [1, 0];
	let follower = element;
	for (let steps = 0; steps <= all.length; steps++) {
		const [mimic] = childrenOf(follower, "mimic");
		const index = all.findIndex((joint) => joint.element === follower);
		if (mimic === undefined) return steps === 0 ? undefined : { joint: index, factor, offset };
		offset += factor * numberOf(mimic, "offset", 0);
		factor *= numberOf(mimic, "multiplier", 1);
		const leader = all.find(({ name }) => name === mimic.attributes.get("joint"));
		if (leader === undefined || MOTIONS[leader.element.attributes.get("type") ?? ""] === "fixed")
			throw new SyntaxError(`The joint "${nameOf(element)}" mimics a joint that does not move.`);
		follower = leader.element;
	}
	throw new SyntaxError(`The joint "${nameOf(element)}" mimics itself.`);
}

function linkFrom(element: XmlElement): RobotLink {
	const visuals = childrenOf(element, "visual").flatMap((visual): RobotVisual[] => {
		const [geometry] = childrenOf(visual, "geometry");
		const solid = geometry?.children[0];
		const place = placeOf(visual);
		switch (solid?.name) {
			case "box":
				return [{ shape: "box", place, sides: vectorOf(solid, "size") }];
			case "cylinder":
				return [
					{ shape: "cylinder", place, radius: lengthOf(solid, "radius"), length: lengthOf(solid, "length") },
				];
			case "sphere":
				return [{ shape: "sphere", place, radius: lengthOf(solid, "radius") }];
			default:
				return [];
		}
	});
	return { name: nameOf(element), visuals };
}

/** The `<origin>` of an element: fixed-axis roll, pitch and yaw, then a shift. */
function placeOf(element: XmlElement): RigidTransform {
	const [origin] = childrenOf(element, "origin");
	if (origin === undefined) return { position: [0, 0, 0], rotation: IDENTITY };
	const [roll, pitch, yaw] = vectorOf(origin, "rpy", [0, 0, 0]).map((angle) => angle / 2) as [number, number, number];
	const aboutX: Quaternion = [Math.sin(roll), 0, 0, Math.cos(roll)];
	const aboutY: Quaternion = [0, Math.sin(pitch), 0, Math.cos(pitch)];
	const aboutZ: Quaternion = [0, 0, Math.sin(yaw), Math.cos(yaw)];
	const rotation = multiplyQuaternions(aboutZ, multiplyQuaternions(aboutY, aboutX));
	return { position: vectorOf(origin, "xyz", [0, 0, 0]), rotation };
}

function axisOf(element: XmlElement): Vector3 {
	const [axis] = childrenOf(element, "axis");
	const [x, y, z] = axis === undefined ? [1, 0, 0] : vectorOf(axis, "xyz", [1, 0, 0]);
	const length = Math.hypot(x, y, z);
	if (length < SHORTEST_AXIS) return [1, 0, 0];
	return [x / length, y / length, z / length];
}

function childrenOf({ children }: XmlElement, name: string): readonly XmlElement[] {
	return children.filter((child) => child.name === name);
}

function nameOf({ name: kind, attributes }: XmlElement): string {
	const name = attributes.get("name") ?? "";
	const { nameLength } = OVERLAY_BOUNDS;
	if (name === "") throw new SyntaxError(`A <${kind}> has no name.`);
	if (name.length > nameLength)
		throw new RangeError(`Names have at most ${nameLength} characters; a <${kind}> has ${name.length}.`);
	return name;
}

function numberOf({ name, attributes }: XmlElement, attribute: string, missing: number): number {
	const text = attributes.get(attribute);
	const value = text === undefined ? missing : text.trim() === "" ? Number.NaN : Number(text);
	if (!Number.isFinite(value)) throw new SyntaxError(`${attribute} of a <${name}> is not a number.`);
	return value;
}

function lengthOf(element: XmlElement, attribute: string): number {
	const value = numberOf(element, attribute, Number.NaN);
	if (value < 0 || value > OVERLAY_BOUNDS.coordinate) throw outOfRange(element, attribute);
	return value;
}

function vectorOf(element: XmlElement, attribute: string, missing?: Vector3): Vector3 {
	const text = element.attributes.get(attribute);
	if (text === undefined && missing !== undefined) return missing;
	const [x = Number.NaN, y = Number.NaN, z = Number.NaN, more] = (text ?? "").trim().split(/\s+/, 4).map(Number);
	if (more !== undefined || !Number.isFinite(x + y + z))
		throw new SyntaxError(`${attribute} of a <${element.name}> is not three numbers.`);
	if (Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) > OVERLAY_BOUNDS.coordinate)
		throw outOfRange(element, attribute);
	return [x, y, z];
}

function outOfRange({ name }: XmlElement, attribute: string): RangeError {
	return new RangeError(`${attribute} of a <${name}> is larger than ${OVERLAY_BOUNDS.coordinate} m, or negative.`);
}
