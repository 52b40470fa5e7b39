import { assert } from "../media/assert.ts";
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
const TRANSFORMED = 8; // 1: the application changes the drawn pictures
const SIZE = 7; // width << 16 | TWO_EYES if wanted | height
const DISPLAYS = 9; // reports of the viewer's display
const REFRESH = 10; // nanoseconds between two refreshes
const READY_TICKS = 11; // RTP time of a picture that is just in time for a refresh
const SPREAD = 12; // microseconds; UNKNOWN_PHASE: the ticks mean nothing
const UNKNOWN_PHASE = -1;
const PARTS = 13; // STAMPS | SURROUND
const STAMPS = 1;
const SURROUND = 2;
const MAX_WIDTH = 0xffff;
const TWO_EYES = 0x8000;
const MAX_HEIGHT = TWO_EYES - 1;
// The pose: seven numbers of two words each.
const POSE = 16;
const POSE_NUMBERS = 7;
const WORDS = POSE + 2 * POSE_NUMBERS;

/** The pose that a view is drawn at, and its origin. */
export interface ViewPose {
	readonly worldFromView: Quaternion;
	/** Horizontal field of view, radians. */
	readonly fovRad: number;
	/** The client's number for this pose, 0 before its first. */
	readonly sequence: number;
	/** Time of arrival, seconds on the server's monotonic clock; NaN before the first. */
	readonly receivedSec: number;
}

/** A client's report of its display, as the renderer needs it. */
export interface MailedDisplay {
	/** Number of reports so far. */
	readonly count: number;
	readonly refreshSec: number;
	/**
	 * RTP time, unsigned 32 bits: a picture that bears it is ready just as a refresh begins,
	 * unless it is one of the slowest few; NaN: not known.
	 */
	readonly readyTicks: number;
	/** Difference between the middle time that pictures take and that of the slowest few. */
	readonly spreadSec: number;
}

/** Parts of a viewer's pictures that its client can use. */
export interface PictureParts {
	/** Each encoded picture carries its frame message. */
	readonly stamps: boolean;
	/** A small picture of the whole sphere is below the views. */
	readonly surround: boolean;
}

/** The first contents of a mailbox. */
export interface ViewWishes extends ViewWish {
	/** @default pictures are plain */
	readonly parts?: PictureParts | undefined;
	readonly pose: ViewPose;
	/** Bits per second. */
	readonly bitrateBps: number;
}

/** Place of a mailbox, for a render worker. Structured-cloneable. */
export interface ViewMailboxHandle {
	readonly memory: WasmMemory;
	readonly address: number;
}

/**
 * A viewer's newest wishes in shared memory. The main thread writes them, the
 * viewer's render worker reads them at the moment of drawing, so no message has to
 * travel between a pose's arrival and the next picture. The newest wins.
 */
export class ViewMailbox {
	readonly handle: ViewMailboxHandle;
	readonly #words: Int32Array;
	/** The pose that this thread last put or took, and the same bytes as words. */
	readonly #pose = new Float64Array(POSE_NUMBERS);
	readonly #poseWords = new Int32Array(this.#pose.buffer);
	readonly #block: HeapBlock | undefined;

	private constructor(handle: ViewMailboxHandle, block?: HeapBlock) {
		this.handle = handle;
		this.#words = new Int32Array(handle.memory.buffer, handle.address, WORDS);
		this.#block = block;
	}

	/**
	 * Makes a mailbox in `heap`; `free` gives its memory back.
	 * @throws {RangeError} if the heap is full.
	 */
	static create(heap: SharedHeap, { pose, bitrateBps, width, height, eyes, parts }: ViewWishes): ViewMailbox {
		const block = heap.allocate(WORDS * Int32Array.BYTES_PER_ELEMENT);
		const mailbox = new ViewMailbox({ memory: heap.memory, address: block.address }, block);
		mailbox.putPose(pose);
		mailbox.bitrateBps = bitrateBps;
		mailbox.putSize(width, height, eyes);
		if (parts !== undefined) mailbox.parts = parts;
		return mailbox;
	}

	/** The same mailbox in another thread. */
	static attach(handle: ViewMailboxHandle): ViewMailbox {
		return new ViewMailbox(handle);
	}

	/**
	 * Replaces the pose. A pose that looks where the last one did is no reason to
	 * draw: clients repeat themselves to show that they are there. Main thread
	 * only.
	 */
	putPose({ worldFromView, fovRad, sequence, receivedSec }: ViewPose): void {
		const looks = [...worldFromView, fovRad];
		const differs = looks.some((value, index) => value !== this.#pose[index]);
		this.#pose.set([...looks, sequence, receivedSec]);
		const version = Atomics.add(this.#words, VERSION, 1);
		assert(version % 2 === 0, "One thread writes a mailbox's poses.");
		// Word by word: only atomic accesses keep their order to those of the
		// version on every processor (ARM reorders others).
		for (let word = 0; word < 2 * POSE_NUMBERS; word++)
			Atomics.store(this.#words, POSE + word, this.#poseWords[word]!);
		Atomics.add(this.#words, VERSION, 1);
		if (differs) Atomics.add(this.#words, LOOKS, 1);
	}

	/** The newest pose. It is whole: a pose that is replaced while it is read is read again. */
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

	/** Number of poses that looked elsewhere than the pose before them. */
	get looks(): number {
		return Atomics.load(this.#words, LOOKS);
	}

	/**
	 * Replaces the size, from the next picture on.
	 *
	 * @param width pixels of one eye's view, even, as `height`.
	 * @param eyes number of views that are wanted, if the source has as many.
	 */
	putSize(width: number, height: number, eyes: EyeCount = 1): void {
		assert(width > 0 && width <= MAX_WIDTH, "A view's width fits into 16 bits.");
		assert(height > 0 && height <= MAX_HEIGHT, "A view's height fits into 15 bits.");
		Atomics.store(this.#words, SIZE, (width << 16) | (eyes === 2 ? TWO_EYES : 0) | height);
	}
	/** The size that was put last. */
	get size(): ViewSize {
		const word = Atomics.load(this.#words, SIZE);
		return { width: word >>> 16, height: word & MAX_HEIGHT, eyes: (word & TWO_EYES) === 0 ? 1 : 2 };
	}

	/** Makes the next picture a key frame. */
	requestKeyframe(): void {
		Atomics.add(this.#words, KEYFRAMES_WANTED, 1);
	}

	/** Number of requests so far; the worker remembers how many it has answered. */
	get keyframesWanted(): number {
		return Atomics.load(this.#words, KEYFRAMES_WANTED);
	}

	/** True while the viewer is silent: nothing is drawn for it. */
	set paused(paused: boolean) {
		Atomics.store(this.#words, PAUSED, paused ? 1 : 0);
	}
	get paused(): boolean {
		return Atomics.load(this.#words, PAUSED) === 1;
	}

	/**
	 * True while the pacer is more than a frame behind: leaving a draw out breaks
	 * nothing, but dropping a picture that has been encoded would.
	 */
	set heldBack(heldBack: boolean) {
		Atomics.store(this.#words, HELD_BACK, heldBack ? 1 : 0);
	}
	get heldBack(): boolean {
		return Atomics.load(this.#words, HELD_BACK) === 1;
	}

	/** True while each drawn picture goes to the application before it is encoded. */
	set transformed(transformed: boolean) {
		Atomics.store(this.#words, TRANSFORMED, transformed ? 1 : 0);
	}
	get transformed(): boolean {
		return Atomics.load(this.#words, TRANSFORMED) === 1;
	}

	/**
	 * Puts a report of the viewer's display. Main thread only. A reader may see numbers of two
	 * reports, which differ by little.
	 */
	putDisplay({ refreshSec, readyTicks, spreadSec }: Omit<MailedDisplay, "count">): void {
		const spread = Number.isNaN(readyTicks) ? UNKNOWN_PHASE : Math.round(spreadSec * 1e6);
		Atomics.store(this.#words, REFRESH, Math.round(refreshSec * 1e9));
		Atomics.store(this.#words, READY_TICKS, Math.round(readyTicks));
		Atomics.store(this.#words, SPREAD, spread);
		Atomics.add(this.#words, DISPLAYS, 1);
	}

	/** Number of reports of the viewer's display so far. */
	get displays(): number {
		return Atomics.load(this.#words, DISPLAYS);
	}

	/** The newest report of the viewer's display; meaningless before the first. */
	takeDisplay(): MailedDisplay {
		const count = this.displays;
		const spread = Atomics.load(this.#words, SPREAD);
		const readyTicks = spread === UNKNOWN_PHASE ? Number.NaN : Atomics.load(this.#words, READY_TICKS) >>> 0;
		return { count, refreshSec: Atomics.load(this.#words, REFRESH) / 1e9, readyTicks, spreadSec: spread / 1e6 };
	}

	/** The parts of pictures from the next one on. */
	set parts({ stamps, surround }: PictureParts) {
		Atomics.store(this.#words, PARTS, (stamps ? STAMPS : 0) | (surround ? SURROUND : 0));
	}
	get parts(): PictureParts {
		const word = Atomics.load(this.#words, PARTS);
		return { stamps: (word & STAMPS) !== 0, surround: (word & SURROUND) !== 0 };
	}

	/** Counts a packet that has arrived. Main thread only. */
	noteFrameTaken(): void {
		Atomics.add(this.#words, FRAMES_TAKEN, 1);
	}
	/** Number of packets that have arrived at the main thread. */
	get framesTaken(): number {
		return Atomics.load(this.#words, FRAMES_TAKEN);
	}

	/** The rate that the encoder is asked for, bits per second. */
	set bitrateBps(bitrateBps: number) {
		Atomics.store(this.#words, BITRATE, Math.round(bitrateBps));
	}
	get bitrateBps(): number {
		return Atomics.load(this.#words, BITRATE);
	}

	/**
	 * Gives the memory back, once, after the render worker has let go of it. Main
	 * thread only.
	 */
	free(heap: SharedHeap): void {
		assert(this.#block !== undefined, "A mailbox is freed where it was created.");
		heap.free(this.#block);
	}
}
