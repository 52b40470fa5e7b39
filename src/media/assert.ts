/**
 * Checks a belief of the program about itself. A caller's mistake is a `TypeError` or `RangeError`
 * instead.
 *
 * @param believed sentence that should hold, for the message.
 * @throws {AssertionError} when `condition` is falsy: a fault of panogaze.
 */
export function assert(condition: unknown, believed: string): asserts condition {
	if (!condition) throw new AssertionError(believed);
}

/** Something that panogaze takes for granted does not hold. */
export class AssertionError extends Error {
	override readonly name = "AssertionError";

	/** @param believed sentence that should have held. */
	constructor(believed: string) {
		super(`This is a fault of panogaze, please report it. Believed, and not true: ${believed}`);
	}
}
