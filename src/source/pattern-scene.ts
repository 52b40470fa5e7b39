/**
 * The built-in scene: a landscape at dusk under a degree grid, with a coloured disc in each of the
 * six directions. A pure function of direction, so that a test can say what colour must be seen at
 * any yaw and pitch. Runs in a browser as well.
 */
import { RAD_PER_DEG as RAD } from "../media/rotation.ts";
import { distanceToText, type TextShape, textShape } from "./stroke-font.ts";
import { TIME_CODE_PLACE } from "./time-code.ts";

/** World axes: +X right, +Y up, -Z forward. */
export type Direction = readonly [x: number, y: number, z: number];
/** 0 to 255, gamma-encoded as a screen shows it. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** A disc of one flat colour, large enough to fill the middle of any view that looks at it. */
export interface Landmark {
	readonly name: "front" | "right" | "back" | "left" | "up" | "down";
	readonly yawDeg: number;
	readonly pitchDeg: number;
	readonly color: Rgb;
}

/** The colour is flat within this angle of a landmark's middle. */
export const LANDMARK_RADIUS_DEG = 6;

export const landmarks: readonly Landmark[] = [
	{ name: "front", yawDeg: 0, pitchDeg: 0, color: [232, 70, 66] },
	{ name: "right", yawDeg: 90, pitchDeg: 0, color: [247, 178, 44] },
	{ name: "back", yawDeg: 180, pitchDeg: 0, color: [38, 166, 118] },
	{ name: "left", yawDeg: -90, pitchDeg: 0, color: [66, 104, 232] },
	{ name: "up", yawDeg: 0, pitchDeg: 90, color: [122, 214, 236] },
	{ name: "down", yawDeg: 0, pitchDeg: -90, color: [178, 72, 190] },
];

/** Radius of the moving marker. */
export const MARKER_RADIUS_DEG = 2.6;
/** The marker goes once around in this time. */
export const MARKER_PERIOD_SEC = 24;

/** The eye that a picture is for, when the scene is shown to two eyes. */
export type SceneEye = "left" | "right";

/**
 * Half the distance between two eyes, metres. Landmarks and marker are near; all else is at
 * infinity.
 */
const HALF_EYE_DISTANCE = 0.032;
const LANDMARK_DISTANCE = 2;
const MARKER_DISTANCE = 1;

/**
 * The shift of a landmark to the right for the left eye, and to the left for the right eye,
 * from its place in a picture for both, degrees.
 */
export const LANDMARK_PARALLAX_DEG = parallaxDeg(LANDMARK_DISTANCE);
/** The same shift of the moving marker, which is nearer. */
export const MARKER_PARALLAX_DEG = parallaxDeg(MARKER_DISTANCE);

/**
 * Parallax of an eye that turns with the head, as panoramas for two eyes are made (omnidirectional
 * stereo): the ray is a tangent of the circle that the eyes move on.
 */
function parallaxDeg(distance: number): number {
	return (Math.asin(HALF_EYE_DISTANCE / distance) * 180) / Math.PI;
}

function shiftDeg(parallaxDeg: number, eye: SceneEye | undefined): number {
	return eye === undefined ? 0 : eye === "left" ? parallaxDeg : -parallaxDeg;
}

/**
 * The place of the moving marker, degrees: it goes around to the right and weaves up and down.
 * @param eye the eye that sees it there; absent: a picture for both
 */
export function markerAnglesAt(
	timeSec: number,
	eye?: SceneEye,
): { readonly yawDeg: number; readonly pitchDeg: number } {
	const turn = (timeSec / MARKER_PERIOD_SEC) % 1;
	const yawDeg = ((turn * 360 + 180 + shiftDeg(MARKER_PARALLAX_DEG, eye)) % 360) - 180;
	return { yawDeg, pitchDeg: 22 + 6 * Math.sin(turn * 6 * Math.PI) };
}

/** Unit vector of a yaw and pitch in degrees. */
export function directionFromAngles(yawDeg: number, pitchDeg: number): Direction {
	const yaw = yawDeg * RAD;
	const pitch = pitchDeg * RAD;
	return [Math.cos(pitch) * Math.sin(yaw), Math.sin(pitch), -Math.cos(pitch) * Math.cos(yaw)];
}

/**
 * Colour of the scene without its moving parts: the marker is left out, and the time code is a
 * dark panel.
 *
 * @param direction any length but zero.
 * @param softnessRad angle over which edges are blended: about one pixel when a picture is
 * drawn.
 * @default 0, hard edges
 * @param eye the eye: each sees its letter, and the landmarks where parallax puts them.
 * @default a picture for both
 */
export function sceneColorAt(direction: Direction, softnessRad = 0, eye?: SceneEye): Rgb {
	const length = Math.hypot(...direction);
	if (!(length > 0)) throw new RangeError(`A direction needs a length; got [${direction.join(", ")}].`);
	const [x, y, z] = direction;
	const color = new Float64Array(3);
	const yawDeg = Math.atan2(x, -z) / RAD;
	const pitchDeg = Math.asin(Math.min(1, Math.max(-1, y / length))) / RAD;
	paintScene(color, x / length, y / length, z / length, yawDeg, pitchDeg, softnessRad, eye);
	return [color[0]!, color[1]!, color[2]!];
}

/** 8-bit Y, Cb, Cr of a colour: BT.709, limited range (ITU-R BT.709-6, 3.2 to 3.4). */
export function limitedBt709FromRgb([red, green, blue]: Rgb): readonly [y: number, cb: number, cr: number] {
	const luma = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
	return [
		Math.round(16 + 219 * luma),
		Math.round(128 + (224 * (blue / 255 - luma)) / 1.8556),
		Math.round(128 + (224 * (red / 255 - luma)) / 1.5748),
	];
}

/**
 * Writes the colour of `sceneColorAt` for a unit vector and its angles (a picture knows both) into
 * `color`: nothing is allocated.
 */
export function paintScene(
	color: Float64Array,
	x: number,
	y: number,
	z: number,
	yawDeg: number,
	pitchDeg: number,
	softnessRad: number,
	eye?: SceneEye,
): void {
	const softDeg = Math.max(softnessRad / RAD, 1e-9);
	paintSky(color, x, y, z, pitchDeg);
	paintRidges(color, yawDeg, pitchDeg, softDeg);
	paintGround(color, pitchDeg, softDeg);
	paintGrid(color, y, yawDeg, pitchDeg, softDeg);
	paintPanels(color, yawDeg, pitchDeg, softDeg);
	paintLabels(LABELS_BY_CELL, color, x, y, z, yawDeg, pitchDeg, softDeg);
	if (eye === undefined) paintLandmarks(color, x, y, z, yawDeg, pitchDeg, softDeg);
	else {
		paintLabels(EYE_LABELS_BY_CELL[eye], color, x, y, z, yawDeg, pitchDeg, softDeg);
		const { sine, cosine, turnDeg } = LANDMARK_TURNS[eye];
		paintLandmarks(
			color,
			x * cosine + z * sine,
			y,
			z * cosine - x * sine,
			aroundDeg(yawDeg - turnDeg),
			pitchDeg,
			softDeg,
		);
	}
}

/** Turns from a direction of one eye to the place of the landmarks in a picture for both. */
const LANDMARK_TURNS = { left: turn("left"), right: turn("right") } as const;

function turn(eye: SceneEye): { readonly sine: number; readonly cosine: number; readonly turnDeg: number } {
	const turnDeg = shiftDeg(LANDMARK_PARALLAX_DEG, eye);
	return { sine: Math.sin(turnDeg * RAD), cosine: Math.cos(turnDeg * RAD), turnDeg };
}

function aroundDeg(yawDeg: number): number {
	return yawDeg < -180 ? yawDeg + 360 : yawDeg >= 180 ? yawDeg - 360 : yawDeg;
}

/** From a yaw to a larger one, degrees; may run over ±180. */
export type YawRange = readonly [fromDeg: number, toDeg: number];

/**
 * Finds the yaws at which the scene may change along a circle of equal pitch, as ranges that
 * may overlap. Outside them the circle has one colour. A painter that uses this is three times
 * faster.
 */
export function changingYaws(pitchDeg: number, softnessRad: number, eye?: SceneEye): readonly YawRange[] {
	const softDeg = Math.max(softnessRad / RAD, 1e-9);
	if (pitchDeg >= LOWEST_RIDGE_DEG && pitchDeg <= HIGHEST_RIDGE_DEG) return [[-180, 180]];
	const ranges = CHANGING_CAPS.map((cap) => yawsInCap(cap, pitchDeg));
	const turnDeg = eye === undefined ? 0 : LANDMARK_TURNS[eye].turnDeg;
	ranges.push(...LANDMARK_CAPS.map((cap) => yawsInCap({ ...cap, yawDeg: cap.yawDeg + turnDeg }, pitchDeg)));
	if (eye !== undefined) ranges.push(...EYE_LABEL_CAPS[eye].map((cap) => yawsInCap(cap, pitchDeg)));
	if (Math.abs(pitchDeg) < COARSE_MERIDIAN_END_DEG) {
		const half = gridReachDeg(softDeg) / Math.cos(pitchDeg * RAD);
		for (let yawDeg = -180; yawDeg <= 180; yawDeg += 10) ranges.push([yawDeg - half, yawDeg + half]);
	}
	if (inPanelRows(pitchDeg)) {
		const half = PANEL.halfWidthDeg + softDeg;
		for (let yawDeg = -180; yawDeg <= 180; yawDeg += 90) ranges.push([yawDeg - half, yawDeg + half]);
	}
	return ranges.filter((range) => range !== undefined);
}

/** A round part of the sphere. */
interface Cap {
	readonly yawDeg: number;
	readonly pitchDeg: number;
	readonly radiusDeg: number;
}

/** Yaws inside a cap at one pitch, from the spherical law of cosines. */
function yawsInCap({ yawDeg, pitchDeg: middleDeg, radiusDeg }: Cap, pitchDeg: number): YawRange | undefined {
	const level = Math.cos(pitchDeg * RAD) * Math.cos(middleDeg * RAD);
	const height = Math.sin(pitchDeg * RAD) * Math.sin(middleDeg * RAD);
	const reach = Math.cos(radiusDeg * RAD);
	if (height + level < reach) return undefined;
	if (height - level >= reach) return [-180, 180];
	const halfDeg = Math.acos((reach - height) / level) / RAD;
	return [yawDeg - halfDeg, yawDeg + halfDeg];
}

// ---- sky, mountains, ground

/** Colours from the horizon up. */
const SKY: readonly { readonly pitchDeg: number; readonly color: Rgb }[] = [
	{ pitchDeg: 0, color: [255, 205, 158] },
	{ pitchDeg: 7, color: [250, 178, 150] },
	{ pitchDeg: 16, color: [216, 152, 170] },
	{ pitchDeg: 30, color: [140, 128, 186] },
	{ pitchDeg: 52, color: [74, 88, 158] },
	{ pitchDeg: 90, color: [34, 46, 104] },
];
const SUN_YAW_DEG = -38;
const SUN_PITCH_DEG = 6.5;
const [SUN_X, SUN_Y, SUN_Z] = directionFromAngles(SUN_YAW_DEG, SUN_PITCH_DEG);
/** The glow ends here: 1 - cosine of the angle from the sun. */
const GLOW_REACH = 0.4;

function paintSky(color: Float64Array, x: number, y: number, z: number, pitchDeg: number): void {
	let step = 1;
	while (step < SKY.length - 1 && pitchDeg > SKY[step]!.pitchDeg) step++;
	const low = SKY[step - 1]!;
	const high = SKY[step]!;
	const t = Math.max(0, (pitchDeg - low.pitchDeg) / (high.pitchDeg - low.pitchDeg));
	for (let i = 0; i < 3; i++) color[i] = low.color[i]! + (high.color[i]! - low.color[i]!) * t;
	// 1 - cos of the angle from the sun: flat near it, so that the glow has no visible centre.
	const fromSun = 1 - (x * SUN_X + y * SUN_Y + z * SUN_Z);
	if (fromSun < GLOW_REACH) {
		blend(color, 255, 226, 170, 0.75 * Math.exp(-fromSun * 16));
		if (fromSun < 0.01) blend(color, 255, 248, 224, smooth((0.0009 - fromSun) / 0.0003));
	}
}

interface Ridge {
	readonly color: Rgb;
	readonly baseDeg: number;
	/** Sine waves around the horizon: whole waves, height in degrees, phase in radians. */
	readonly waves: readonly (readonly [count: number, heightDeg: number, phase: number])[];
}

/** Far to near: each hides those before it, and the air in front of it is thinner. */
const RIDGES: readonly Ridge[] = [
	{
		color: [188, 144, 170],
		baseDeg: 6.6,
		waves: [
			[3, 1.6, 0.4],
			[7, 1.3, 2.1],
			[13, 0.8, 4.4],
			[29, 0.42, 1.2],
			[61, 0.2, 3.3],
			[127, 0.09, 0.6],
		],
	},
	{
		color: [132, 108, 152],
		baseDeg: 4.1,
		waves: [
			[2, 1.2, 3.9],
			[5, 1.1, 0.9],
			[11, 0.7, 2.6],
			[23, 0.36, 5.2],
			[53, 0.17, 1.9],
			[109, 0.08, 4.0],
		],
	},
	{
		color: [84, 82, 124],
		baseDeg: 1.9,
		waves: [
			[3, 0.7, 2.2],
			[8, 0.6, 5.5],
			[17, 0.34, 0.3],
			[37, 0.2, 3.1],
			[71, 0.1, 2.4],
			[151, 0.05, 1.0],
		],
	},
];
const HIGHEST_RIDGE_DEG = 12;
const LOWEST_RIDGE_DEG = -1;
const RIDGE_STEPS_PER_DEG = 24;

/** Heights of a ridge at fixed steps of yaw; between them straight lines. */
const RIDGE_HEIGHTS: readonly Float64Array[] = RIDGES.map(({ baseDeg, waves }) =>
	Float64Array.from({ length: 360 * RIDGE_STEPS_PER_DEG + 1 }, (_, i) => {
		const yaw = (i / RIDGE_STEPS_PER_DEG) * RAD;
		return waves.reduce(
			(height, [count, heightDeg, phase]) => height + heightDeg * Math.sin(count * yaw + phase),
			baseDeg,
		);
	}),
);

function paintRidges(color: Float64Array, yawDeg: number, pitchDeg: number, softDeg: number): void {
	if (pitchDeg > HIGHEST_RIDGE_DEG || pitchDeg < LOWEST_RIDGE_DEG) return;
	const at = Math.min((yawDeg + 180) * RIDGE_STEPS_PER_DEG, 360 * RIDGE_STEPS_PER_DEG - 1e-6);
	const index = Math.floor(at);
	for (let i = 0; i < RIDGES.length; i++) {
		const heights = RIDGE_HEIGHTS[i]!;
		const heightDeg = heights[index]! + (heights[index + 1]! - heights[index]!) * (at - index);
		const cover = edge(heightDeg - pitchDeg, softDeg);
		if (cover === 0) continue;
		// Mist gathers in the valleys.
		const mist = 0.4 * smooth(1 - pitchDeg / 5);
		const air = RIDGES[i]!.color;
		blend(
			color,
			air[0] + (244 - air[0]) * mist,
			air[1] + (190 - air[1]) * mist,
			air[2] + (170 - air[2]) * mist,
			cover,
		);
	}
}

function paintGround(color: Float64Array, pitchDeg: number, softDeg: number): void {
	const cover = edge(-pitchDeg, softDeg);
	if (cover === 0) return;
	const near = smooth(-pitchDeg / 55);
	const haze = Math.exp(pitchDeg / 5);
	blend(color, 92 - 50 * near + 84 * haze, 88 - 34 * near + 50 * haze, 104 - 36 * near + 34 * haze, cover);
}

// ---- degree grid

/**
 * Meridians come together at the poles: the fine ones end before they would fill the picture, and
 * then the coarse ones.
 */
const FINE_MERIDIAN_END_DEG = 78;
const COARSE_MERIDIAN_END_DEG = 87;

/**
 * Every line of the grid lies on a multiple of ten degrees, and covers no more than this to each
 * side.
 */
function gridReachDeg(softDeg: number): number {
	return 0.06 + softDeg;
}

function paintGrid(color: Float64Array, y: number, yawDeg: number, pitchDeg: number, softDeg: number): void {
	// Degrees of longitude are shorter towards the poles.
	const across = Math.sqrt(Math.max(0, 1 - y * y));
	const reachDeg = gridReachDeg(softDeg);
	if (offLine(yawDeg, 10) * across > reachDeg && offLine(pitchDeg, 10) > reachDeg) return;
	const steepness = Math.abs(pitchDeg);
	const fine = steepness < FINE_MERIDIAN_END_DEG ? line(offLine(yawDeg, 10) * across, 0.03, softDeg) : 0;
	const coarse = steepness < COARSE_MERIDIAN_END_DEG ? line(offLine(yawDeg, 30) * across, 0.05, softDeg) : 0;
	const fineRing = line(offLine(pitchDeg, 10), 0.03, softDeg);
	const coarseRing = line(offLine(pitchDeg, 30), 0.05, softDeg);
	const horizon = line(steepness, 0.06, softDeg);
	const alpha = Math.max(0.16 * fine, 0.16 * fineRing, 0.4 * coarse, 0.4 * coarseRing, 0.75 * horizon);
	blend(color, 255, 255, 255, alpha * (pitchDeg < 0 ? 0.75 : 1));
}

/** Distance in degrees to the nearest multiple of `step`. */
function offLine(angleDeg: number, step: number): number {
	return Math.abs(angleDeg - step * Math.round(angleDeg / step));
}

// ---- panel of the time code

/** The dark, colourless band that carries a time code and its digits. */
export const PANEL = {
	color: [22, 22, 22] as Rgb,
	halfWidthDeg: TIME_CODE_PLACE.widthDeg / 2 + 1.2,
	topPitchDeg: -10,
	bottomPitchDeg: -18.6,
};
const PANEL_CORNER_DEG = 1.2;

function inPanelRows(pitchDeg: number): boolean {
	return pitchDeg <= PANEL.topPitchDeg + 1 && pitchDeg >= PANEL.bottomPitchDeg - 1;
}

function paintPanels(color: Float64Array, yawDeg: number, pitchDeg: number, softDeg: number): void {
	if (!inPanelRows(pitchDeg)) return;
	const middleDeg = (PANEL.topPitchDeg + PANEL.bottomPitchDeg) / 2;
	const halfHeightDeg = (PANEL.topPitchDeg - PANEL.bottomPitchDeg) / 2;
	const right = offLine(yawDeg, 90) - PANEL.halfWidthDeg + PANEL_CORNER_DEG;
	const up = Math.abs(pitchDeg - middleDeg) - halfHeightDeg + PANEL_CORNER_DEG;
	const outside =
		Math.hypot(Math.max(right, 0), Math.max(up, 0)) + Math.min(Math.max(right, up), 0) - PANEL_CORNER_DEG;
	blend(color, PANEL.color[0], PANEL.color[1], PANEL.color[2], edge(-outside, softDeg));
}

// ---- labels

interface Label {
	readonly shape: TextShape;
	/** Axes of the plane that the text is written on. */
	readonly forward: Direction;
	readonly right: Direction;
	readonly up: Direction;
	/** Cap height and half the pen's width, as tangents. */
	readonly size: number;
	readonly pen: number;
	/** Half the label's extent with its halo, degrees along the sphere. */
	readonly reachDeg: number;
	readonly yawDeg: number;
	readonly pitchDeg: number;
}

const LABELS: readonly Label[] = [
	...(["N", "E", "S", "W"] as const).map((text, i) => label(text, i * 90, 11.6, 5.2, 0.11)),
	...(["FRONT", "RIGHT", "BACK", "LEFT"] as const).map((text, i) => label(text, i * 90, -8.4, 1.3, 0.1)),
	...Array.from({ length: 12 }, (_, i) => i * 30)
		.filter((yawDeg) => yawDeg % 90 !== 0)
		.map((yawDeg) => label(`${yawDeg > 180 ? yawDeg - 360 : yawDeg}°`, yawDeg, 2, 1.8, 0.1)),
	...[0, 90, 180, 270].flatMap((yawDeg) =>
		[60, 30, -30, -60].map((pitchDeg) =>
			label(`${pitchDeg > 0 ? "+" : ""}${pitchDeg}°`, yawDeg, pitchDeg + 1.9, 1.9, 0.1),
		),
	),
	label("UP", 0, 79.6, 2.2, 0.1),
	label("DOWN", 0, -79.6, 2.2, 0.1),
];

function label(text: string, yawDeg: number, pitchDeg: number, capHeightDeg: number, pen: number): Label {
	const shape = textShape(text);
	const yaw = yawDeg * RAD;
	const forward = directionFromAngles(yawDeg, pitchDeg);
	const right: Direction = [Math.cos(yaw), 0, Math.sin(yaw)];
	const up: Direction = directionFromAngles(yawDeg, pitchDeg + 90);
	const reachDeg = (Math.hypot(shape.halfWidth, shape.halfHeight) + 0.5) * capHeightDeg;
	return { shape, forward, right, up, size: Math.tan(capHeightDeg * RAD), pen, reachDeg, yawDeg, pitchDeg };
}

/** The reach of the halo and the soft edge beyond a text, in cap heights. */
const HALO = 0.4;

const CELL_DEG = 6;
const CELL_COLUMNS = 360 / CELL_DEG;
const CELL_ROWS = 180 / CELL_DEG;

type LabelsByCell = readonly (readonly Label[])[];

/**
 * The labels that may touch each cell of the sphere, so that most of it is drawn without
 * looking at any label.
 */
const LABELS_BY_CELL = labelsByCell(LABELS);

/**
 * Pitch of the letters of the eyes, degrees. They are written at four yaws below the time code.
 */
export const EYE_LABEL_PITCH_DEG = -23.6;
const EYE_LABELS: Readonly<Record<SceneEye, readonly Label[]>> = {
	left: [0, 90, 180, 270].map((yawDeg) => label("L", yawDeg, EYE_LABEL_PITCH_DEG, 4, 0.14)),
	right: [0, 90, 180, 270].map((yawDeg) => label("R", yawDeg, EYE_LABEL_PITCH_DEG, 4, 0.14)),
};
const EYE_LABELS_BY_CELL: Readonly<Record<SceneEye, LabelsByCell>> = {
	left: labelsByCell(EYE_LABELS.left),
	right: labelsByCell(EYE_LABELS.right),
};

/** The labels and the sun's glow, which are in the same place for every eye. */
const CHANGING_CAPS: readonly Cap[] = [
	...LABELS.map(labelCap),
	{ yawDeg: SUN_YAW_DEG, pitchDeg: SUN_PITCH_DEG, radiusDeg: Math.acos(1 - GLOW_REACH) / RAD },
];
const EYE_LABEL_CAPS = { left: EYE_LABELS.left.map(labelCap), right: EYE_LABELS.right.map(labelCap) } as const;

function labelCap({ shape, size, yawDeg, pitchDeg }: Label): Cap {
	return {
		yawDeg,
		pitchDeg,
		radiusDeg: Math.atan(Math.hypot(shape.halfWidth + HALO, shape.halfHeight + HALO) * size) / RAD,
	};
}

function labelsByCell(labels: readonly Label[]): LabelsByCell {
	return Array.from({ length: CELL_COLUMNS * CELL_ROWS }, (_, cell) => {
		const middle = directionFromAngles(
			((cell % CELL_COLUMNS) + 0.5) * CELL_DEG - 180,
			(Math.floor(cell / CELL_COLUMNS) + 0.5) * CELL_DEG - 90,
		);
		return labels.filter(
			({ forward, reachDeg }) => dot(forward, ...middle) > Math.cos((reachDeg + CELL_DEG) * RAD),
		);
	});
}

function paintLabels(
	labels: LabelsByCell,
	color: Float64Array,
	x: number,
	y: number,
	z: number,
	yawDeg: number,
	pitchDeg: number,
	softDeg: number,
): void {
	const column = Math.min(CELL_COLUMNS - 1, Math.floor((yawDeg + 180) / CELL_DEG));
	const row = Math.min(CELL_ROWS - 1, Math.floor((pitchDeg + 90) / CELL_DEG));
	const near = labels[row * CELL_COLUMNS + column]!;
	for (let i = 0; i < near.length; i++) {
		const { shape, forward, right, up, size, pen } = near[i]!;
		const depth = dot(forward, x, y, z);
		if (depth < 0.5) continue;
		const along = dot(right, x, y, z) / depth / size;
		const above = dot(up, x, y, z) / depth / size;
		if (Math.abs(along) > shape.halfWidth + HALO || Math.abs(above) > shape.halfHeight + HALO) continue;
		const distance = distanceToText(shape, along, above);
		const soft = (softDeg * RAD) / size;
		// A dark halo keeps the letters readable on every background.
		blend(color, 30, 28, 54, 0.42 * smooth(1 - (distance - pen / 2) / 0.32));
		blend(color, 255, 255, 255, edge(pen / 2 - distance, soft));
	}
}

// ---- landmarks

const LANDMARK_DIRECTIONS = landmarks.map(({ yawDeg, pitchDeg }) => directionFromAngles(yawDeg, pitchDeg));
const RING_DEG = 0.75;
const LANDMARK_REACH_DEG = LANDMARK_RADIUS_DEG + 3 * RING_DEG;
const LANDMARK_REACH = Math.cos(LANDMARK_REACH_DEG * RAD);
const LANDMARK_CAPS: readonly Cap[] = landmarks.map(({ yawDeg, pitchDeg }) => ({
	yawDeg,
	pitchDeg,
	radiusDeg: LANDMARK_REACH_DEG,
}));

function paintLandmarks(
	color: Float64Array,
	x: number,
	y: number,
	z: number,
	yawDeg: number,
	pitchDeg: number,
	softDeg: number,
): void {
	const index = pitchDeg > 45 ? 4 : pitchDeg < -45 ? 5 : Math.round((yawDeg + 360) / 90) % 4;
	const cosine = dot(LANDMARK_DIRECTIONS[index]!, x, y, z);
	if (cosine < LANDMARK_REACH) return;
	const fromMiddleDeg = Math.acos(Math.min(1, cosine)) / RAD;
	const ringEndDeg = LANDMARK_RADIUS_DEG + RING_DEG;
	blend(color, 30, 28, 54, 0.4 * smooth(1 - (fromMiddleDeg - ringEndDeg) / (2 * RING_DEG)));
	blend(color, 255, 255, 255, edge(ringEndDeg - fromMiddleDeg, softDeg));
	const flat = landmarks[index]!.color;
	blend(color, flat[0], flat[1], flat[2], edge(LANDMARK_RADIUS_DEG - fromMiddleDeg, softDeg));
}

// ---- arithmetic of painting

/**
 * The part of a pixel that lies inside an edge, 0 to 1. `insideDeg` is the distance to the
 * edge, positive inside.
 */
function edge(insideDeg: number, softDeg: number): number {
	const cover = 0.5 + insideDeg / softDeg;
	return cover < 0 ? 0 : Math.min(cover, 1);
}

/**
 * The part of a pixel that a line covers: thin lines become fainter, not narrower than a pixel.
 */
function line(distanceDeg: number, halfWidthDeg: number, softDeg: number): number {
	const half = Math.max(halfWidthDeg, softDeg / 2);
	return edge(half - distanceDeg, softDeg) * Math.min(1, (2 * halfWidthDeg) / softDeg);
}

/** 0 to 1 with level ends (Hermite); clamps. */
function smooth(t: number): number {
	const clamped = t < 0 ? 0 : Math.min(t, 1);
	return clamped * clamped * (3 - 2 * clamped);
}

function blend(color: Float64Array, red: number, green: number, blue: number, alpha: number): void {
	if (alpha <= 0) return;
	color[0]! += (red - color[0]!) * alpha;
	color[1]! += (green - color[1]!) * alpha;
	color[2]! += (blue - color[2]!) * alpha;
}

function dot(a: Direction, x: number, y: number, z: number): number {
	return a[0] * x + a[1] * y + a[2] * z;
}
