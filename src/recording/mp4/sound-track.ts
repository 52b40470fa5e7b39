import { SOUND_HZ } from "../../media/sound-ring.ts";
import type { SoundRecord } from "../recorded-sound.ts";
import type { Mp4Sample } from "./fragmented-mp4.ts";

/** Packets of silence in two channels (CELT, RFC 6716, 3.1), the longest first. */
const SILENCES = [
	[960, 0xfc],
	[480, 0xf4],
	[240, 0xec],
	[120, 0xe4],
].map(([duration = 0, head = 0]) => ({ data: Uint8Array.of(head, 0xff, 0xfe), duration }));
const SHORTEST = 120;
/** A packet may come so long after its time; silence is not written before, seconds. */
const LATEST_SEC = 0.5;

/** Samples with the same data, one after the other: hours of silence are one. */
interface Run {
	readonly data: Uint8Array;
	readonly ticks: number;
	readonly duration: number;
	readonly count: number;
}

/**
 * The sound beside a video, from its first picture on, in ticks of 48 kHz: where none was sent
 * there are packets of silence, since players stall at gaps, or drift.
 */
export class SoundTrack {
	readonly #beginSec: number;
	#runs: Run[] = [];
	/** End of the samples so far. */
	#end = 0;

	/** @param beginSec time of the video's first picture on the monotonic clock. */
	constructor(beginSec: number) {
		this.#beginSec = beginSec;
	}

	/** True if it has samples that were not taken. */
	get isWaiting(): boolean {
		return this.#runs.length > 0;
	}

	/** Adds a packet that was sent; one that comes too late is left out. */
	add({ atSec, sound: { data, durationSec } }: Pick<SoundRecord, "atSec" | "sound">): void {
		const ticks = this.#ticksAt(atSec);
		if (ticks < this.#end - 1) return;
		this.#fillTo(ticks);
		this.#push(data, Math.round(durationSec * SOUND_HZ));
	}

	/**
	 * Takes the samples that follow those of the last call.
	 *
	 * @param newestSec time of the newest picture: silence is filled in up to a while before.
	 * @param isLast nothing follows: it is filled in up to that time.
	 */
	take(newestSec: number, isLast: boolean): Iterable<Mp4Sample> {
		const until = this.#ticksAt(isLast ? newestSec : newestSec - LATEST_SEC);
		// Whole packets alone: another one may follow right away.
		const whole = Math.floor(Math.max(0, until - this.#end) / SHORTEST) * SHORTEST;
		this.#fillTo(this.#end + whole);
		const runs = this.#runs;
		this.#runs = [];
		return samplesOf(runs);
	}

	#ticksAt(atSec: number): number {
		return Math.round((atSec - this.#beginSec) * SOUND_HZ);
	}

	#fillTo(ticks: number): void {
		for (const { data, duration } of SILENCES)
			this.#push(data, duration, Math.floor(Math.max(0, ticks - this.#end) / duration));
		// Less than the shortest packet may be left.
		const rest = Math.max(0, ticks - this.#end);
		const run = rest > 0 ? this.#runs.pop() : undefined;
		if (run === undefined) return;
		const { data, duration, count } = run;
		this.#end = run.ticks;
		this.#push(data, duration, count - 1);
		this.#push(data, duration + rest, 1);
	}

	#push(data: Uint8Array, duration: number, count = 1): void {
		if (count === 0) return;
		this.#runs.push({ data, ticks: this.#end, duration, count });
		this.#end += duration * count;
	}
}

function* samplesOf(runs: readonly Run[]): Generator<Mp4Sample> {
	for (const { data, ticks, duration, count } of runs)
		for (let index = 0; index < count; index++)
			yield { data, ticks: ticks + index * duration, duration, keyframe: true };
}
