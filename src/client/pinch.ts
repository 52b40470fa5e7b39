import type { ScreenPoint } from "./view-model.ts";

/** The movement of the fingers on the view since the last call. */
export interface Grip {
	/** The mean position of the fingers. */
	readonly middle: ScreenPoint;
	/** The factor by which the fingers have moved apart; 1 for one finger. */
	readonly factor: number;
}

/**
 * The fingers, or the mouse, on the view. Browsers report each finger by an event of
 * its own. A view that followed each event would follow one half of a pinch, then the
 * other, and tremble. So the view follows once all fingers have reported, or in the
 * next display frame.
 */
export class Pinch {
	readonly #points = new Map<number, ScreenPoint>();
	/** The fingers that have reported since the last `take`. */
	readonly #moved = new Set<number>();
	#spread = 0;

	get size(): number {
		return this.#points.size;
	}

	has(id: number): boolean {
		return this.#points.has(id);
	}

	/** A finger is put down. */
	add(id: number, point: ScreenPoint): void {
		this.#points.set(id, point);
		this.#begin();
	}

	/** A finger is taken away. @returns whether it was on the view. */
	remove(id: number): boolean {
		const was = this.#points.delete(id);
		if (was) this.#begin();
		return was;
	}

	/**
	 * A finger has moved.
	 * @returns whether all fingers have reported: the view may follow at once.
	 */
	move(id: number, point: ScreenPoint): boolean {
		this.#points.set(id, point);
		this.#moved.add(id);
		return this.#moved.size === this.#points.size;
	}

	/**
	 * @returns the movement since the last call, or since the number of fingers
	 * changed; `undefined` if there is none.
	 */
	take(): Grip | undefined {
		if (this.#moved.size === 0) return undefined;
		this.#moved.clear();
		const before = this.#spread;
		this.#spread = this.#spreadNow();
		return { middle: this.middle, factor: before > 0 && this.#spread > 0 ? this.#spread / before : 1 };
	}

	/** The mean position of the fingers. */
	get middle(): ScreenPoint {
		const points = [...this.#points.values()];
		const mean = (axis: "x" | "y") =>
			points.reduce((sum, point) => sum + point[axis], 0) / Math.max(1, points.length);
		return { x: mean("x"), y: mean("y") };
	}

	#begin(): void {
		this.#moved.clear();
		this.#spread = this.#spreadNow();
	}

	/** The mean distance of the fingers from their middle. */
	#spreadNow(): number {
		const middle = this.middle;
		const points = [...this.#points.values()];
		return (
			points.reduce((sum, { x, y }) => sum + Math.hypot(x - middle.x, y - middle.y), 0) /
			Math.max(1, points.length)
		);
	}
}
