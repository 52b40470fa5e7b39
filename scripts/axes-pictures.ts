import { type Quaternion, quaternionFromAngles } from "../src/media/rotation.ts";
import { AXES, AxesConversion, type AxesName, type SignedAxis } from "../src/skeleton/axes.ts";
import { rotateVector } from "../src/skeleton/rigid-transform.ts";
import type { Vector3 } from "../src/skeleton/vector.ts";
import { Drawing, FAINT, type Point } from "./drawing.ts";

export const AXIS_COLORS = { x: "#cf222e", y: "#1a7f37", z: "#0969da" } as const;
type Axis = keyof typeof AXIS_COLORS;

/**
 * The place on the page of a point in our axes: +X to the right, +Y up; -Z, ahead, is drawn to the
 * upper right, shortened.
 */
export function oblique([x, y, z]: Vector3, depth = 0.62, angleDeg = 38): Point {
	const angle = (angleDeg * Math.PI) / 180;
	return [x - z * depth * Math.cos(angle), -y + z * depth * Math.sin(angle)];
}

/**
 * A camera at the origin that looks along -Z: its eye, the corners of the picture that it sees, and
 * a mark on top.
 */
const EYE: Vector3 = [0, 0, 0];
const CORNERS: readonly Vector3[] = [
	[-0.5, -0.3, -0.8],
	[0.5, -0.3, -0.8],
	[0.5, 0.3, -0.8],
	[-0.5, 0.3, -0.8],
];
const MARK: readonly Vector3[] = [
	[-0.14, 0.34, -0.8],
	[0, 0.52, -0.8],
	[0.14, 0.34, -0.8],
];
const CAMERA_FACES: readonly (readonly Vector3[])[] = [
	CORNERS,
	...CORNERS.map((corner, index) => [EYE, corner, CORNERS[(index + 1) % 4]!]),
	MARK,
];

const SYSTEMS: readonly { readonly axes: AxesName; readonly name: string }[] = [
	{ axes: "world", name: "panogaze, WebXR, OpenXR" },
	{ axes: "three", name: "three.js, glTF" },
	{ axes: "rerun", name: "Rerun, RIGHT_HAND_Y_UP (RUB)" },
	{ axes: "unity", name: "Unity" },
	{ axes: "ros", name: "ROS, REP 103 (FLU)" },
	{ axes: "opencv", name: "OpenCV, ROS optical (RDF)" },
];

const PANEL = { width: 402, height: 304 };

/** Draws the axes of each system, and the conversion of its numbers. */
export function drawAxes(): Drawing {
	const drawing = new Drawing(1240, 728, "The axes of panogaze, three.js, Rerun, Unity, ROS and OpenCV");
	drawing.text("Axes", [28, 34], { size: 20, bold: true });
	drawing.text(
		"Grey: a camera that looks forward, seen from behind. Lengths are metres, quaternions x y z w.",
		[28, 62],
	);
	for (const [index, system] of SYSTEMS.entries())
		drawSystem(drawing, [20 + (index % 3) * PANEL.width, 84 + Math.floor(index / 3) * (PANEL.height + 16)], system);
	return drawing;
}

function drawSystem(drawing: Drawing, [left, top]: Point, { axes, name }: (typeof SYSTEMS)[number]): void {
	const toOurs = AxesConversion.between(axes, "world");
	drawing.rectangle({ x: left, y: top, width: PANEL.width - 12, height: PANEL.height });
	drawing.text(name, [left + 16, top + 24], { size: 15, bold: true });
	drawing.text(toOurs.mirrors ? "left-handed" : "right-handed", [left + 16, top + 46], {
		color: toOurs.mirrors ? "#9a6700" : "#57606a",
	});
	const place = (vector: Vector3, scale: number): Point => {
		const [x, y] = oblique(vector);
		return [left + 176 + x * scale, top + 142 + y * scale];
	};
	// Drawn longer and narrower than it is below, so that it is seen to point away.
	drawCamera(drawing, ([x, y, z]) => place([x * 0.7, y * 0.7, z * 1.45], 66), FAINT, 0.8);
	const units: readonly (readonly [Axis, Vector3])[] = [
		["x", [1, 0, 0]],
		["y", [0, 1, 0]],
		["z", [0, 0, 1]],
	];
	for (const [axis, unit] of units) {
		const direction = toOurs.vector(unit);
		const tip = place(direction, 80);
		drawing.line([place([0, 0, 0], 80), tip], { color: AXIS_COLORS[axis], width: 3, arrow: true });
		const [x, y] = oblique(direction);
		const along = Math.abs(x) > 0.3;
		// What points forward points into the camera: its name stands beyond that.
		const away = x > 0 && y < -0.1 ? 26 : 14;
		const at: Point = along
			? [tip[0] + Math.sign(x) * away, tip[1] + (Math.abs(y) > 0.1 ? Math.sign(y) * 6 : 0)]
			: [tip[0], tip[1] + Math.sign(y) * 18];
		drawing.text(`${axis} ${wordFor(axes, axis)}`, at, {
			color: AXIS_COLORS[axis],
			bold: true,
			halo: true,
			anchor: along ? (x > 0 ? "start" : "end") : "middle",
		});
	}
	const { right, up, forward } = AXES[axes];
	drawing.text(`right ${minus(right)}, up ${minus(up)}, forward ${minus(forward)}`, [
		left + 16,
		top + PANEL.height - 42,
	]);
	const same = symbols(toOurs.vector([1, 2, 3])) === "x, y, z";
	const [position, quaternion] = [symbols(toOurs.vector([1, 2, 3])), symbols(toOurs.axialVector([1, 2, 3]))];
	const changed = `position (${position}), quaternion (${quaternion}, w)`;
	drawing.text(`To ours: ${same ? "nothing changes" : changed}`, [left + 16, top + PANEL.height - 18]);
}

function drawCamera(drawing: Drawing, place: (point: Vector3) => Point, color: string, opacity: number): void {
	for (const face of CAMERA_FACES) {
		const points = face.map(place);
		drawing.polygon(points, { fill: color, opacity: opacity * 0.12 });
		drawing.line([...points, points[0]!], { color, opacity, width: 1.6 });
	}
}

/** The direction of the positive half of an axis, in words. */
function wordFor(axes: AxesName, axis: Axis): string {
	const opposites = { right: "left", up: "down", forward: "back" } as const;
	for (const [word, signed] of Object.entries(AXES[axes]) as [keyof typeof opposites, SignedAxis][])
		if (signed.endsWith(axis)) return signed.startsWith("+") ? word : opposites[word];
	throw new Error(`No direction of ${axes} lies on ${axis}.`);
}

/** [1, 2, -3], which (x, y, z) has become, is "x, y, −z". */
function symbols(numbers: Vector3): string {
	return numbers.map((number) => `${number < 0 ? "−" : ""}${"xyz"[Math.abs(number) - 1]}`).join(", ");
}

function minus(axis: SignedAxis): string {
	return axis.replace("-", "−");
}

const TURN_DEG = 32;
/** The side from which each angle is drawn: the directions to the right and up on the page. */
const TURNS: readonly {
	readonly angle: "yawDeg" | "pitchDeg" | "rollDeg";
	readonly title: string;
	readonly view: string;
	readonly marker: Vector3;
	readonly page: (vector: Vector3) => Point;
}[] = [
	{
		angle: "yawDeg",
		title: "yaw +: to the right",
		view: "from above",
		marker: [0, 0, -1.1],
		page: ([x, , z]) => [x, z],
	},
	{
		angle: "pitchDeg",
		title: "pitch +: up",
		view: "from its right side",
		marker: [0, 0, -1.1],
		page: ([, y, z]) => [-z, -y],
	},
	{
		angle: "rollDeg",
		title: "roll +: clockwise",
		view: "from behind",
		marker: [0, 0.62, -0.8],
		page: ([x, y]) => [x, -y],
	},
];

/** Draws a camera before and after a positive yaw, pitch and roll. */
export function drawAngles(): Drawing {
	const drawing = new Drawing(1240, 440, "Yaw, pitch and roll");
	drawing.text("Angles", [28, 34], { size: 20, bold: true });
	drawing.text(
		"Degrees. Grey: a camera that looks forward; blue: the same one turned. The triangle is on its upper side.",
		[28, 62],
	);
	for (const [index, turn] of TURNS.entries()) drawTurn(drawing, [20 + index * PANEL.width, 84], turn);
	drawing.text(
		"Applied in this order, each about the camera's own axes: yaw, pitch, roll. The same as of FFmpeg's v360.",
		[28, 392],
	);
	drawing.text("worldFromView = Ry(−yaw) · Rx(pitch) · Rz(−roll) in our axes. All 0: along −Z.", [28, 416]);
	return drawing;
}

function drawTurn(
	drawing: Drawing,
	[left, top]: Point,
	{ angle, title, view, marker, page }: (typeof TURNS)[number],
): void {
	drawing.rectangle({ x: left, y: top, width: PANEL.width - 12, height: 284 });
	drawing.text(title, [left + 16, top + 24], { size: 15, bold: true });
	drawing.text(view, [left + 16, top + 46], { color: "#57606a" });
	// The eye of each view lies where its camera and its arc are in the middle of the panel.
	const [centerX, centerY] = page([0, 0, -0.5]);
	const scale = 150;
	const place = (vector: Vector3): Point => {
		const [x, y] = page(vector);
		return [left + 194 + (x - centerX) * scale, top + 166 + (y - centerY) * scale];
	};
	const turned = (deg: number): Quaternion =>
		quaternionFromAngles({ yawDeg: 0, pitchDeg: 0, rollDeg: 0, [angle]: deg });
	const draw = (rotation: Quaternion, color: string, opacity: number) =>
		drawCamera(drawing, (point) => place(rotateVector(rotation, point)), color, opacity);
	draw(turned(0), FAINT, 0.7);
	draw(turned(TURN_DEG), AXIS_COLORS.z, 1);
	const arc = Array.from({ length: 17 }, (_, step) => place(rotateVector(turned((TURN_DEG * step) / 16), marker)));
	drawing.line(arc, { color: AXIS_COLORS.x, width: 3, arrow: true });
}
