import { SAME_SEC } from "../../source/pictures-by-stamp.ts";

/** Packets of a source that lie together in a file, seconds. */
export interface PacketSpan {
	/** When the first was read. */
	readonly startSec: number;
	/** Least and greatest stamp; NaN: none has one. */
	readonly firstStampSec: number;
	readonly lastStampSec: number;
}

/** One packet of a source, seconds. */
export interface PacketMark {
	/** When it was read. */
	readonly sec: number;
	readonly stampSec: number;
	readonly keyframe: boolean;
}

/**
 * The time at which the key frame was read with which a decoder begins to show a picture; where no
 * packet bears its stamp, a key frame near it. `undefined`: there is none at all.
 *
 * @param spans in the order of their time.
 * @param marksOf reads the packets of a span, in the order of decoding.
 * @param stampSec the picture's stamp; of equal ones, the one that was read last before `atSec`
 * counts, or else the first.
 */
export async function keyframeOfStamp(
	spans: readonly PacketSpan[],
	marksOf: (span: number) => Promise<readonly PacketMark[]>,
	stampSec: number,
	atSec: number,
): Promise<number | undefined> {
	const isWanted = (mark: PacketMark) => Math.abs(mark.stampSec - stampSec) <= SAME_SEC;
	const holding = [...spans.keys()].filter((at) => {
		const { firstStampSec, lastStampSec } = spans[at]!;
		return firstStampSec <= stampSec + SAME_SEC && lastStampSec >= stampSec - SAME_SEC;
	});
	// The stamps of a span may leap over the wanted one.
	for (const at of holding.filter((span) => spans[span]!.startSec <= atSec).reverse()) {
		const marks = await marksOf(at);
		const found = marks.findLastIndex((mark) => isWanted(mark) && mark.sec <= atSec);
		if (found >= 0) return keyframeUpTo(spans, marksOf, at, marks.slice(0, found + 1), stampSec);
	}
	for (const at of holding) {
		const marks = await marksOf(at);
		const found = marks.findIndex((mark) => isWanted(mark) && mark.sec > atSec);
		if (found >= 0) return keyframeUpTo(spans, marksOf, at, marks.slice(0, found + 1), stampSec);
	}
	const near = spans.findLastIndex(({ startSec, firstStampSec }) => startSec <= atSec && firstStampSec <= stampSec);
	return keyframeUpTo(spans, marksOf, Math.max(0, near), undefined, stampSec);
}

/** The newest key frame up to a place whose picture is not after the wanted one, or the first. */
async function keyframeUpTo(
	spans: readonly PacketSpan[],
	marksOf: (span: number) => Promise<readonly PacketMark[]>,
	last: number,
	lastMarks: readonly PacketMark[] | undefined,
	stampSec: number,
): Promise<number | undefined> {
	const isKey = ({ keyframe, stampSec: keySec }: PacketMark) => keyframe && !(keySec > stampSec + SAME_SEC);
	for (let at = last; at >= 0 && at < spans.length; at--) {
		const marks = at === last && lastMarks !== undefined ? lastMarks : await marksOf(at);
		const key = marks.findLast(isKey);
		if (key !== undefined) return key.sec;
	}
	for (let at = 0; at < spans.length; at++) {
		const key = (await marksOf(at)).find(({ keyframe }) => keyframe);
		if (key !== undefined) return key.sec;
	}
	return undefined;
}
