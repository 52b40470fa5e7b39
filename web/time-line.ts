import type { ConnectionPlayback, ViewedPlayback } from "../src/client/index.ts";
import { element } from "./element.ts";
import { type PlaySpan, presentSpan } from "./play-span.ts";
import { chapterAt } from "./playback-keys.ts";
import { clockTime, timeBehind } from "./time-words.ts";
import { words } from "./words.ts";

/** A wish follows the one before when its picture is there, or after this. */
const ANSWER_MS = 1_500;
const KEY_STEPS_SEC: { readonly [key: string]: number } = {
	ArrowLeft: -5,
	ArrowDown: -5,
	ArrowRight: 5,
	ArrowUp: 5,
	PageDown: -30,
	PageUp: 30,
	Home: Number.NEGATIVE_INFINITY,
	End: Number.POSITIVE_INFINITY,
};

/** The line of time: shows the place and the chapters, and goes elsewhere by pointer and keys. */
export class TimeLine {
	readonly #playback: ConnectionPlayback;
	readonly #line = element("#timeline");
	readonly #track = element("#timeline-track");
	readonly #hint = element("#timeline-hint");
	/** Place under the finger that drags. */
	#draggedSec: number | undefined;
	/** Place that was asked for and is not reached yet. */
	#wishedSec: number | undefined;
	/** Place to ask for once the one before is reached. */
	#nextSec: number | undefined;
	#patience: ReturnType<typeof setTimeout> | undefined;
	#chapters = "";

	constructor(playback: ConnectionPlayback) {
		this.#playback = playback;
		const line = this.#line;
		line.addEventListener("pointerdown", (event) => this.#grab(event));
		line.addEventListener("pointermove", (event) => this.#move(event));
		line.addEventListener("pointerup", () => this.#letGo());
		line.addEventListener("pointercancel", () => this.#letGo());
		line.addEventListener("pointerleave", () => {
			this.#hint.hidden = this.#draggedSec === undefined;
		});
		line.addEventListener("keydown", (event) => this.#key(event));
	}

	/** Place to show: that under the finger, or that which was asked for, or the present one. */
	get shownSec(): number {
		return this.#draggedSec ?? this.#nextSec ?? this.#wishedSec ?? this.#playback.positionSec;
	}

	/** True while a place is asked for. */
	get isAsked(): boolean {
		return (this.#draggedSec ?? this.#nextSec ?? this.#wishedSec) !== undefined;
	}

	/** Goes to a place; while the server looks for one, the newest wish waits. */
	seek(sec: number): void {
		if (this.#wishedSec !== undefined) {
			this.#nextSec = sec;
			return;
		}
		if (!this.#playback.seek(Math.max(0, sec))) return;
		this.#wishedSec = sec;
		this.#patience = setTimeout(() => this.answered(), ANSWER_MS);
	}

	/** The place that was asked for is reached, or can't be. */
	answered(): void {
		clearTimeout(this.#patience);
		const next = this.#nextSec;
		this.#wishedSec = this.#nextSec = undefined;
		if (next !== undefined) this.seek(next);
	}

	/** Shows the play as it is now. */
	render(state: ViewedPlayback): void {
		const { durationSec, can, mayControl, chapters } = state;
		const sec = this.shownSec;
		const line = this.#line;
		const span = presentSpan(state);
		line.hidden = Number.isNaN(span.endSec);
		this.#track.style.setProperty("--played", String(share(sec, span)));
		line.ariaDisabled = String(!(mayControl && can.includes("seek")));
		line.ariaValueMin = String(Math.floor(span.startSec));
		line.ariaValueMax = String(Math.floor(span.endSec));
		line.ariaValueNow = String(Math.floor(sec));
		line.ariaValueText = this.#wordsAt(sec, state);
		const key = JSON.stringify([durationSec, chapters]);
		if (key !== this.#chapters) this.#showChapters(state);
		this.#chapters = key;
	}

	get #state(): ViewedPlayback | undefined {
		const { state } = this.#playback;
		return state?.mayControl === true && state.can.includes("seek") ? state : undefined;
	}

	#wordsAt(sec: number, { durationSec, timeShift, chapters }: ViewedPlayback): string {
		if (timeShift !== undefined) {
			const behindSec = this.#behindSec(sec);
			return behindSec < 1 ? words.live : words.behindLive(clockTime(behindSec));
		}
		const chapter = chapterAt(chapters, sec)?.title ?? "";
		return words.timeOf(clockTime(sec), clockTime(durationSec)) + (chapter && `, ${chapter}`);
	}

	#behindSec(sec: number): number {
		return (this.#playback.timeShift?.newestSec ?? Number.NaN) - sec;
	}

	#showChapters({ chapters, durationSec }: ViewedPlayback): void {
		for (const mark of this.#track.querySelectorAll(".mark")) mark.remove();
		for (const { startSec } of chapters) {
			const at = share(startSec, { startSec: 0, endSec: durationSec });
			if (at <= 0 || at >= 1) continue;
			const mark = document.createElement("i");
			mark.className = "mark";
			mark.style.setProperty("--at", String(at));
			this.#track.append(mark);
		}
	}

	#grab(event: PointerEvent): void {
		if (event.button !== 0 || this.#state === undefined) return;
		this.#line.setPointerCapture(event.pointerId);
		this.#draggedSec = this.#secOf(event);
		this.seek(this.#draggedSec);
		this.#showHint(event);
	}

	#move(event: PointerEvent): void {
		if (this.#draggedSec !== undefined) {
			this.#draggedSec = this.#secOf(event);
			this.seek(this.#draggedSec);
		}
		if (event.pointerType === "mouse" || this.#draggedSec !== undefined) this.#showHint(event);
	}

	#letGo(): void {
		this.#draggedSec = undefined;
		this.#hint.hidden = true;
	}

	#key(event: KeyboardEvent): void {
		const step = KEY_STEPS_SEC[event.key];
		const state = this.#state;
		if (step === undefined || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
		// The arrow keys would turn the view.
		event.stopPropagation();
		event.preventDefault();
		if (state === undefined) return;
		const { startSec, endSec } = presentSpan(state);
		this.seek(Math.min(endSec, Math.max(startSec, this.shownSec + step)));
	}

	#showHint(event: PointerEvent): void {
		const { state } = this.#playback;
		if (state === undefined) return;
		const sec = this.#secOf(event);
		const title = chapterAt(state.chapters, sec)?.title ?? "";
		this.#hint.hidden = false;
		const time = state.timeShift === undefined ? clockTime(sec) : timeBehind(this.#behindSec(sec));
		this.#hint.textContent = title === "" ? time : `${time}  ${title}`;
		this.#hint.style.setProperty("--at", String(share(sec, presentSpan(state))));
	}

	#secOf({ clientX }: PointerEvent): number {
		const { left, width } = this.#track.getBoundingClientRect();
		const at = Math.min(1, Math.max(0, (clientX - left) / width));
		const { state } = this.#playback;
		const { startSec, endSec } = state === undefined ? { startSec: 0, endSec: 0 } : presentSpan(state);
		return startSec + at * (endSec - startSec);
	}
}

function share(sec: number, { startSec, endSec }: PlaySpan): number {
	const at = (sec - startSec) / (endSec - startSec);
	return Number.isFinite(at) ? Math.min(1, Math.max(0, at)) : 0;
}
