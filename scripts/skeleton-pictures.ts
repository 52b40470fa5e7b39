import { bodyAxes } from "../src/skeleton/body-axes.ts";
import { type HandedPose, handAxes, MANO_PARENTS, type ManoOptions, manoPoints } from "../src/skeleton/hand-pose.ts";
import { type RigidTransform, rotateVector, transformPoint } from "../src/skeleton/rigid-transform.ts";
import { createSkeletonPose, poseInAxes, positionAt, type SkeletonPose } from "../src/skeleton/skeleton-pose.ts";
import { boneMap } from "../src/skeleton/tables/bone-map.ts";
import { FINGERS, handBones } from "../src/skeleton/tables/hand-bones.ts";
import { type Side, SKELETONS, type SkeletonType } from "../src/skeleton/tables/skeleton.ts";
import type { Vector3 } from "../src/skeleton/vector.ts";
import { AXIS_COLORS, oblique } from "./axes-pictures.ts";
import { Drawing, FAINT, INK, type Point, type TextStyle, textWidth } from "./drawing.ts";
import { HTC_BODY_LINES, restPose } from "./rest-poses.ts";

const SIDE_COLORS = { left: "#0b6e99", right: "#b35309", middle: "#4b535d" } as const;
const HELPER_OPACITY = 0.45;
const JOINT_RADIUS = 9.5;

/** Bones that only help to bend the skin, and that few programs need. */
const isHelper = (name: string) => /wrist-?twist|ankle-?twist|palm|forearmstub/i.test(name);
const sideOf = (pose: SkeletonPose, name: string): keyof typeof SIDE_COLORS =>
	SKELETONS[pose.skeleton].side ?? (/^left/i.test(name) ? "left" : /^right/i.test(name) ? "right" : "middle");
const namesOf = (pose: SkeletonPose): readonly string[] => SKELETONS[pose.skeleton].names;
const at = (pose: SkeletonPose, bone: number): Vector3 => positionAt(pose, bone)!;

type Place = (position: Vector3) => Point;

function drawConnections(
	drawing: Drawing,
	pose: SkeletonPose,
	place: Place,
	shown: (bone: number) => boolean = () => true,
): void {
	const { connections, names } = SKELETONS[pose.skeleton];
	for (const [parent, child] of connections) {
		if (!shown(parent) || !shown(child)) continue;
		const name = names[child] as string;
		// The way to a foot goes over a helper bone.
		const opacity = isHelper(name) && !SKELETONS[pose.skeleton].parents.includes(child) ? HELPER_OPACITY : 1;
		drawing.line([place(at(pose, parent)), place(at(pose, child))], {
			color: SIDE_COLORS[sideOf(pose, name)],
			width: 2.5,
			opacity,
		});
	}
}

/** A joint with its id, which has its name under the pointer. */
function drawJoint(drawing: Drawing, pose: SkeletonPose, bone: number, place: Place): void {
	const name = namesOf(pose)[bone]!;
	const color = SIDE_COLORS[sideOf(pose, name)];
	const center = place(at(pose, bone));
	drawing.group(`${pose.skeleton}-${bone}`, `${bone} ${name}`, () => {
		const helper = isHelper(name);
		const look = helper
			? { fill: "#eef1f4", color: FAINT, textColor: INK }
			: { fill: color, color, textColor: "white" };
		drawing.spot(String(bone), center, JOINT_RADIUS, look);
	});
}

interface BodyKind {
	readonly pose: SkeletonPose;
	readonly title: string;
	readonly about: string;
	readonly hands: boolean;
	readonly feet: boolean;
	readonly lines?: readonly (readonly [string, string])[];
}

type HandedBody = SkeletonPose<"FullBody"> | SkeletonPose<"Body"> | SkeletonPose<"WebXRBody">;

export function drawFullBody(): Drawing {
	const about =
		"Seen from behind, so that left is left. Circles: bone ids; lines: to the parent; pale: helper bones.";
	return drawBody({
		pose: restPose("FullBody"),
		title: "FullBody, 84 bones (Meta, XrFullBodyJointMETA)",
		about,
		hands: true,
		feet: true,
	});
}

export function drawUpperBody(): Drawing {
	const about =
		"The first 70 of FullBody, with the same ids: a body without legs. Seen from behind, so that left is left.";
	return drawBody({
		pose: restPose("Body"),
		title: "Body, 70 bones (Meta, XrBodyJointFB)",
		about,
		hands: true,
		feet: false,
	});
}

export function drawWebXRBody(): Drawing {
	const about = "FullBody without its root: each id is one less. Seen from behind, so that left is left.";
	return drawBody({
		pose: restPose("WebXRBody"),
		title: "WebXRBody, 83 joints (XRBodyJoint)",
		about,
		hands: true,
		feet: true,
	});
}

export function drawPicoBody(): Drawing {
	const about =
		"Seen from behind, so that left is left. The header of PICO names no parents: the lines are SMPL's tree.";
	return drawBody({
		pose: restPose("PicoBody"),
		title: "PicoBody, 24 joints (XrBodyJointBD)",
		about,
		hands: false,
		feet: false,
	});
}

export function drawHtcBody(): Drawing {
	const about =
		"Seen from behind, so that left is left. " +
		"The table has no parents, which devices report: the dashed lines are only for the eye.";
	const [title, pose] = ["HtcBody, 26 joints (XrBodyJointHTC)", restPose("HtcBody")] as const;
	return drawBody({ pose, title, about, hands: false, feet: false, lines: HTC_BODY_LINES });
}

/** Pixels a metre of the whole body. */
const BODY_SCALE = 430;

function drawBody({ pose, title, about, hands, feet, lines }: BodyKind): Drawing {
	const drawing = new Drawing(1240, feet ? 992 : 860, title);
	const names = namesOf(pose);
	const place: Place = ([x, y]) => [620 + x * BODY_SCALE, 818 - y * BODY_SCALE];
	drawHeading(drawing, title, about, true);
	const inHand = new Set(
		hands ? (["left", "right"] as const).flatMap((side) => bonesOfHand(pose as HandedBody, side)) : [],
	);
	const inFoot = new Set(feet ? names.flatMap((name, bone) => (/foot/i.test(name) ? [bone] : [])) : []);
	for (const [from, to] of lines ?? []) {
		const ends = [from, to].map((name) => place(at(pose, names.indexOf(name))));
		drawing.line(ends, { color: FAINT, width: 1.5, dash: "4 5" });
	}
	drawConnections(drawing, pose, place);
	for (const bone of [...inHand, ...inFoot])
		drawing.circle(place(at(pose, bone)), 2.5, { fill: SIDE_COLORS[sideOf(pose, names[bone]!)], color: "none" });
	for (const [bone, name] of names.entries()) {
		if (inHand.has(bone) || inFoot.has(bone)) continue;
		drawName(drawing, pose, bone, place, labelPlaceOf(pose, name));
		drawJoint(drawing, pose, bone, place);
	}
	for (const side of ["left", "right"] as const) {
		if (hands) drawHandPanel(drawing, pose as HandedBody, side, [side === "left" ? 24 : 836, 290]);
		if (feet) drawFootPanel(drawing, pose, side, [side === "left" ? 24 : 836, 790], inFoot);
	}
	return drawing;
}

/**
 * Place of a bone's name, relative to its joint; `dx` of bones on the left is counted to the left.
 * With `leader` a line leads there.
 */
interface LabelPlace {
	readonly dx: number;
	readonly dy: number;
	readonly anchor: "start" | "middle";
	readonly leader?: boolean;
}

const BESIDE: LabelPlace = { dx: 15, dy: 0, anchor: "start" };
const ABOVE: LabelPlace = { dx: 0, dy: -21, anchor: "middle" };
const BELOW: LabelPlace = { dx: 0, dy: 21, anchor: "middle" };
const UPPER_ARM: LabelPlace = { dx: -14, dy: -21, anchor: "start" };
const SCAPULA: LabelPlace = { dx: 4, dy: -44, anchor: "start", leader: true };
const COLLAR: LabelPlace = { dx: 22, dy: 20, anchor: "start", leader: true };
const HEAD: LabelPlace = { dx: 0, dy: -21, anchor: "middle" };

const LABEL_PLACES: Readonly<Record<string, Readonly<Record<string, LabelPlace>>>> = {
	FullBody: {
		Head: HEAD,
		RightShoulder: COLLAR,
		RightScapula: SCAPULA,
		RightArmUpper: UPPER_ARM,
		RightArmLower: ABOVE,
		RightHandWristTwist: BELOW,
	},
	PicoBody: {
		Head: HEAD,
		RightCollar: COLLAR,
		RightShoulder: UPPER_ARM,
		RightElbow: ABOVE,
		RightWrist: BELOW,
		RightHand: ABOVE,
	},
	HtcBody: {
		Head: HEAD,
		RightClavicle: COLLAR,
		RightScapula: SCAPULA,
		RightArm: UPPER_ARM,
		RightElbow: ABOVE,
		RightWrist: ABOVE,
	},
};

function labelPlaceOf({ skeleton }: SkeletonPose, name: string): LabelPlace {
	// The relatives of FullBody have its places under other names.
	const key =
		skeleton === "WebXRBody"
			? SKELETONS.FullBody.names[
					boneMap("WebXRBody", "FullBody").ids.indexOf(
						(SKELETONS.WebXRBody.names as readonly string[]).indexOf(name),
					)
				]!
			: name;
	return (
		LABEL_PLACES[skeleton === "PicoBody" || skeleton === "HtcBody" ? skeleton : "FullBody"]![
			key.replace(/^Left/, "Right")
		] ?? BESIDE
	);
}

function drawName(
	drawing: Drawing,
	pose: SkeletonPose,
	bone: number,
	place: Place,
	{ dx, dy, anchor, leader }: LabelPlace,
): void {
	const name = namesOf(pose)[bone]!;
	const side = sideOf(pose, name);
	const [x, y] = place(at(pose, bone));
	const outwards = side === "left" ? -1 : 1;
	const color = SIDE_COLORS[side];
	const end: Point = [x + outwards * (dx - (leader ? 3 : 0)), y + dy + (leader ? -Math.sign(dy) * 7 : 0)];
	if (leader) drawing.line([[x, y], end], { color, width: 1, opacity: 0.6 });
	drawing.text(name, [x + outwards * dx, y + dy], {
		size: 12,
		color,
		anchor: anchor === "middle" ? "middle" : outwards < 0 ? "end" : "start",
	});
}

function drawHeading(drawing: Drawing, title: string, about: string, legend: boolean): void {
	drawing.text(title, [28, 34], { size: 20, bold: true });
	drawing.text(about, [28, 62]);
	if (!legend) return;
	let x = drawing.width - 28;
	for (const [side, color] of Object.entries(SIDE_COLORS).reverse()) {
		const { width } = drawing.text(side, [x, 34], { anchor: "end", color, bold: true });
		drawing.circle([x - width - 9, 34], 5, { fill: color, color: "none" });
		x -= width + 34;
	}
}

/** Wrist, palm and fingers. */
function bonesOfHand(pose: HandedPose, side: Side): readonly number[] {
	const { wrist, fingers } = handBones(pose.skeleton, side)!;
	const palm = namesOf(pose).findIndex(
		(name) => /palm$/i.test(name) && (SKELETONS[pose.skeleton].side ?? sideOf(pose, name)) === side,
	);
	return [
		wrist,
		...(palm < 0 ? [] : [palm]),
		...FINGERS.flatMap((finger) => fingers[finger].filter((bone) => bone >= 0)),
	];
}

/** The same pose in the axes of one of its hands: fingers to -Z, back of the hand +Y. */
function seenFromHand<Type extends HandedPose>(pose: Type, side: Side): Type {
	const turned = createSkeletonPose(pose.skeleton);
	poseInAxes(pose, handAxes(pose, side)!, turned);
	return turned as Type;
}

function drawHandPanel(drawing: Drawing, pose: HandedBody, side: Side, [left, top]: Point): void {
	const bones = bonesOfHand(pose, side);
	const { wrist, fingers } = handBones(pose.skeleton, side)!;
	const names = namesOf(pose);
	const hand = seenFromHand(pose, side);
	drawing.rectangle({ x: left, y: top, width: 380, height: 486 });
	drawing.text(`${side === "left" ? "Left" : "Right"} hand, seen from above`, [left + 16, top + 22], { bold: true });
	const place: Place = ([x, , z]) => [left + 190 + (side === "right" ? 10 : -10) + x * 1350, top + 318 + z * 1350];
	drawConnections(drawing, hand, place, (bone) => bones.includes(bone));
	for (const bone of bones) drawJoint(drawing, hand, bone, place);
	const webxr = pose.skeleton === "WebXRBody";
	const titles = ["Metacarpal", "Proximal", "Intermediate", "Distal", "Tip"].map((title) =>
		webxr ? title.toLowerCase() : title,
	);
	const row = (index: number, cells: readonly string[], style: TextStyle = {}) => {
		const columns = [16, 100, 166, 240, 304, 354];
		for (const [column, cell] of cells.entries())
			drawing.text(cell, [left + columns[column]!, top + 350 + index * 16.5], {
				size: 11.5,
				anchor: column === 0 ? "start" : "middle",
				...style,
			});
	};
	row(0, ["", ...titles], { color: "#57606a" });
	for (const [index, finger] of FINGERS.entries()) {
		const ids = fingers[finger].map(String);
		const word = webxr ? finger : finger.charAt(0).toUpperCase() + finger.slice(1);
		row(index + 1, [word, ...(finger === "thumb" ? [...ids.slice(0, 2), "–", ...ids.slice(2)] : ids)]);
	}
	const palm = bones.find((bone) => /palm$/i.test(names[bone]!))!;
	drawing.text(`${wrist} ${names[wrist]}, ${palm} ${names[palm]}`, [left + 16, top + 452], { size: 11.5 });
	const index = fingers.index[1]!;
	drawing.text(`For example ${index} ${names[index]}`, [left + 16, top + 468], { size: 11.5 });
}

function drawFootPanel(
	drawing: Drawing,
	pose: SkeletonPose,
	side: Side,
	[left, top]: Point,
	bones: ReadonlySet<number>,
): void {
	drawing.rectangle({ x: left, y: top, width: 380, height: 184 });
	const heading = `${side === "left" ? "Left" : "Right"} foot, from outside`;
	drawing.text(heading, [left + (side === "left" ? 16 : 364), top + 22], {
		bold: true,
		anchor: side === "left" ? "start" : "end",
	});
	const forward = side === "left" ? -1 : 1;
	const place: Place = ([, y, z]) => [left + 190 + forward * (12 - z * 880), top + 172 - y * 800];
	const own = [...bones].filter((bone) => sideOf(pose, namesOf(pose)[bone]!) === side);
	drawConnections(drawing, pose, place, (bone) => own.includes(bone));
	for (const bone of own) {
		const name = namesOf(pose)[bone]!;
		const [x, y] = place(at(pose, bone));
		const style = { size: 12, color: SIDE_COLORS[side] } as const;
		if (/transverse|ball/i.test(name)) drawing.text(name, [x, y - 22], { ...style, anchor: "middle" });
		else drawing.text(name, [x - forward * 15, y], { ...style, anchor: side === "left" ? "start" : "end" });
		drawJoint(drawing, pose, bone, place);
	}
}

export function drawHand(): Drawing {
	const about =
		"Lying flat, seen from above: thumbs inside. Both hands have the same ids. " +
		"Index, middle and ring finger have no metacarpal.";
	return drawHands("Hand, 24 bones (Meta's first)", about, restPose("HandLeft"), restPose("HandRight"));
}

export function drawXRHand(): Drawing {
	const about =
		"Lying flat, seen from above: thumbs inside. Both hands have the same ids. " +
		"The palm, 0, is a child of the wrist, 1.";
	return drawHands(
		"XRHand, 26 joints (OpenXR, XrHandJointEXT)",
		about,
		restPose("XRHandLeft"),
		restPose("XRHandRight"),
	);
}

export function drawWebXRHand(): Drawing {
	const about =
		"XRHand without the palm, in the order of fillPoses: each id is one less. Both hands have the same ids.";
	return drawHands(
		"WebXRHand, 25 joints (XRHandJoint)",
		about,
		restPose("WebXRHandLeft"),
		restPose("WebXRHandRight"),
	);
}

const HAND_SCALE = 1900;

function drawHands(title: string, about: string, left: HandedPose, right: HandedPose): Drawing {
	const drawing = new Drawing(1240, 672, title);
	drawHeading(drawing, title, about, false);
	for (const [pose, side, x] of [
		[left, "left", 400],
		[right, "right", 840],
	] as const) {
		const hand = seenFromHand(pose, side);
		const place: Place = ([px, , pz]) => [x + px * HAND_SCALE, 482 + pz * HAND_SCALE];
		drawConnections(drawing, hand, place);
		for (let bone = 0; bone < hand.boneCount; bone++) drawJoint(drawing, hand, bone, place);
		drawing.text(`${side} hand`, [side === "left" ? 120 : 1120, 440], {
			size: 15,
			bold: true,
			color: SIDE_COLORS[side],
			anchor: side === "left" ? "start" : "end",
		});
	}
	const { fingers } = handBones(left.skeleton, "left")!;
	const listed = new Set(FINGERS.flatMap((finger) => fingers[finger]));
	const names = namesOf(left);
	const thumb0 = names.indexOf("Thumb0");
	const others = names.flatMap((_, bone) => (listed.has(bone) || bone === thumb0 ? [] : [bone]));
	const thumb = thumb0 < 0 ? fingers.thumb : [thumb0, ...fingers.thumb];
	const columns = [others, thumb, ...FINGERS.slice(1).map((finger) => fingers[finger].filter((bone) => bone >= 0))];
	drawColumns(
		drawing,
		columns.map((bones) => bones.map((bone) => [String(bone), names[bone]!] as const)),
		572,
	);
	return drawing;
}

/** Numbers with their names, in columns that fill the width. */
function drawColumns(
	drawing: Drawing,
	columns: readonly (readonly (readonly [id: string, name: string])[])[],
	top: number,
): void {
	const widths = columns.map((rows) => Math.max(...rows.map(([, name]) => textWidth(name, 12))) + 26);
	const gap = (drawing.width - 56 - widths.reduce((sum, width) => sum + width, 0)) / (columns.length - 1);
	let x = 28;
	for (const [column, rows] of columns.entries()) {
		for (const [row, [id, name]] of rows.entries()) {
			drawing.text(id, [x + 18, top + row * 19], { size: 12, bold: true, anchor: "end" });
			drawing.text(name, [x + 26, top + row * 19], { size: 12 });
		}
		x += widths[column]! + gap;
	}
}

/** The 21 points of MANO on a right hand, both ways to choose them. */
export function drawMano(): Drawing {
	const title = "MANO's 21 points, out of an XRHand";
	const drawing = new Drawing(1240, 690, title);
	drawHeading(
		drawing,
		title,
		"Circles: numbers of points; grey: joints of the XRHand that are no point. Right hand, seen from above.",
		false,
	);
	const pose = restPose("XRHandRight");
	for (const [joints, x] of [
		["knuckles", 330],
		["metacarpals", 910],
	] as const)
		drawManoHand(drawing, seenFromHand(pose, "right"), { joints }, x);
	return drawing;
}

function drawManoHand(
	drawing: Drawing,
	pose: SkeletonPose<"XRHandRight">,
	{ joints }: Required<ManoOptions>,
	x: number,
): void {
	const points = new Float32Array(63);
	manoPoints(pose, "right", points, { joints });
	const place: Place = ([px, , pz]) => [x + px * HAND_SCALE, 490 + pz * HAND_SCALE];
	const point = (index: number): Vector3 => [points[index * 3]!, points[index * 3 + 1]!, points[index * 3 + 2]!];
	for (const [parent, child] of SKELETONS.XRHandRight.connections)
		drawing.line([place(at(pose, parent)), place(at(pose, child))], { color: "#d0d7de", width: 2 });
	for (let bone = 0; bone < pose.boneCount; bone++)
		drawing.circle(place(at(pose, bone)), 4, { fill: "white", color: FAINT });
	for (const [child, parent] of MANO_PARENTS.entries())
		if (parent >= 0)
			drawing.line([place(point(parent)), place(point(child))], { color: SIDE_COLORS.right, width: 2.5 });
	for (const index of MANO_PARENTS.keys()) {
		const center = place(point(index));
		drawing.spot(String(index), center, JOINT_RADIUS, {
			fill: SIDE_COLORS.right,
			color: SIDE_COLORS.right,
			textColor: "white",
		});
	}
	drawing.text(`joints: "${joints}"${joints === "knuckles" ? " (default)" : ""}`, [x, 522], {
		size: 14,
		bold: true,
		anchor: "middle",
	});
	const bones = MANO_PARENTS.map((_, index) => {
		const [px, py, pz] = point(index);
		return SKELETONS.XRHandRight.names.findIndex((_name, bone) => {
			const [bx, by, bz] = at(pose, bone);
			return Math.hypot(px - bx, py - by, pz - bz) < 1e-6;
		});
	});
	for (const [finger, word] of FINGERS.entries()) {
		const ids = bones.slice(1 + finger * 4, 5 + finger * 4);
		const names = ids.map((bone) =>
			SKELETONS.XRHandRight.names[bone]!.replace(/^(Thumb|Index|Middle|Ring|Little)/, ""),
		);
		const y = 566 + finger * 19;
		drawing.text(`${1 + finger * 4} to ${4 + finger * 4}`, [x - 250, y], { size: 12, bold: true });
		drawing.text(`${word.charAt(0).toUpperCase()}${word.slice(1)}: ${names.join(", ")}`, [x - 190, y], {
			size: 12,
		});
	}
	drawing.text("0", [x - 250, 547], { size: 12, bold: true });
	drawing.text("Wrist", [x - 190, 547], { size: 12 });
}

/** The axes of a body and of hands, as `bodyAxes` and `handAxes` find them. */
export function drawFrames(): Drawing {
	const title = "The frames of a body and of hands";
	const drawing = new Drawing(1240, 560, title);
	drawHeading(
		drawing,
		title,
		"Found by bodyAxes() and handAxes() from the marked joints alone. Seen from behind and above.",
		false,
	);
	drawBodyFrame(drawing, [24, 84]);
	drawHandFrame(drawing, "left", [436, 84]);
	drawHandFrame(drawing, "right", [836, 84]);
	return drawing;
}

function drawBodyFrame(drawing: Drawing, [left, top]: Point): void {
	drawing.rectangle({ x: left, y: top, width: 396, height: 452 });
	drawing.text("worldFromBody", [left + 16, top + 24], { size: 15, bold: true });
	const pose = leaningBody();
	const place: Place = (position) => {
		const [x, y] = oblique([position[0], position[1] - 1.2, position[2]]);
		return [left + 190 + x * 330, top + 210 + y * 330];
	};
	const { LeftArmUpper, RightArmUpper, Hips, ...bones } = SKELETONS.FullBody.bones;
	const hands = new Set((["left", "right"] as const).flatMap((side) => bonesOfHand(pose, side)));
	const shown = (bone: number) => bone > 0 && bone < 70 && !hands.has(bone) && !isHelper(namesOf(pose)[bone]!);
	for (const [parent, child] of SKELETONS.FullBody.connections)
		if (shown(parent) && shown(child))
			drawing.line([place(at(pose, parent)), place(at(pose, child))], { color: FAINT, width: 4, opacity: 0.5 });
	drawing.circle(place(at(pose, bones.Head)), 22, { fill: "#eef1f4", color: FAINT });
	const frame = bodyAxes(pose)!;
	const dashed = { color: INK, width: 1.5, dash: "5 4" };
	drawing.line([place(at(pose, LeftArmUpper)), place(at(pose, RightArmUpper))], dashed);
	drawing.line([place(at(pose, Hips)), place(frame.position)], dashed);
	drawFrameAxes(drawing, frame, 0.3, place);
	for (const [bone, name, dx, dy, anchor] of [
		[LeftArmUpper, "LeftArmUpper", 0, -20, "middle"],
		[RightArmUpper, "RightArmUpper", 0, 22, "middle"],
		[Hips, "Hips", 14, 4, "start"],
	] as const) {
		const [x, y] = place(at(pose, bone));
		drawing.circle([x, y], 6, { fill: "#fff3c4" });
		drawing.text(name, [x + dx, y + dy], { size: 12, anchor });
	}
	const lines = [
		"Origin: midway between the shoulders.",
		"x: along the shoulders, to the right. y: from the hips up.",
		"Where these two are not square, each gives way by half.",
		"−z: forward, square to both.",
	];
	for (const [index, line] of lines.entries()) drawing.text(line, [left + 16, top + 378 + index * 20], { size: 12 });
}

function drawHandFrame(drawing: Drawing, side: Side, [left, top]: Point): void {
	drawing.rectangle({ x: left, y: top, width: 380, height: 452 });
	drawing.text(`worldFromHand, ${side}`, [left + 16, top + 24], { size: 15, bold: true });
	const skeleton = side === "left" ? "XRHandLeft" : "XRHandRight";
	const pose = restPose(skeleton);
	const place: Place = (position) => {
		const [x, y] = oblique(position, 0.85, 62);
		return [left + 150 + x * 1250, top + 272 + y * 1250];
	};
	drawConnections(drawing, pose, place);
	const frame = handAxes(pose, side)!;
	const { Wrist, IndexProximal, MiddleProximal, LittleProximal } = SKELETONS[skeleton].bones;
	drawing.line([place(at(pose, IndexProximal)), place(at(pose, LittleProximal))], {
		color: INK,
		width: 1.5,
		dash: "5 4",
	});
	drawing.line([place(at(pose, Wrist)), place(at(pose, MiddleProximal))], { color: INK, width: 1.5, dash: "5 4" });
	const outwards = side === "right" ? 1 : -1;
	for (const [bone, name, dx, dy] of [
		[Wrist, "Wrist", 14 * outwards, 17],
		[IndexProximal, "IndexProximal", -12 * outwards, -10],
		[MiddleProximal, "MiddleProximal", 10 * outwards, -12],
		[LittleProximal, "LittleProximal", 12 * outwards, 10],
	] as const) {
		const [x, y] = place(at(pose, bone));
		drawing.circle([x, y], 6, { fill: "#fff3c4" });
		drawing.text(name, [x + dx, y + dy], { size: 12, anchor: dx > 0 ? "start" : "end", halo: true });
	}
	drawFrameAxes(drawing, frame, 0.05, place);
	const lines = [
		"Origin: the wrist. −z: to the knuckle of the middle finger.",
		"y: out of the back of the hand, square to −z and to the line",
		"between the knuckles of index and little finger.",
		`x: to the right, ${side === "left" ? "towards" : "away from"} the thumb.`,
	];
	for (const [index, line] of lines.entries()) drawing.text(line, [left + 16, top + 378 + index * 20], { size: 12 });
}

function drawFrameAxes(drawing: Drawing, frame: RigidTransform, length: number, place: Place): void {
	const origin = place(frame.position);
	for (const [axis, unit] of [
		["x", [length, 0, 0]],
		["y", [0, length, 0]],
		["z", [0, 0, length]],
	] as const) {
		const tip = place(transformPoint(frame, unit));
		drawing.line([origin, tip], { color: AXIS_COLORS[axis], width: 3.5, arrow: true });
		const distance = Math.hypot(tip[0] - origin[0], tip[1] - origin[1]);
		const beyond = (value: 0 | 1) => tip[value] + ((tip[value] - origin[value]) / distance) * 20;
		drawing.text(axis, [beyond(0), beyond(1)], {
			size: 15,
			bold: true,
			color: AXIS_COLORS[axis],
			anchor: "middle",
			halo: true,
		});
	}
	drawing.circle(origin, 4, { fill: INK });
}

/** Someone whose shoulders hang to the right, so that they are not square to the spine. */
function leaningBody(): SkeletonPose<"FullBody"> {
	const pose = restPose("FullBody");
	const chest = at(pose, SKELETONS.FullBody.bones.Chest);
	const angle = (-14 * Math.PI) / 180;
	const rotation = [0, 0, Math.sin(angle / 2), Math.cos(angle / 2)] as const;
	for (let bone = 0; bone < pose.boneCount; bone++) {
		const [x, y, z] = at(pose, bone);
		if (y <= chest[1]) continue;
		const [dx, dy, dz] = rotateVector(rotation, [x - chest[0], y - chest[1], z - chest[2]]);
		pose.positions.set([chest[0] + dx, chest[1] + dy, chest[2] + dz], bone * 3);
	}
	return pose;
}

/** The picture that shows the bones of each skeleton type. */
export const PICTURE_OF: Readonly<Record<SkeletonType, string>> = {
	HandLeft: "hand.svg",
	HandRight: "hand.svg",
	Body: "body.svg",
	FullBody: "full-body.svg",
	XRHandLeft: "xr-hand.svg",
	XRHandRight: "xr-hand.svg",
	PicoBody: "pico-body.svg",
	HtcBody: "htc-body.svg",
	WebXRHandLeft: "webxr-hand.svg",
	WebXRHandRight: "webxr-hand.svg",
	WebXRBody: "webxr-body.svg",
};
