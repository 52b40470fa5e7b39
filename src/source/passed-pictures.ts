import { PacketRing, type PacketRingHandle } from "../media/packet-ring.ts";

/** Memory that a source's thread shares with those who pass its coded pictures on. */
export interface PassedPicturesHandle {
	readonly ring: PacketRingHandle;
	readonly words: SharedArrayBuffer;
}

/** Coded pictures that can be sent as they are: H.264 without reordering. */
export interface PassedFormat {
	readonly profile: "baseline" | "main" | "high";
	readonly width: number;
	readonly height: number;
}

/** The form of a source's coded pictures, or the reason why they can't be passed on. */
export type PassedNote = { readonly format: PassedFormat } | { readonly reason: string };

/** Seconds of pictures that are kept for a main thread that is busy, and most bytes of them. */
const RING = { windowSec: 10, maxBytes: 32 << 20, mostPackets: 2048 } as const;
/** Word that counts the users of decoded pictures. */
const DECODED_WANTED = 0;
/** Word that says that the decoder rests: 1, or 0. */
const RESTS = 1;
const WORDS_BYTES = 8;

/**
 * The coded pictures of a live source on their way from its thread to the main thread, and the wish
 * for decoded ones the other way: without it the source decodes nothing.
 */
export class PassedPictures {
	readonly handle: PassedPicturesHandle;
	readonly ring: PacketRing;
	readonly #words: Int32Array;

	private constructor(handle: PassedPicturesHandle, ring: PacketRing) {
		this.handle = handle;
		this.ring = ring;
		this.#words = new Int32Array(handle.words);
	}

	/** @throws {RangeError} when there is no such memory. */
	static create(): PassedPictures {
		const ring = PacketRing.create(RING);
		return new PassedPictures({ ring: ring.handle, words: new SharedArrayBuffer(WORDS_BYTES) }, ring);
	}

	static attach(handle: PassedPicturesHandle): PassedPictures {
		return new PassedPictures(handle, PacketRing.attach(handle.ring));
	}

	/** True while anybody needs decoded pictures. */
	get decodedWanted(): boolean {
		return Atomics.load(this.#words, DECODED_WANTED) > 0;
	}

	/** Adds a user of decoded pictures. @returns a function that removes it, once. */
	wantDecoded(): () => void {
		Atomics.add(this.#words, DECODED_WANTED, 1);
		let isReleased = false;
		return () => {
			if (isReleased) return;
			isReleased = true;
			Atomics.sub(this.#words, DECODED_WANTED, 1);
		};
	}

	/** True while nothing is decoded, because nobody wants it: the last decoded picture is old. */
	get rests(): boolean {
		return Atomics.load(this.#words, RESTS) === 1;
	}

	set rests(rests: boolean) {
		Atomics.store(this.#words, RESTS, rests ? 1 : 0);
	}

	/** The newest statement of the source's thread; `undefined` before the first. */
	get note(): PassedNote | undefined {
		const { note } = this.ring;
		return note === "" ? undefined : (JSON.parse(note) as PassedNote);
	}

	set note(note: PassedNote) {
		this.ring.note = JSON.stringify(note);
	}
}
