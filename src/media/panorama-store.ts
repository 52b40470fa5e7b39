import { assert } from "./assert.ts";
import { type PanoramaFormat, type PanoramaLayout, panoramaByteLength, panoramaLayout } from "./panorama.ts";
import type { ProjectionSpec } from "./projection.ts";
import type { Quaternion } from "./rotation.ts";
import type { HeapBlock, SharedHeap } from "./shared-heap.ts";
import type { WasmMemory } from "./wasm-types.ts";

/** One slot is the newest picture, one is written, and one is still read. */
const SLOTS = 3;

// Control block, Int32 words.
const SEQUENCE = 0; // pictures published; also what waiting readers sleep on
const NEWEST = 1; // slot of the newest picture, -1 before the first
const NOT_WRITTEN = 2; // pictures that found no free slot
const SLOT_STATE = 8; // per slot: number of readers, or BEING_WRITTEN
const BEING_WRITTEN = -1;
// Then Float64 words, per slot.
const TIMES_BYTES = 64;
// media time, capture time, ready time, sequence, stamp, camera's time
const TIMES_PER_SLOT = 6;
// Then, per slot, the length of a text in bytes and the text: the geometry of its picture.
const GEOMETRY_ADDRESS = 256;
const GEOMETRY_BYTES = 1024;
const CONTROL_BYTES = GEOMETRY_ADDRESS + SLOTS * GEOMETRY_BYTES;

const NO_BYTES = new Uint8Array(0);

/** Everything that another thread needs to attach to a store. Structured-cloneable. */
export interface PanoramaStoreHandle {
	readonly memory: WasmMemory;
	readonly controlAddress: number;
	readonly slotAddresses: readonly number[];
	readonly format: PanoramaFormat;
}

/** What a picture shows, where that changes from one picture of a source to the next. */
export interface PlacedGeometry {
	/** @default that of the store */
	readonly projection?: ProjectionSpec | undefined;
	/** The right eye's, where it differs. @default that of the store */
	readonly rightProjection?: ProjectionSpec | undefined;
	/** Turns the projection's axes into the world's. */
	readonly worldFromPanorama: Quaternion;
	/** The right eye's, where it differs. @default `worldFromPanorama` */
	readonly rightWorldFromPanorama?: Quaternion | undefined;
}

/** Times of a picture, seconds. */
export interface PanoramaTimes {
	/**
	 * The source's own time of the picture, from its presentation time stamp. It starts anywhere
	 * and runs on over loops.
	 */
	readonly mediaTimeSec: number;
	/**
	 * Time at which light fell in, on the server's monotonic clock, if the source knows it; else
	 * NaN. Never a decode time.
	 */
	readonly captureTimeSec: number;
	/** Time at which the decoded picture was in memory, on the server's monotonic clock. */
	readonly readyTimeSec: number;
	/**
	 * The picture's presentation time stamp itself: it begins again with a loop, and leaps where
	 * the source is played from another place.
	 * @default mediaTimeSec
	 */
	readonly stampSec?: number | undefined;
	/**
	 * Time of the capture as the camera itself states it, microseconds since 1970 on its own clock.
	 * @default NaN: it states none
	 */
	readonly cameraUs?: number | undefined;
}

/** A picture held for reading. Its memory is not overwritten until `release()`. */
export interface PanoramaLease extends PanoramaTimes {
	readonly format: PanoramaFormat;
	/** Layout of one eye's panorama. */
	readonly layout: PanoramaLayout;
	/**
	 * The panoramas of all eyes, the left one first, each `layout.byteLength` bytes of the store's
	 * memory.
	 */
	readonly data: Uint8Array;
	/** Counts published pictures from 1. */
	readonly sequence: number;
	/** Gives the slot back. A second call is ignored. */
	release(): void;
}

/** A slot held for writing: fill it, then `publish`, or `discard`. */
export interface PanoramaDraft {
	/**
	 * First byte; the right eye's panorama, if there is one, begins `layout.byteLength` after it.
	 */
	readonly address: number;
	/**
	 * @param geometry of this picture. @default that of the store's format
	 * @throws {RangeError} when the projection is longer than a slot has room for, as JSON.
	 */
	publish(times: PanoramaTimes, geometry?: PlacedGeometry): void;
	discard(): void;
}

/**
 * The newest panorama, shared between one writing thread and any number of reading threads, in
 * three slots. The newest wins: a late reader skips pictures and never delays the writer. A picture
 * that finds no free slot is counted.
 */
export class PanoramaStore {
	readonly handle: PanoramaStoreHandle;
	/** Layout of one eye's panorama. */
	readonly layout: PanoramaLayout;
	readonly #words: Int32Array;
	readonly #times: Float64Array;
	readonly #blocks: readonly HeapBlock[];

	private constructor(handle: PanoramaStoreHandle, blocks: readonly HeapBlock[]) {
		assert(handle.slotAddresses.length === SLOTS, `A store has ${SLOTS} slots.`);
		this.handle = handle;
		this.layout = panoramaLayout(handle.format);
		this.#words = new Int32Array(handle.memory.buffer, handle.controlAddress, SLOT_STATE + SLOTS);
		this.#times = new Float64Array(
			handle.memory.buffer,
			handle.controlAddress + TIMES_BYTES,
			SLOTS * TIMES_PER_SLOT,
		);
		this.#blocks = blocks;
	}

	/**
	 * Makes a store for pictures of `format` in `heap`.
	 * @throws {RangeError} when the size is odd, there are neither one nor two eyes, or the heap is
	 * full.
	 */
	static create(heap: SharedHeap, format: PanoramaFormat): PanoramaStore {
		const byteLength = panoramaByteLength(format);
		const blocks: HeapBlock[] = [];
		try {
			blocks.push(heap.allocate(CONTROL_BYTES));
			while (blocks.length < SLOTS + 1) blocks.push(heap.allocate(byteLength));
		} catch (error) {
			for (const block of blocks) heap.free(block);
			throw error;
		}
		const [controlAddress, ...slotAddresses] = blocks.map((block) => block.address);
		assert(controlAddress !== undefined, "A store has a control block.");
		const handle = { memory: heap.memory, controlAddress, slotAddresses, format };
		const store = new PanoramaStore(handle, blocks);
		store.#words[NEWEST] = -1;
		return store;
	}

	/** The same store in another thread. */
	static attach(handle: PanoramaStoreHandle): PanoramaStore {
		return new PanoramaStore(handle, []);
	}

	get format(): PanoramaFormat {
		return this.handle.format;
	}

	/** Pictures published so far. */
	get sequence(): number {
		return Atomics.load(this.#words, SEQUENCE);
	}

	/** Pictures lost because all slots but the newest were being read. */
	get notWritten(): number {
		return Atomics.load(this.#words, NOT_WRITTEN);
	}

	/**
	 * A free slot to write the next picture into, or `undefined` (counted) when every other slot is
	 * being read. Writing thread only.
	 */
	beginWrite(): PanoramaDraft | undefined {
		const newest = Atomics.load(this.#words, NEWEST);
		for (let slot = 0; slot < SLOTS; slot++) {
			if (slot === newest) continue;
			if (Atomics.compareExchange(this.#words, SLOT_STATE + slot, 0, BEING_WRITTEN) === 0)
				return this.#draft(slot);
		}
		Atomics.add(this.#words, NOT_WRITTEN, 1);
		return undefined;
	}

	/**
	 * The newest picture if it is newer than `afterSequence`, held until released; else
	 * `undefined`.
	 */
	acquireNewest(afterSequence = 0): PanoramaLease | undefined {
		while (true) {
			if (this.sequence <= afterSequence) return undefined;
			const slot = Atomics.load(this.#words, NEWEST);
			if (slot < 0) return undefined;
			const readers = Atomics.load(this.#words, SLOT_STATE + slot);
			// The writer never takes the newest slot. If it did, a newer one has been published,
			// and the next turn finds it.
			if (readers === BEING_WRITTEN) continue;
			if (Atomics.compareExchange(this.#words, SLOT_STATE + slot, readers, readers + 1) !== readers) continue;
			// Meanwhile the slot may have been overtaken, taken for writing, and discarded half
			// written.
			if (Atomics.load(this.#words, NEWEST) === slot) return this.#lease(slot);
			Atomics.sub(this.#words, SLOT_STATE + slot, 1);
		}
	}

	/**
	 * Sleeps until a picture is newer than `afterSequence`, or `timeoutMs` has passed. It blocks,
	 * so only worker threads call it.
	 */
	waitForNewer(afterSequence: number, timeoutMs: number): void {
		Atomics.wait(this.#words, SEQUENCE, afterSequence, timeoutMs);
	}

	/** Frees slots that a crashed writer held. Call it only while nothing writes. */
	takeBackDrafts(): void {
		for (let slot = 0; slot < SLOTS; slot++)
			Atomics.compareExchange(this.#words, SLOT_STATE + slot, BEING_WRITTEN, 0);
	}

	/**
	 * Gives the memory back to the heap that the store was made in, when every reader and the
	 * writer are done with it.
	 */
	free(heap: SharedHeap): void {
		for (const block of this.#blocks) heap.free(block);
	}

	#draft(slot: number): PanoramaDraft {
		return {
			address: this.#address(slot),
			publish: ({ mediaTimeSec, captureTimeSec, readyTimeSec, ...others }, geometry) => {
				const { stampSec = mediaTimeSec, cameraUs = Number.NaN } = others;
				this.#assertBeingWritten(slot);
				this.#writeGeometry(slot, geometry);
				const sequence = this.sequence + 1;
				const times = [mediaTimeSec, captureTimeSec, readyTimeSec, sequence, stampSec, cameraUs];
				this.#times.set(times, slot * TIMES_PER_SLOT);
				Atomics.store(this.#words, SLOT_STATE + slot, 0);
				Atomics.store(this.#words, NEWEST, slot);
				Atomics.store(this.#words, SEQUENCE, sequence);
				Atomics.notify(this.#words, SEQUENCE);
			},
			discard: () => {
				this.#assertBeingWritten(slot);
				Atomics.store(this.#words, SLOT_STATE + slot, 0);
			},
		};
	}

	#assertBeingWritten(slot: number): void {
		const isBeingWritten = Atomics.load(this.#words, SLOT_STATE + slot) === BEING_WRITTEN;
		assert(isBeingWritten, "A draft is published or discarded once, while it holds its slot.");
	}

	#address(slot: number): number {
		const address = this.handle.slotAddresses[slot];
		assert(address !== undefined, `Slot ${slot} is one of ${SLOTS}.`);
		return address;
	}

	#writeGeometry(slot: number, geometry: PlacedGeometry | undefined): void {
		const bytes = geometry === undefined ? NO_BYTES : new TextEncoder().encode(JSON.stringify(geometry));
		if (bytes.length > GEOMETRY_BYTES - 4)
			throw new RangeError(`The geometry of a picture has at most ${GEOMETRY_BYTES - 4} bytes as JSON.`);
		const place = this.#geometryOf(slot);
		place.set(bytes, 4);
		new DataView(place.buffer, place.byteOffset).setInt32(0, bytes.length, true);
	}

	/** The store's format with the geometry of a slot's picture. */
	#formatOf(slot: number): PanoramaFormat {
		const place = this.#geometryOf(slot);
		const length = new DataView(place.buffer, place.byteOffset).getInt32(0, true);
		if (length === 0) return this.format;
		const text = new TextDecoder().decode(place.slice(4, 4 + length));
		return { ...this.format, ...(JSON.parse(text) as PlacedGeometry) };
	}

	#geometryOf(slot: number): Uint8Array {
		const address = this.handle.controlAddress + GEOMETRY_ADDRESS + slot * GEOMETRY_BYTES;
		return new Uint8Array(this.handle.memory.buffer, address, GEOMETRY_BYTES);
	}

	#lease(slot: number): PanoramaLease {
		const times = this.#times.subarray(slot * TIMES_PER_SLOT);
		const [mediaTimeSec = 0, captureTimeSec = 0, readyTimeSec = 0, sequence = 0, stampSec = 0, cameraUs] = times;
		assert(sequence > 0, "The newest slot holds a published picture.");
		let held = true;
		return {
			format: this.#formatOf(slot),
			layout: this.layout,
			// Made anew: the memory may have grown, and its buffer is another object then.
			data: new Uint8Array(this.handle.memory.buffer, this.#address(slot), panoramaByteLength(this.format)),
			mediaTimeSec,
			captureTimeSec,
			readyTimeSec,
			stampSec,
			cameraUs,
			sequence,
			release: () => {
				if (!held) return;
				held = false;
				const readers = Atomics.sub(this.#words, SLOT_STATE + slot, 1);
				assert(readers > 0, "A slot that is released has readers.");
			},
		};
	}
}
