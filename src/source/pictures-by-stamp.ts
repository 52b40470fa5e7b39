import type { LibavInput } from "./libav-input.ts";
import type { PictureReader, TimedPicture } from "./picture-reader.ts";

/** A reader whose pictures have stamps, and can be read from any of them on. */
export interface StampedPictures
	extends Pick<PictureReader, "info" | "packing" | "jumps" | "jumping" | "run" | "jumpTo" | "close"> {
	/** `startSec`: stamp of place 0. */
	readonly input: Pick<LibavInput, "startSec" | "label">;
	/** Its stamps may begin again: what one pass lacks may be in another. @default false */
	readonly repeats?: boolean | undefined;
}

/** The stamps of wanted pictures, one after another; they may go back, and may be equal. */
export interface WantedStamps {
	/** Stamp of the next wanted picture, seconds; `undefined`: no more are wanted. */
	readonly stampSec: number | undefined;
	/** Goes on to the one after it. */
	advance(): Promise<void>;
}

/** Stamps this close are the same: recordings round to nanoseconds, containers to ticks. */
export const SAME_SEC = 1e-4;
/** Pictures further ahead are found by a jump, nearer ones by decoding. */
const FAR_SEC = 5;

/**
 * Reads the pictures of an input that bear wanted stamps, in the order of the wishes.
 *
 * @param reader of a file that can be read from any place; borrowed.
 * @param sink gets each wanted picture; its frame is borrowed. `isExact`: it bears the very stamp,
 * else it is the one after a stamp that no picture bears. Resolves false when no more are wanted.
 * @returns number of wanted pictures that the input does not reach.
 * @throws {SourceError} when the input can't be read any further.
 * @throws {Stopping} when the job is asked to stop.
 */
export async function readByStamps(
	reader: StampedPictures,
	wanted: WantedStamps,
	sink: (picture: TimedPicture, isExact: boolean) => Promise<boolean>,
): Promise<number> {
	let [beforeSec, newestSec] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
	/** A second jump to the same place would find the same. */
	let jumpedForSec: number | undefined;
	let isStopped = false;
	/** A picture came since the last jump. */
	let hasCome = false;
	let missing = 0;
	const jumpTo = (stampSec: number) => {
		beforeSec = Number.NEGATIVE_INFINITY;
		jumpedForSec = stampSec;
		hasCome = false;
		reader.jumpTo(Math.max(0, stampSec - reader.input.startSec));
	};
	/** @returns false when no more pictures are wanted. */
	const take = async (picture: TimedPicture): Promise<boolean> => {
		const { stampSec } = picture;
		newestSec = Math.max(newestSec, stampSec);
		hasCome = true;
		for (let next = wanted.stampSec; next !== undefined; next = wanted.stampSec) {
			if (next > stampSec + SAME_SEC) {
				if (next > stampSec + FAR_SEC && next !== jumpedForSec) jumpTo(next);
				else beforeSec = stampSec;
				return true;
			}
			const isExact = next >= stampSec - SAME_SEC;
			// Of the first picture behind a jump nobody knows the one before.
			const isBetween = next > beforeSec && beforeSec > Number.NEGATIVE_INFINITY;
			if (!isExact && !isBetween && next !== jumpedForSec) {
				jumpTo(next);
				return true;
			}
			if (!(await sink(picture, isExact))) break;
			jumpedForSec = undefined;
			await wanted.advance();
		}
		isStopped = true;
		return false;
	};
	if (wanted.stampSec !== undefined) jumpTo(wanted.stampSec);
	while (wanted.stampSec !== undefined && !isStopped) {
		await reader.run(async (picture) => {
			try {
				return picture.jump !== reader.jumps || (await take(picture));
			} finally {
				picture.frame.free();
			}
		});
		if (isStopped || reader.jumping) continue;
		if (!hasCome) {
			// Another jump to where nothing is would find nothing again.
			missing++;
			await wanted.advance();
		}
		const isElsewhere = reader.repeats === true && wanted.stampSec !== jumpedForSec;
		if (!isElsewhere)
			for (; wanted.stampSec !== undefined && wanted.stampSec > newestSec; await wanted.advance()) missing++;
		if (wanted.stampSec !== undefined) jumpTo(wanted.stampSec);
	}
	return missing;
}
