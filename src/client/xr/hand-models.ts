import { isSkeletonSample, type PoseSample } from "../../skeleton/pose-sample.ts";
import { SKELETON_SHAPES } from "../../skeleton/tables/skeleton-shape.ts";
import { XRHandBone } from "../../skeleton/tables/xr-hand.generated.ts";
import { compose, composeRod } from "../reprojection/matrices.ts";

/** Floats of one solid: a matrix and a colour. */
export const FLOATS_PER_SOLID = 20;
/** Most solids in a list: two hands of 26 joints, and the parts of two controllers. */
const MAX_SOLIDS = 96;

type Triple = readonly [number, number, number];
type Color = readonly [red: number, green: number, blue: number, alpha: number];
const LEFT_COLOR: Color = [0.39, 0.9, 0.78, 1];
const RIGHT_COLOR: Color = [1, 0.77, 0.42, 1];
const BODY_COLOR: Color = [0.16, 0.19, 0.22, 1];
const RAY_ALPHA = 0.35;

/** Metres. */
const JOINT_RADIUS = 0.0075;
const WRIST_RADIUS = 0.012;
const BONE_RADIUS = 0.0042;
const NO_TURN = [0, 0, 0, 1] as const;

/** A list of spheres or rods to draw: the first `count` in `data`. */
export class SolidList {
	readonly data = new Float32Array(MAX_SOLIDS * FLOATS_PER_SOLID);
	count = 0;

	/**
	 * Adds a solid and writes its colour.
	 * @returns the index in `data` for its matrix; -1: the list is full.
	 */
	add(color: Color, alpha = color[3]): number {
		if (this.count === MAX_SOLIDS) return -1;
		const at = this.count++ * FLOATS_PER_SOLID;
		this.data[at + 16] = color[0];
		this.data[at + 17] = color[1];
		this.data[at + 18] = color[2];
		this.data[at + 19] = alpha;
		return at;
	}
}

/** Hands and controllers as spheres and rods, at the very poses that are sent. */
export class HandModels {
	readonly spheres = new SolidList();
	readonly rods = new SolidList();

	/**
	 * Replaces all models by those of `samples`; samples of heads and bodies have none.
	 */
	show(samples: readonly PoseSample[]): void {
		this.spheres.count = 0;
		this.rods.count = 0;
		for (const sample of samples) {
			if (isSkeletonSample(sample, "XRHandLeft")) this.#showHand(sample, LEFT_COLOR);
			else if (isSkeletonSample(sample, "XRHandRight")) this.#showHand(sample, RIGHT_COLOR);
			else if (sample.kind === "controller")
				this.#showController(sample, sample.hand === "left" ? LEFT_COLOR : RIGHT_COLOR);
		}
	}

	#showHand({ positions, valid, boneCount }: PoseSample, color: Color): void {
		const { parents } = SKELETON_SHAPES.XRHandLeft;
		for (let bone = 0; bone < boneCount; bone++) {
			if (valid[bone] === 0) continue;
			const radius = bone === XRHandBone.Wrist ? WRIST_RADIUS : JOINT_RADIUS;
			this.#sphere(color, [positions[bone * 3]!, positions[bone * 3 + 1]!, positions[bone * 3 + 2]!], NO_TURN, [
				radius,
				radius,
				radius,
			]);
		}
		for (const [child, parent] of parents.entries())
			if (parent >= 0 && valid[parent] === 1 && valid[child] === 1)
				this.#rod(color, positions, parent * 3, positions, child * 3, BONE_RADIUS);
	}

	/**
	 * Adds a handle along the grip's z axis, a ring before it, and the ray that it
	 * points with, bright while the trigger is pulled.
	 */
	#showController({ positions, rotations, boneCount, controls: { buttons } }: PoseSample, color: Color): void {
		const place: Triple = [positions[0]!, positions[1]!, positions[2]!];
		const turn = [rotations[0]!, rotations[1]!, rotations[2]!, rotations[3]!] as const;
		const trigger = buttons[0]!;
		const at = this.rods.add(BODY_COLOR);
		if (at >= 0) compose(this.rods.data, at, place, turn, [0.015, 0.015, 0.1]);
		for (const [z, radius, tint] of [
			[0.05, 0.015, BODY_COLOR],
			[-0.05, 0.022, color],
		] as const)
			this.#sphere(tint, along(place, turn, z), turn, [radius, radius * (1 - 0.3 * trigger), radius]);
		if (boneCount < 2) return;
		const aim: Triple = [positions[3]!, positions[4]!, positions[5]!];
		const aimTurn = [rotations[4]!, rotations[5]!, rotations[6]!, rotations[7]!] as const;
		const ray = this.rods.add(color, RAY_ALPHA + (1 - RAY_ALPHA) * trigger);
		if (ray >= 0) compose(this.rods.data, ray, along(aim, aimTurn, -0.6), aimTurn, [0.0015, 0.0015, 1]);
	}

	#sphere(color: Color, place: Triple, turn: readonly [number, number, number, number], size: Triple): void {
		const at = this.spheres.add(color);
		if (at >= 0) compose(this.spheres.data, at, place, turn, size);
	}

	#rod(color: Color, from: Float32Array, fromAt: number, to: Float32Array, toAt: number, radius: number): void {
		const at = this.rods.add(color);
		if (at >= 0) composeRod(this.rods.data, at, from, fromAt, to, toAt, radius);
	}
}

/** @returns the point at `distance` from a point, along the z axis of a rotation. */
function along(
	[px, py, pz]: Triple,
	[x, y, z, w]: readonly [number, number, number, number],
	distance: number,
): Triple {
	return [
		px + 2 * (x * z + y * w) * distance,
		py + 2 * (y * z - x * w) * distance,
		pz + (1 - 2 * (x * x + y * y)) * distance,
	];
}
