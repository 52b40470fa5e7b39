import { resolvesWithin } from "../threads/thread.ts";

/**
 * Time for all parts of a server to close, milliseconds; then they are no longer
 * waited for.
 */
const CLOSE_TIMEOUT_MS = 2400;
/** Time for the remaining parts after one that used all of `CLOSE_TIMEOUT_MS`, milliseconds. */
const CLOSE_TIMEOUT_OF_PART_MS = 150;

/** A part of a server that is closed once. */
export interface ClosablePart {
	close(): Promise<unknown>;
}

/**
 * Closes every part in order, whatever fails on the way. A part that takes too long is left to end
 * by itself.
 *
 * @param parts by their names in sentences; `undefined`: there is no such part.
 * @param warn receives a sentence about each part that takes too long.
 * @throws {unknown} the first failure, at the end.
 */
export async function closeParts(
	parts: Readonly<Record<string, ClosablePart | undefined>>,
	warn: (words: string) => void,
): Promise<void> {
	const failures: unknown[] = [];
	const deadlineMs = performance.now() + CLOSE_TIMEOUT_MS;
	for (const [name, part] of Object.entries(parts)) {
		try {
			const timeoutMs = Math.max(CLOSE_TIMEOUT_OF_PART_MS, deadlineMs - performance.now());
			if (part === undefined || (await resolvesWithin(part.close(), timeoutMs))) continue;
			warn(`${name} did not close in time. It is left to end by itself.`);
		} catch (error) {
			failures.push(error);
		}
	}
	if (failures.length > 0) throw failures[0];
}
