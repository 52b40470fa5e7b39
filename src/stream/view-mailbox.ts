import type { EyeCount } from "../media/panorama.ts";
import type { Quaternion } from "../media/rotation.ts";
import type { HeapBlock, SharedHeap } from "../media/shared-heap.ts";
import type { WasmMemory } from "../media/wasm-types.ts";
import type { ViewSize, ViewWish } from "./view-size.ts";

// Int32 words.
const VERSION = 0; // odd while a pose is being written
const KEYFRAMES_WANTED = 1; // counts up with every request
const PAUSED = 2; // 1: draw nothing
const HELD_BACK = 3; // 1: the network is behind, skip draws
const FRAMES_TAKEN = 4; // packets the main thread has taken over
const BITRATE = 5; // bits per second
const LOOKS = 6; // poses that differed from the one before
const SIZE = 7; // width << 16 | TWO_EYES if it is so | height
const TWO_EYES = 0x8000;
/** The pose begins here: seven numbers of two words each. */
const POSE = 16;
const POSE_NUMBERS = 7;
const WORDS = POSE + 2 * POSE_NUMBERS;

/**
 * What a view is drawn with: orientation and field of view, and which pose of the viewer's they
 * came from.
 */
export interface ViewPose {
	readonly worldFromView: Quaternion;
	/** Horizontal, radians. */
	readonly fovRad: number;
	/** The client's number for this pose, 0 before its first. */
	readonly sequence: number;
	/** When it arrived, server's monotonic clock; NaN before the first. */
	readonly receivedSec: number;
}

/** What a mailbox begins with. */
export interface ViewWishes extends ViewWish {
	readonly pose: ViewPose;
	/** Bits per second. */
	readonly bitrateBps: number;
}

/** What a render worker needs to find a mailbox. */
export interface ViewMailboxHandle {
	readonly memory: WasmMemory;
	readonly address: number;
}

/**
 * One viewer's newest wishes, written by the main thread and read by its render worker at the
 * moment of drawing: no message has to travel between a pose's arrival and the next picture. Newest
 * wins.
 */
export class ViewMailbox {
	readonly handle: ViewMailboxHandle;
	readonly #words: Int32Array;
	/** This thread's copy of the pose that it last put or took, and the same as words. */
	readonly #pose = new Float64Array(POSE_NUMBERS);
	readonly #poseWords = new Int32Array(this.#pose.buffer);
	readonly #block: HeapBlock | undefined;

	private constructor(handle: ViewMailboxHandle, block?: HeapBlock) {
		this.handle = handle;
		this.#words = new Int32Array(handle.memory.buffer, handle.address, WORDS);
		this.#block = block;
	}

	static create(heap: SharedHeap, { pose, bitrateBps, width, height, eyes }: ViewWishes): ViewMailbox {
		const block = heap.allocate(WORDS * Int32Array.BYTES_PER_ELEMENT);
		const mailbox = new ViewMailbox({ memory: heap.memory, address: block.address }, block);
		mailbox.putPose(pose);
		mailbox.bitrateBps = bitrateBps;
		mailbox.putSize(width, height, eyes);
		return mailbox;
	}

	/** The same mailbox in another thread. */
	static attach(handle: ViewMailboxHandle): ViewMailbox {
		return new ViewMailbox(handle);
	}

	/**
	 * Replaces the pose. One that looks where the last one did is no reason to draw: clients repeat
	 * themselves to show that they are there. Main thread only.
	 */
	putPose({ worldFromView, fovRad, sequence, receivedSec }: ViewPose): void {
		const looks = [...worldFromView, fovRad];
		const differs = looks.some((value, index) => value !== this.#pose[index]);
		this.#pose.set([...looks, sequence, receivedSec]);
		Atomics.add(this.#words, VERSION, 1);
		// Word by word: only atomic accesses keep their order to those of the version on every
		// processor (ARM reorders others).
		for (let word = 0; word < 2 * POSE_NUMBERS; word++)
			Atomics.store(this.#words, POSE + word, this.#poseWords[word]!);
		Atomics.add(this.#words, VERSION, 1);
		if (differs) Atomics.add(this.#words, LOOKS, 1);
	}

	/** The newest pose, whole: read again if it was replaced meanwhile. */
	takePose(): ViewPose {
		while (true) {
			const before = Atomics.load(this.#words, VERSION);
			for (let word = 0; word < 2 * POSE_NUMBERS; word++)
				this.#poseWords[word] = Atomics.load(this.#words, POSE + word);
			if (before % 2 !== 0 || Atomics.load(this.#words, VERSION) !== before) continue;
			const [x, y, z, w, fovRad, sequence, receivedSec] = this.#pose as unknown as [
				number,
				number,
				number,
				number,
				number,
				number,
				number,
			];
			return { worldFromView: [x, y, z, w], fovRad, sequence, receivedSec };
		}
	}

	/** Counts poses that look elsewhere than the one before them. */
	get looks(): number {
		return Atomics.load(this.#words, LOOKS);
	}

	/**
	 * Size of one eye's view from the next picture on, pixels, even, and for how many eyes there
	 * are to be views if the source has them.
	 */
	putSize(width: number, height: number, eyes: EyeCount = 1): void {
		Atomics.store(this.#words, SIZE, (width << 16) | (eyes === 2 ? TWO_EYES : 0) | height);
	}
	get size(): ViewSize {
		const word = Atomics.load(this.#words, SIZE);
		return { width: word >>> 16, height: word & (TWO_EYES - 1), eyes: (word & TWO_EYES) === 0 ? 1 : 2 };
	}

	requestKeyframe(): void {
		Atomics.add(this.#words, KEYFRAMES_WANTED, 1);
	}

	/** Requests so far; the worker remembers how many it has answered. */
	get keyframesWanted(): number {
		return Atomics.load(this.#words, KEYFRAMES_WANTED);
	}

	/** A silent viewer costs no draw and no encode. */
	set paused(paused: boolean) {
		Atomics.store(this.#words, PAUSED, paused ? 1 : 0);
	}
	get paused(): boolean {
		return Atomics.load(this.#words, PAUSED) === 1;
	}

	/**
	 * The pacer is more than a frame behind: a picture that is not drawn now breaks nothing, one
	 * that is dropped later would.
	 */
	set heldBack(heldBack: boolean) {
		Atomics.store(this.#words, HELD_BACK, heldBack ? 1 : 0);
	}
	get heldBack(): boolean {
		return Atomics.load(this.#words, HELD_BACK) === 1;
	}

	/** Main thread: one more packet of this viewer has arrived. */
	noteFrameTaken(): void {
		Atomics.add(this.#words, FRAMES_TAKEN, 1);
	}
	get framesTaken(): number {
		return Atomics.load(this.#words, FRAMES_TAKEN);
	}

	set bitrateBps(bitrateBps: number) {
		Atomics.store(this.#words, BITRATE, Math.round(bitrateBps));
	}
	get bitrateBps(): number {
		return Atomics.load(this.#words, BITRATE);
	}

	/** The render worker does not use it any more. */
	free(heap: SharedHeap): void {
		if (this.#block) heap.free(this.#block);
	}
}
