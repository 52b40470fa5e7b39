import type { Chapter, PlaybackChange, ViewedPlayback } from "../src/client/index.ts";
import type { PlaySpan } from "./play-span.ts";

/** Speeds that the page offers. */
export const SPEEDS: readonly number[] = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
/** Step of J and L, seconds. */
const LONG_STEP_SEC = 10;
/** Step of the arrow keys with Shift, seconds. */
const SHORT_STEP_SEC = 5;
/** Step of J and L with Shift in a source without chapters, seconds. */
const CHAPTER_STEP_SEC = 60;
/** The beginning of a chapter counts as passed this much later. */
const BEGINNING_SEC = 3;

/**
 * The change that a key of the page means; `undefined`: it means none that the source obeys.
 *
 * @param key `KeyboardEvent.key`.
 * @param positionSec present place.
 * @param span places that can be watched.
 */
export function playbackOfKey(
	{ key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">,
	{ can, paused, rate, chapters, follow }: ViewedPlayback,
	positionSec: number,
	{ startSec, endSec }: PlaySpan,
): PlaybackChange | undefined {
	const seek = (sec: number) =>
		can.includes("seek") ? { positionSec: Math.max(startSec, Math.min(sec, endSec)) } : undefined;
	const lower = key.toLowerCase();
	if (!shiftKey && (key === " " || lower === "k")) return can.includes("pause") ? { paused: !paused } : undefined;
	if (lower === "h" && !shiftKey) return can.includes("follow") ? { follow: follow !== true } : undefined;
	if (lower === "j" && !shiftKey) return seek(positionSec - LONG_STEP_SEC);
	if (lower === "l" && !shiftKey) return seek(positionSec + LONG_STEP_SEC);
	if (lower === "j") return seek(chapterBefore(chapters, positionSec) ?? positionSec - CHAPTER_STEP_SEC);
	if (lower === "l") return seek(chapterAfter(chapters, positionSec) ?? positionSec + CHAPTER_STEP_SEC);
	if (shiftKey && key === "ArrowLeft") return seek(positionSec - SHORT_STEP_SEC);
	if (shiftKey && key === "ArrowRight") return seek(positionSec + SHORT_STEP_SEC);
	if (/^\d$/.test(key)) return seek(startSec + (Number(key) / 10) * (endSec - startSec));
	if (key === "<" || key === ">") {
		const next = key === ">" ? SPEEDS.find((speed) => speed > rate) : SPEEDS.findLast((speed) => speed < rate);
		return can.includes("rate") && next !== undefined ? { rate: next } : undefined;
	}
	return undefined;
}

/** The chapter that a place lies in; `undefined`: none. */
export function chapterAt(chapters: readonly Chapter[], sec: number): Chapter | undefined {
	return chapters.findLast(({ startSec }) => startSec <= sec);
}

function chapterBefore(chapters: readonly Chapter[], sec: number): number | undefined {
	if (chapters.length === 0) return undefined;
	return chapterAt(chapters, sec - BEGINNING_SEC)?.startSec ?? 0;
}

function chapterAfter(chapters: readonly Chapter[], sec: number): number | undefined {
	return chapters.find(({ startSec }) => startSec > sec + 1e-3)?.startSec;
}
