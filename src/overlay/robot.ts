import {
	completeOptions,
	type OptionTable,
	optional,
	recordOf,
	withDefault,
	wrongKind,
} from "../media/option-table.ts";
import { IDENTITY, multiplyQuaternions, type Quaternion } from "../media/rotation.ts";
import type { RobotObject } from "../protocol/overlay-object.ts";
import { type RigidTransform, rotationFromAxes } from "../skeleton/rigid-transform.ts";
import { drivenJoints, linkPlaces, type RobotModel } from "../skeleton/robot-model.ts";
import type { Vector3 } from "../skeleton/vector.ts";
import {
	colorOption,
	frameOption,
	type OverlayItem,
	type OverlayItemOptions,
	rotationOption,
	vectorOption,
	withinBounds,
} from "./overlay-options.ts";
import { readUrdf } from "./urdf.ts";

/** Options of `Robot.fromUrdf`. */
export interface RobotOptions extends OverlayItemOptions {
	/** Radians or metres by the names of joints; the others are at 0. */
	readonly joints?: { readonly [joint: string]: number } | undefined;
	/**
	 * The place of its base: the camera is at the origin.
	 * @default [0, 0, 0]
	 */
	readonly position?: Vector3 | undefined;
	/**
	 * Turns the robot from where it stands upright and looks along -Z, as the camera does.
	 * @default not turned
	 */
	readonly rotation?: Quaternion | undefined;
}

const angle = (value: unknown, name: string): number => {
	if (typeof value === "number" && Number.isFinite(value)) return value;
	throw wrongKind(name, "a number of radians or metres", value);
};

const ROBOT = {
	frame: frameOption,
	color: colorOption("#7fd4ff80"),
	joints: withDefault(recordOf(angle), {}),
	position: optional(vectorOption),
	rotation: optional(rotationOption),
} satisfies OptionTable<RobotOptions>;

/** X forward, Y left and Z up, as robots have them, in our axes. */
const FORWARD = rotationFromAxes([0, 0, -1], [-1, 0, 0], [0, 1, 0]);

/** A translucent robot over a view, at joint angles: a ghost of the real one, or of its goal. */
export class Robot implements OverlayItem {
	readonly object: RobotObject;

	private constructor(object: RobotObject) {
		this.object = withinBounds(object, "The robot");
	}

	/**
	 * A robot of a description in URDF, as text. Boxes, cylinders and spheres are drawn as they
	 * are; links with meshes alone, which are not loaded, as lines from joint to joint.
	 *
	 * @throws {SyntaxError} if it is no URDF.
	 * @throws {TypeError | RangeError} for a wrong option, a joint that there is not, or a robot
	 * with more than 128 links or 256 solids.
	 */
	static fromUrdf(urdf: string, options: RobotOptions = {}): Robot {
		if (typeof urdf !== "string") throw new TypeError(`urdf is the text of a description; got ${typeof urdf}.`);
		const complete = completeOptions(ROBOT, options, "Robot.fromUrdf()");
		const { frame, color, joints, position = [0, 0, 0], rotation = IDENTITY } = complete;
		const model = readUrdf(urdf);
		return new Robot({
			kind: "robot",
			frame,
			color,
			position,
			rotation: multiplyQuaternions(rotation, FORWARD),
			model,
			joints: valuesFrom(model, joints, []),
		});
	}

	/** The names of the joints that have values of their own. */
	get jointNames(): readonly string[] {
		return drivenJoints(this.object.model).map(({ name }) => name);
	}

	/** The value of each of them, radians or metres. */
	get joints(): { readonly [joint: string]: number } {
		return Object.fromEntries(this.jointNames.map((name, index) => [name, this.object.joints[index] ?? 0]));
	}

	/**
	 * The same robot with other joint values; those that are not named stay. Limits of the
	 * description are not applied.
	 *
	 * @throws {TypeError | RangeError} for a value that is no number, or a joint that there is not.
	 */
	withJoints(joints: { readonly [joint: string]: number }): Robot {
		const { object } = this;
		const given = recordOf(angle)(joints, "joints");
		return new Robot({ ...object, joints: valuesFrom(object.model, given, object.joints) });
	}

	/**
	 * The place of a link, in the axes of `frame`, by forward kinematics.
	 *
	 * @throws {RangeError} if there is no such link.
	 */
	placeOf(link: string): RigidTransform {
		const { model, position, rotation, joints } = this.object;
		const index = model.links.findIndex(({ name }) => name === link);
		const place = linkPlaces(model, { position, rotation }, joints)[index];
		if (place === undefined)
			throw new RangeError(`link is the name of one of the robot's; got ${JSON.stringify(link)}.`);
		return place;
	}
}

function valuesFrom(
	model: RobotModel,
	given: Readonly<Record<string, number>>,
	former: readonly number[],
): readonly number[] {
	const names = drivenJoints(model).map(({ name }) => name);
	const unknown = Object.keys(given).find((name) => !names.includes(name));
	if (unknown !== undefined)
		throw new RangeError(
			`joints.${unknown} is no joint that moves by itself; those are ${names.join(", ") || "none"}.`,
		);
	return names.map((name, index) => (Object.hasOwn(given, name) ? given[name]! : (former[index] ?? 0)));
}
