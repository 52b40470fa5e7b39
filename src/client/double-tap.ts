import type { ScreenPoint } from "./view-model.ts";

/**
 * Longest press that is a tap, and longest pause within a double tap, as systems have
 * them.
 */
const TAP_MS = 300;
/** Farthest that a finger rolls in a tap, pixels. */
const ROLL_PX = 10;
/** Farthest distance of the two taps of a double tap, pixels. */
const APART_PX = 40;

/**
 * Finds double clicks and double taps. Browsers report a double tap late or never,
 * because it zooms the page. Reads no clock.
 */
export class DoubleTap {
	#down: { readonly point: ScreenPoint; readonly atMs: number } | undefined;
	#tap: { readonly point: ScreenPoint; readonly atMs: number } | undefined;

	/** A finger is put down. @param alone no other finger is down. */
	down(point: ScreenPoint, atMs: number, alone: boolean): void {
		if (!alone) this.#tap = undefined;
		this.#down = alone ? { point, atMs } : undefined;
	}

	/** The finger is taken away. @returns whether that completes a double tap. */
	up(point: ScreenPoint, atMs: number): boolean {
		const down = this.#down;
		this.#down = undefined;
		const before = this.#tap;
		this.#tap = undefined;
		if (down === undefined || atMs - down.atMs > TAP_MS || distance(point, down.point) > ROLL_PX) return false;
		if (before !== undefined && down.atMs - before.atMs <= TAP_MS && distance(point, before.point) <= APART_PX)
			return true;
		this.#tap = { point, atMs };
		return false;
	}
}

function distance(a: ScreenPoint, b: ScreenPoint): number {
	return Math.hypot(a.x - b.x, a.y - b.y);
}
