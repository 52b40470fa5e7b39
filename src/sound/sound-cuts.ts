import { fadeStep } from "../media/sound-fade.ts";
import { SOUND_HZ, type SoundRing } from "../media/sound-ring.ts";

/** Samples by which the clock of a source may be off without a seam. */
const SEAM_SAMPLES = 2;

/**
 * Reads a ring block by block, and spreads the steps at which sound is cut, so that none is heard
 * as a click: at a leap, where the sound stands still or goes on, and at the edges of what is
 * there.
 */
export class SoundCuts {
	readonly #ring: SoundRing;
	/** First sample of the next block if the sound goes on as it does. */
	#next = Number.NaN;
	/** The last sample of each channel. */
	#last: number[] = [];
	/** The step that is being spread, of each channel, and the samples since. */
	#steps: number[] = [];
	#sinceStep = Number.POSITIVE_INFINITY;
	/** The last block was there to its end. */
	#wasThere = false;
	#beginSec = Number.NaN;

	/** @param ring borrowed */
	constructor(ring: SoundRing) {
		this.#ring = ring;
	}

	/** Media time at which the block begins that was read last, seconds; NaN: it stood still. */
	get beginSec(): number {
		return this.#beginSec;
	}

	/**
	 * Reads the block that is due at a time on the monotonic clock.
	 * @param channels as the ring's layout has them, of one length.
	 */
	read(dueSec: number, channels: readonly Float32Array[]): void {
		const due = this.#ring.sampleAt(dueSec);
		const goesOn = Math.abs(due - this.#next) <= SEAM_SAMPLES;
		const from = goesOn ? this.#next : due;
		this.#beginSec = from / SOUND_HZ;
		const length = channels[0]?.length ?? 0;
		const { first, last } = this.#ring.read(from, channels);
		const isThere = first < last;
		const cuts = new Set<number>();
		if (isThere ? first > 0 || !goesOn || !this.#wasThere : this.#wasThere) cuts.add(0);
		if (isThere && first > 0) cuts.add(first);
		if (isThere && last < length) cuts.add(last);
		let done = 0;
		for (const cut of [...cuts, length]) {
			this.#spread(channels, done, cut);
			if (cut < length) this.#beginStep(channels, cut);
			done = cut;
		}
		this.#wasThere = isThere && last === length;
		this.#last = channels.map((channel) => channel[length - 1] ?? 0);
		this.#next = from + length;
	}

	#beginStep(channels: readonly Float32Array[], at: number): void {
		const before = (index: number) => (at === 0 ? this.#last[index] : channels[index]![at - 1]) ?? 0;
		this.#steps = channels.map((channel, index) => before(index) - channel[at]!);
		this.#sinceStep = 0;
	}

	#spread(channels: readonly Float32Array[], from: number, to: number): void {
		for (const [index, channel] of channels.entries())
			fadeStep(channel.subarray(from, to), this.#steps[index] ?? 0, this.#sinceStep);
		this.#sinceStep += to - from;
	}
}
