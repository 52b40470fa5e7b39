import { assert } from "./assert.ts";
import { FADE_SAMPLES, fadeStep } from "./sound-fade.ts";

/** Samples a second of all sound between a source and its viewers. */
export const SOUND_HZ = 48_000;

/**
 * The channels of a source's sound: left and right; W, Y, Z and X of first-order ambisonics (ACN
 * order, SN3D), whose front is the front of the panorama; or these and a left and a right channel
 * that stay with the head.
 */
export type SoundLayout = "stereo" | "ambisonic" | "ambisonic+stereo";

/** Number of channels of each layout. */
export const SOUND_CHANNELS: Readonly<Record<SoundLayout, number>> = {
	stereo: 2,
	ambisonic: 4,
	"ambisonic+stereo": 6,
};

/** Everything that another thread needs to attach to a ring. Structured-cloneable. */
export interface SoundRingHandle {
	readonly memory: SharedArrayBuffer;
	readonly layout: SoundLayout;
}

/** Samples that are kept of each channel: 4 s. */
const CAPACITY = 4 * SOUND_HZ;
/** Sound that is off by less joins on to what is there, samples: stamps of live sound tremble. */
const JOIN_SAMPLES = 0.03 * SOUND_HZ;
/** Sound that begins earlier by more is no overlap, samples: the source's time was set back. */
const OVERLAP_SAMPLES = SOUND_HZ;

// Control block: Int32 words, then Float64 words.
const VERSION = 0;
const LISTENERS = 1;
const NUMBERS_BYTES = 8;
const BEGIN = 0; // first sample that is kept, on the scale of media time
const END = 1; // the sample after the last
const OFFSET = 2; // seconds from media time to the monotonic clock
const CONTROL_BYTES = 32;

/** A moment of the ring: what it holds, and when that is due. */
interface RingState {
	readonly begin: number;
	readonly end: number;
	/** NaN: the sound stands still. */
	readonly offsetSec: number;
}

/**
 * The last seconds of a source's sound in shared memory, by media time. The source's thread
 * writes; any number of others read what is due, and get silence for what is not there.
 */
export class SoundRing {
	readonly handle: SoundRingHandle;
	readonly #words: Int32Array;
	readonly #numbers: Float64Array;
	readonly #channels: readonly Float32Array[];

	private constructor(handle: SoundRingHandle) {
		this.handle = handle;
		this.#words = new Int32Array(handle.memory, 0, 2);
		this.#numbers = new Float64Array(handle.memory, NUMBERS_BYTES, 3);
		this.#channels = Array.from(
			{ length: SOUND_CHANNELS[handle.layout] },
			(_, index) => new Float32Array(handle.memory, CONTROL_BYTES + index * CAPACITY * 4, CAPACITY),
		);
	}

	/** A ring that is empty and stands still. */
	static create(layout: SoundLayout): SoundRing {
		const memory = new SharedArrayBuffer(CONTROL_BYTES + SOUND_CHANNELS[layout] * CAPACITY * 4);
		const ring = new SoundRing({ memory, layout });
		ring.#numbers.fill(Number.NaN);
		return ring;
	}

	/** The ring of a handle, in another thread. */
	static attach(handle: SoundRingHandle): SoundRing {
		return new SoundRing(handle);
	}

	/** True while anybody listens: otherwise nothing need be decoded and written. */
	get wanted(): boolean {
		return Atomics.load(this.#words, LISTENERS) > 0;
	}

	/** Counts a listener. @returns a function that takes the count back, once. */
	listen(): () => void {
		Atomics.add(this.#words, LISTENERS, 1);
		let isOver = false;
		return () => {
			if (!isOver) Atomics.sub(this.#words, LISTENERS, 1);
			isOver = true;
		};
	}

	/** Seconds from media time to the monotonic clock; NaN while the sound stands still. */
	get offsetSec(): number {
		return this.#read().offsetSec;
	}

	/**
	 * The sample that is due at a time on the monotonic clock; NaN while the sound stands still.
	 */
	sampleAt(dueSec: number): number {
		return Math.round((dueSec - this.offsetSec) * SOUND_HZ);
	}

	/** Written by the source's thread: at a pause NaN. */
	set offsetSec(offsetSec: number) {
		if (!Object.is(this.#numbers[OFFSET], offsetSec)) this.#change({ offsetSec });
	}

	/** Media time of the end of what is written, seconds; NaN when nothing is. */
	get endSec(): number {
		return this.#read().end / SOUND_HZ;
	}

	/**
	 * Writes sound that begins at a media time. A gap before it becomes silence, with soft edges;
	 * of an overlap the earlier sound stays.
	 *
	 * @param channels as the layout has them, of one length, 1 is full scale; borrowed.
	 */
	write(mediaSec: number, channels: readonly Float32Array[]): void {
		const length = channels[0]?.length ?? 0;
		assert(channels.length === this.#channels.length, "Sound is written in the ring's own layout.");
		const { begin, end } = this.#read();
		let from = Math.round(mediaSec * SOUND_HZ);
		let skipped = 0;
		let isAfterGap = false;
		if (Number.isNaN(end) || from - end > CAPACITY / 2 || end - from > OVERLAP_SAMPLES)
			this.#change({ begin: from, end: from });
		else if (Math.abs(from - end) <= JOIN_SAMPLES) from = end;
		else if (from < end) {
			skipped = end - from;
			from = end;
		} else {
			this.#keep(from, begin);
			for (const channel of this.#channels) fillGap(channel, end, from);
			isAfterGap = true;
		}
		const to = from + Math.max(0, length - skipped);
		this.#keep(to, this.#read().begin);
		for (const [index, channel] of this.#channels.entries()) {
			const samples = channels[index]!.subarray(Math.max(skipped, length - CAPACITY));
			copyToRing(channel, isAfterGap ? softened(samples) : samples, to - samples.length);
		}
		this.#change({ end: to });
	}

	/** Throws away all that is written: the source goes on elsewhere. */
	cut(): void {
		this.#change({ begin: Number.NaN, end: Number.NaN });
	}

	/**
	 * Reads samples.
	 *
	 * @param from the first one: its media time in samples, a whole number; NaN: there is none.
	 * @param channels as the layout has them, of one length; silence where nothing is written.
	 * @returns the part of them that was there; empty: `first` and `last` are equal.
	 */
	read(from: number, channels: readonly Float32Array[]): { readonly first: number; readonly last: number } {
		const length = channels[0]?.length ?? 0;
		const state = this.#read();
		const first = Math.max(from, state.begin);
		const last = Math.min(from + length, state.end);
		for (const channel of channels) channel.fill(0);
		const nothing = { first: 0, last: 0 };
		if (!(first < last)) return nothing;
		for (const [index, channel] of channels.entries())
			copyFromRing(this.#channels[index]!, first, channel.subarray(first - from, last - from));
		// The writer may have been here meanwhile.
		const { begin } = this.#read();
		if (begin <= first) return { first: first - from, last: last - from };
		for (const channel of channels) channel.fill(0);
		return nothing;
	}

	/** Gives the place up that the samples until `end` need. */
	#keep(end: number, begin: number): void {
		if (end - CAPACITY > begin) this.#change({ begin: end - CAPACITY });
	}

	#read(): RingState {
		for (;;) {
			const version = Atomics.load(this.#words, VERSION);
			const [begin, end, offsetSec] = this.#numbers as unknown as [number, number, number];
			if (version % 2 === 0 && Atomics.load(this.#words, VERSION) === version) return { begin, end, offsetSec };
		}
	}

	#change({ begin, end, offsetSec }: Partial<RingState>): void {
		Atomics.add(this.#words, VERSION, 1);
		if (begin !== undefined) this.#numbers[BEGIN] = begin;
		if (end !== undefined) this.#numbers[END] = end;
		if (offsetSec !== undefined) this.#numbers[OFFSET] = offsetSec;
		Atomics.add(this.#words, VERSION, 1);
	}
}

/** Index in a ring: media time may be negative. */
function placeOf(sample: number): number {
	return ((sample % CAPACITY) + CAPACITY) % CAPACITY;
}

function copyToRing(ring: Float32Array, samples: Float32Array, at: number): void {
	const place = placeOf(at);
	const first = Math.min(samples.length, CAPACITY - place);
	ring.set(samples.subarray(0, first), place);
	ring.set(samples.subarray(first), 0);
}

function copyFromRing(ring: Float32Array, at: number, target: Float32Array): void {
	const place = placeOf(at);
	const first = Math.min(target.length, CAPACITY - place);
	target.set(ring.subarray(place, place + first));
	target.set(ring.subarray(0, target.length - first), first);
}

/** Lets the last sample before a gap fall to silence. */
function fillGap(ring: Float32Array, from: number, to: number): void {
	const edge = new Float32Array(Math.min(FADE_SAMPLES, to - from));
	fadeStep(edge, ring[placeOf(from - 1)]!);
	for (let sample = Math.max(from, to - CAPACITY); sample < to; sample++)
		ring[placeOf(sample)] = edge[sample - from] ?? 0;
}

/** A copy that begins with silence. */
function softened(samples: Float32Array): Float32Array {
	const copy = samples.slice();
	fadeStep(copy, -(copy[0] ?? 0));
	return copy;
}
