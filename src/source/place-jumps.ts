/** A reader that begins a pass at each place that is wished for. */
export abstract class JumpingReader {
	protected readonly jumped: PlaceJumps;

	/** @param firstSec place of the first pass. @default a pass begins where the reader likes */
	constructor(firstSec?: number) {
		this.jumped = new PlaceJumps(firstSec);
	}

	/** Number of jumps. A picture with another number was read for a place that is given up. */
	get jumps(): number {
		return this.jumped.count;
	}

	/** True while a jump has not begun. */
	get jumping(): boolean {
		return this.jumped.isPending;
	}

	/** Wishes for a place, seconds. */
	jumpTo(positionSec: number): void {
		this.jumped.to(positionSec);
	}
}

/** A wished place counts as so much earlier, so that rounding never skips its picture. */
export const EARLY_SEC = 1e-3;

/** The jumps of a reader: their number, and the place that its next pass begins at. */
export class PlaceJumps {
	#count = 0;
	#nextSec: number | undefined;

	/** @param firstSec place of the first pass. @default a pass begins where its reader likes */
	constructor(firstSec?: number) {
		this.#nextSec = firstSec;
	}

	/** Number of jumps. A picture with another number was read for a place that is given up. */
	get count(): number {
		return this.#count;
	}

	/** True while a jump has not begun. */
	get isPending(): boolean {
		return this.#nextSec !== undefined;
	}

	/** Wishes for a place, seconds; it replaces one that was not begun. */
	to(positionSec: number): void {
		this.#nextSec = positionSec;
		this.#count++;
	}

	/** Begins the jump. @returns its place, seconds; `undefined`: none is wished for. */
	begin(): number | undefined {
		const placeSec = this.#nextSec;
		this.#nextSec = undefined;
		return placeSec;
	}
}
