import { nearestName } from "../media/nearest-name.ts";
import { MAX_AXES, MAX_BUTTONS } from "../skeleton/pose-sample.ts";
import { SKELETONS, type SkeletonType } from "../skeleton/tables/skeleton.ts";

/** How a value between two samples is found. */
export type Interpolation =
	/** On the straight line between both. */
	| "linear"
	/** Spherical linear interpolation of a quaternion, the shorter way. */
	| "slerp"
	/** The value of the sample before. */
	| "previous"
	/** The value of the sample before, however old it is. */
	| "hold";

/** Numbers of a sample that belong together, and their columns. */
export interface ValuePart {
	/** Index of the first number in a sample of its source. */
	readonly from: number;
	/** Names of the columns, one for each number. */
	readonly names: readonly string[];
	readonly interpolation: Interpolation;
	/** A sample counts until the next one: nothing is sent without a change. */
	readonly holds?: boolean | undefined;
}

/** The thing whose samples are read: a bone, a controller's input, or what a handler has logged. */
export type ValueSource =
	| { readonly kind: "bone"; readonly stream: string; readonly bone: number }
	| { readonly kind: "controls"; readonly stream: string }
	/** `path` begins with a slash where it is no viewer's. */
	| { readonly kind: "log"; readonly path: string };

/** Columns of one source. */
export interface ChosenValue {
	readonly source: ValueSource;
	readonly parts: readonly ValuePart[];
}

/** Streams, bones and logged paths that a recording has, as `surveySession` finds them. */
export interface KnownValues {
	readonly streams: ReadonlyMap<string, KnownStream>;
	/** Numbers in a sample of each logged path. */
	readonly logs: ReadonlyMap<string, number>;
}

/** A pose stream of a recording. */
export interface KnownStream {
	readonly kind: "head" | "skeleton" | "controller";
	readonly skeleton: SkeletonType | undefined;
	/** Ids of the bones that were tracked at any time. */
	readonly bones: ReadonlySet<number>;
	readonly buttons: number;
	readonly axes: number;
	/** The position was known at any time. */
	readonly hasPosition: boolean;
}

const POSITION = ["x", "y", "z"];
const ROTATION = ["qx", "qy", "qz", "qw"];
const POSE_WORDS = ["position", "rotation"] as const;
const CONTROL_WORDS = ["axes", "buttons", "pressed", "touched"] as const;
type ControlWord = (typeof CONTROL_WORDS)[number];

/** Places of a controller's numbers in a sample of its input. */
export const CONTROLS_AT: Readonly<Record<ControlWord, number>> = {
	axes: 0,
	buttons: MAX_AXES,
	pressed: MAX_AXES + MAX_BUTTONS,
	touched: MAX_AXES + 2 * MAX_BUTTONS,
};
/** Numbers in a sample of a controller's input. */
export const CONTROLS_LENGTH: number = MAX_AXES + 3 * MAX_BUTTONS;

/** Names of the values that are chosen where nothing is said. */
export function defaultValues(role: "action" | "state", known: KnownValues): readonly string[] {
	if (role === "state")
		return [...known.logs.keys()]
			.sort()
			.map((path) => (known.streams.has(path.split(".")[0]!) ? `./${path}` : path));
	const order = { head: 0, controller: 1, skeleton: 2 } as const;
	return [...known.streams]
		.filter(([, { kind, skeleton }]) => kind !== "skeleton" || sideOf(skeleton) !== undefined)
		.sort(([a, { kind: kindA }], [b, { kind: kindB }]) => order[kindA] - order[kindB] || (a < b ? -1 : 1))
		.map(([name]) => name);
}

/**
 * Finds the values that are named: `head`, `left_controller.axes`, `FullBody.Head`,
 * `XRHandLeft.Wrist.position`, `gripper`, `/robot/battery:previous`.
 *
 * @param flag for errors: `--action`.
 * @throws {RangeError} for a name that is not in the recording, with those that are.
 */
export function chooseValues(names: readonly string[], known: KnownValues, flag: string): readonly ChosenValue[] {
	return names.flatMap((word) => chooseOne(known.logs.has(word) ? word : word.trim(), known, flag));
}

function chooseOne(word: string, known: KnownValues, flag: string): readonly ChosenValue[] {
	// A path may have a colon of its own.
	const isWhole = known.logs.has(word.startsWith("./") ? word.slice(2) : word);
	const [, name = word, mode] = (isWhole ? null : /^(.*?)(?::([a-z]+))?$/.exec(word)) ?? [];
	if (mode !== undefined && mode !== "linear" && mode !== "previous")
		throw new RangeError(`${flag} takes NAME, NAME:linear or NAME:previous; got ${word}.`);
	const isLog = name.startsWith("./");
	const path = isLog ? name.slice(2) : name;
	const logged = known.logs.get(path);
	const [streamName = "", ...rest] = name.split(".");
	const stream = known.streams.get(streamName);
	if (stream !== undefined && !isLog) return ofStream(word, streamName, stream, rest, flag);
	if (logged !== undefined)
		return [
			{
				source: { kind: "log", path },
				parts: [
					{
						from: 0,
						names: numbered(path, logged),
						interpolation: mode === "previous" ? "hold" : "linear",
					},
				],
			},
		];
	throw notThere(flag, word, name, [...known.streams.keys(), ...known.logs.keys()]);
}

function ofStream(
	word: string,
	name: string,
	stream: KnownStream,
	rest: readonly string[],
	flag: string,
): readonly ChosenValue[] {
	if (word.includes(":"))
		throw new RangeError(`${flag}: only logged values have a :linear or :previous; got ${word}.`);
	if (stream.kind === "skeleton") return ofSkeleton(word, name, stream, rest, flag);
	const [part, ...more] = rest;
	const poses = POSE_WORDS.filter((known) => part === undefined || part === known);
	const onlyTurns = stream.kind === "head" && !stream.hasPosition;
	const pose = poseParts(name, onlyTurns ? onlyRotation(poses) : poses).map((found) => ({
		...found,
		holds: onlyTurns,
	}));
	const chosen: ChosenValue[] = [];
	if (pose.length > 0) chosen.push({ source: { kind: "bone", stream: name, bone: 0 }, parts: pose });
	const controls =
		stream.kind === "controller"
			? CONTROL_WORDS.filter((known) =>
					part === undefined ? known === "axes" || known === "buttons" : part === known,
				)
			: [];
	const inputs = controls
		.map((control) => controlPart(name, stream, control))
		.filter(({ names }) => names.length > 0);
	if (inputs.length > 0) chosen.push({ source: { kind: "controls", stream: name }, parts: inputs });
	const parts = [...POSE_WORDS, ...(stream.kind === "controller" ? CONTROL_WORDS : [])];
	if (more.length > 0 || chosen.length === 0)
		throw notThere(
			flag,
			word,
			part ?? "",
			parts.map((known) => `${name}.${known}`),
		);
	return chosen;
}

function ofSkeleton(
	word: string,
	name: string,
	{ skeleton, bones, hasPosition }: KnownStream,
	rest: readonly string[],
	flag: string,
): readonly ChosenValue[] {
	const names = skeleton === undefined ? [] : (SKELETONS[skeleton].names as readonly string[]);
	const nameOf = (bone: number) => names[bone] ?? String(bone);
	const [first, second, ...more] = rest;
	const isPart = (text: string | undefined) => POSE_WORDS.some((known) => known === text);
	const [bone, part] = isPart(first) && second === undefined ? [undefined, first] : [first, second];
	const chosen = [...bones].sort((a, b) => a - b).filter((id) => bone === undefined || nameOf(id) === bone);
	if (chosen.length === 0 || more.length > 0 || (part !== undefined && !isPart(part)))
		throw notThere(
			flag,
			word,
			bone ?? "",
			[...bones].map((id) => `${name}.${nameOf(id)}`),
		);
	const poses = POSE_WORDS.filter((known) => part === undefined || part === known);
	return chosen.map((id) => ({
		source: { kind: "bone", stream: name, bone: id },
		parts: poseParts(`${name}.${nameOf(id)}`, hasPosition ? poses : onlyRotation(poses)),
	}));
}

/** A pose is seven numbers: the position, and the rotation as a quaternion. */
function poseParts(name: string, poses: readonly (typeof POSE_WORDS)[number][]): readonly ValuePart[] {
	return poses.map((pose) =>
		pose === "position"
			? { from: 0, names: POSITION.map((axis) => `${name}.${axis}`), interpolation: "linear" }
			: { from: 3, names: ROTATION.map((axis) => `${name}.${axis}`), interpolation: "slerp" },
	);
}

function onlyRotation(poses: readonly (typeof POSE_WORDS)[number][]): readonly (typeof POSE_WORDS)[number][] {
	return poses.filter((pose) => pose === "rotation");
}

function controlPart(name: string, { axes, buttons }: KnownStream, control: ControlWord): ValuePart {
	const from = CONTROLS_AT[control];
	const count = control === "axes" ? axes : buttons;
	return {
		from,
		names: Array.from({ length: count }, (_, index) => `${name}.${control}.${index}`),
		interpolation: "previous",
	};
}

function numbered(name: string, count: number): readonly string[] {
	return count === 1 ? [name] : Array.from({ length: count }, (_, index) => `${name}.${index}`);
}

function sideOf(skeleton: SkeletonType | undefined): "left" | "right" | undefined {
	return skeleton === undefined ? undefined : SKELETONS[skeleton].side;
}

/** Longest list of names in an error. */
const MOST_NAMES = 60;

function notThere(flag: string, word: string, name: string, there: readonly string[]): RangeError {
	const nearest = nearestName(word, there) ?? nearestName(name, there);
	const guess = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
	const more = there.length > MOST_NAMES ? ` and ${there.length - MOST_NAMES} more` : "";
	const list = there.length === 0 ? "nothing" : there.slice(0, MOST_NAMES).join(", ") + more;
	return new RangeError(`${flag} names values of the recording; it has no ${word}.${guess} There is ${list}.`);
}
