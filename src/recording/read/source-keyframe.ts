import { SAME_SEC } from "../../source/pictures-by-stamp.ts";

/** Packets of a source that lie together in a file, seconds. */
export interface PacketSpan {
	/** When the first was read. */
	readonly startSec: number;
	/** Least and greatest stamp; NaN: none has one. Infinite until one knows them by reading. */
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

/** Reads the packets of a span, in the order of decoding. Their span is exact from then on. */
type ReadMarks = (span: number) => Promise<readonly PacketMark[]>;

/** Stamps that a stream leaps over without a jump: small versions leave pictures out. */
const MOST_LEFT_OUT_SEC = 10;

/**
 * The time at which the key frame was read with which a decoder begins to show a picture; where no
 * packet bears its stamp, a key frame near it. `undefined`: there is none at all.
 *
 * @param spans in the order of their time.
 * @param stampSec the picture's stamp; of equal ones, the one that was read last before `atSec`
 * counts, or else the first. Packets near that time that leap over the stamp end the search.
 */
export async function keyframeOfStamp(
	spans: readonly PacketSpan[],
	marksOf: ReadMarks,
	stampSec: number,
	atSec: number,
): Promise<number | undefined> {
	const mayHold = ({ firstStampSec, lastStampSec }: PacketSpan) =>
		firstStampSec <= stampSec + SAME_SEC && lastStampSec >= stampSec - SAME_SEC;
	const leapsOver = (fromSec = Number.NaN, toSec = Number.NaN) =>
		fromSec < stampSec && toSec > stampSec && toSec - fromSec <= MOST_LEFT_OUT_SEC;
	const newest = spans.findLastIndex(({ startSec }) => startSec <= atSec);
	for (let at = newest; at >= 0; at--) {
		if (mayHold(spans[at]!)) {
			const marks = (await marksOf(at)).filter(({ sec }) => sec <= atSec);
			const found = placeOf(marks, "last", stampSec, leapsOver);
			if (found >= 0) return keyframeUpTo(spans, marksOf, at, marks.slice(0, found + 1), stampSec);
		}
		if (at < newest && leapsOver(spans[at]!.lastStampSec, spans[at + 1]!.firstStampSec))
			return keyframeUpTo(spans, marksOf, at, undefined, stampSec);
	}
	// Nobody recorded the packet of a picture that is shown at the beginning.
	if (newest >= 0) {
		const { startSec, firstStampSec } = spans[0]!;
		const isEarlier = firstStampSec > stampSec && firstStampSec - stampSec < MOST_LEFT_OUT_SEC;
		if (isEarlier && atSec - startSec < MOST_LEFT_OUT_SEC)
			return keyframeUpTo(spans, marksOf, 0, undefined, stampSec);
	}
	for (let at = Math.max(0, newest); at < spans.length; at++) {
		if (!mayHold(spans[at]!)) continue;
		const marks = await marksOf(at);
		const later = marks.filter(({ sec }) => sec > atSec);
		const found = placeOf(later, "first", stampSec, leapsOver);
		if (found < 0) continue;
		const end = marks.length - later.length + found + 1;
		return keyframeUpTo(spans, marksOf, at, marks.slice(0, end), stampSec);
	}
	const near = spans.findLastIndex(({ startSec, firstStampSec }) => startSec <= atSec && firstStampSec <= stampSec);
	return keyframeUpTo(spans, marksOf, Math.max(0, near), undefined, stampSec);
}

/** The place of the packet with a stamp, or of one behind which the next leaps over it; or -1. */
function placeOf(
	marks: readonly PacketMark[],
	which: "first" | "last",
	stampSec: number,
	leapsOver: (fromSec: number, toSec: number | undefined) => boolean,
): number {
	const find = (is: (mark: PacketMark, at: number) => boolean) =>
		which === "first" ? marks.findIndex(is) : marks.findLastIndex(is);
	const exact = find((mark) => Math.abs(mark.stampSec - stampSec) <= SAME_SEC);
	return exact >= 0 ? exact : find((mark, at) => leapsOver(mark.stampSec, marks[at + 1]?.stampSec));
}

/** The newest key frame up to a place whose picture is not after the wanted one, or the first. */
async function keyframeUpTo(
	spans: readonly PacketSpan[],
	marksOf: ReadMarks,
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
