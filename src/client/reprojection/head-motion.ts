import { multiplyQuaternions, type Quaternion } from "../../media/rotation.ts";
import { conjugate } from "../../skeleton/rigid-transform.ts";
import type { Vector3 } from "../../skeleton/vector.ts";

/** The velocity is measured over looks of this time. */
const MEASURED_MS = 100;
/** Looks that are nearer than this in time say nothing about a velocity. */
const LEAST_MS = 8;
/** A head of which no look has come for this long stands still. */
const STILL_MS = 80;

interface TimedLook {
	readonly orientation: Quaternion;
	readonly atMs: number;
}

/** The angular velocity of a head, from its last looks. Reads no clock. */
export class HeadMotion {
	#looks: TimedLook[] = [];

	/** Adds a look. @param atMs when it was read. */
	add(orientation: Quaternion, atMs: number): void {
		this.#looks = this.#looks.filter((look) => atMs - look.atMs <= MEASURED_MS);
		this.#looks.push({ orientation, atMs });
	}

	/** The angular velocity about the head's own axes, radians a second. */
	velocity(nowMs: number): Vector3 {
		const [first, last] = [this.#looks[0], this.#looks.at(-1)];
		if (first === undefined || last === undefined || nowMs - last.atMs > STILL_MS) return [0, 0, 0];
		const elapsedMs = last.atMs - first.atMs;
		if (elapsedMs < LEAST_MS) return [0, 0, 0];
		const [x, y, z] = rotationVector(multiplyQuaternions(conjugate(first.orientation), last.orientation));
		const perSec = 1000 / elapsedMs;
		return [x * perSec, y * perSec, z * perSec];
	}
}

/** The axis of a rotation times its angle, radians, by the shorter way round. */
function rotationVector([x, y, z, w]: Quaternion): Vector3 {
	const sine = Math.hypot(x, y, z);
	if (sine < 1e-12) return [0, 0, 0];
	const angle = 2 * Math.atan2(sine, Math.abs(w)) * (w < 0 ? -1 : 1);
	return [(x / sine) * angle, (y / sine) * angle, (z / sine) * angle];
}

/** The rotation about an axis by its length, radians. */
export function rotationFromVector([x, y, z]: Vector3): Quaternion {
	const angle = Math.hypot(x, y, z);
	const share = angle < 1e-12 ? 0.5 : Math.sin(angle / 2) / angle;
	return [x * share, y * share, z * share, Math.cos(angle / 2)];
}
