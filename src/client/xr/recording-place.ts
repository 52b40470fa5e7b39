import type { RigidTransform } from "../../skeleton/rigid-transform.ts";
import { placeAt } from "./camera-placing.ts";
import type { RecordingPanel } from "./recording-panel.ts";

/** Places before the wearer; a look down finds the plate. */
const PLACES = {
	question: { pitchDeg: -25, distanceM: 1.1 },
	menu: { pitchDeg: -25, distanceM: 1.1 },
	plate: { pitchDeg: -42, distanceM: 1 },
} as const;
/** A plate answers only to those who look at it: hands at work often point downwards. */
const LOOKED_AT_DEG = 30;
/** A wearer who has turned or gone so far from the plate gets it anew. */
const TURNED_DEG = 50;
const GONE_M = 0.5;
/** Sine of a look that is steep. */
const STEEP = 0.95;

/** A place or a direction in the room. */
export type Point = readonly [number, number, number];

/** Where a panel stands, and the head for which it was placed. */
export interface Standing {
	readonly kind: RecordingPanel["kind"];
	readonly place: RigidTransform;
	readonly head: Point;
	readonly yawDeg: number;
}

/** The standing panel, or a new place for it before the wearer. */
export function standingFor(
	kind: RecordingPanel["kind"],
	standing: Standing | undefined,
	head: Point,
	[x, y, z]: Point,
): Standing {
	const yawDeg = (Math.atan2(x, -z) * 180) / Math.PI;
	// Who looks straight up or down looks in no direction of the room.
	const hasYaw = Math.abs(y) < STEEP;
	if (standing?.kind === kind && !(kind === "plate" && hasYaw && isLeft(standing, head, yawDeg))) return standing;
	const { pitchDeg, distanceM } = PLACES[kind];
	return { kind, place: placeAt(head, yawDeg, pitchDeg, distanceM), head, yawDeg };
}

function isLeft(standing: Standing, head: Point, yawDeg: number): boolean {
	const turnedDeg = Math.abs(((yawDeg - standing.yawDeg + 540) % 360) - 180);
	const goneM = Math.hypot(...head.map((value, axis) => value - standing.head[axis]!));
	return turnedDeg > TURNED_DEG || goneM > GONE_M;
}

/** Whether a head looks the way of a place. */
export function isLookedAt({ position }: RigidTransform, head: Point, ahead: Point): boolean {
	const way = position.map((value, axis) => value - head[axis]!);
	const along = way.reduce((sum, value, axis) => sum + value * ahead[axis]!, 0);
	return along >= Math.hypot(...way) * Math.cos((LOOKED_AT_DEG * Math.PI) / 180);
}
