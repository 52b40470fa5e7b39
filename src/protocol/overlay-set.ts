import { OVERLAY_BOUNDS } from "./overlay-bounds.ts";
import type { OverlayObject } from "./overlay-object.ts";

/** The objects over a view, by path, within the bounds of the channel. */
export class OverlaySet {
	readonly #objects = new Map<string, OverlayObject>();

	/** The objects by path, in the order in which they were first set. */
	get objects(): ReadonlyMap<string, OverlayObject> {
		return this.#objects;
	}

	/**
	 * Puts an object at a path, in place of the one that is there.
	 *
	 * @returns the bound that it would break, as a clause; nothing has changed then.
	 */
	set(path: string, object: OverlayObject): string | undefined {
		const others = [...this.#objects].filter(([other]) => other !== path).map(([, other]) => other);
		const fault = faultOfSet([...others, object]);
		if (fault === undefined) this.#objects.set(path, object);
		return fault;
	}

	/**
	 * Gives the robot at a path other joint values.
	 *
	 * @returns false if there is no robot of as many driven joints; nothing has changed then.
	 */
	setJoints(path: string, joints: readonly number[]): boolean {
		const robot = this.#objects.get(path);
		if (robot?.kind !== "robot" || robot.joints.length !== joints.length) return false;
		this.#objects.set(path, { ...robot, joints });
		return true;
	}

	/** @returns whether there was an object at the path. */
	remove(path: string): boolean {
		return this.#objects.delete(path);
	}

	clear(): void {
		this.#objects.clear();
	}
}

function faultOfSet(objects: readonly OverlayObject[]): string | undefined {
	const { objects: most, positionsOfAll, labels, robots } = OVERLAY_BOUNDS;
	const sum = (count: (object: OverlayObject) => number) => objects.reduce((total, one) => total + count(one), 0);
	if (objects.length > most) return `more than ${most} objects`;
	if (sum(positionsOf) > positionsOfAll) return `more than ${positionsOfAll} positions`;
	if (sum((object) => (object.kind === "labels" ? object.texts.length : 0)) > labels)
		return `more than ${labels} labels`;
	return sum(({ kind }) => (kind === "robot" ? 1 : 0)) > robots ? `more than ${robots} robots` : undefined;
}

function positionsOf(object: OverlayObject): number {
	switch (object.kind) {
		case "lines":
			return object.strips.reduce((sum, strip) => sum + strip.length / 3, 0);
		case "boxes":
			return (object.centers.length / 3) * 8;
		case "robot":
			return 0;
		default:
			return object.positions.length / 3;
	}
}
