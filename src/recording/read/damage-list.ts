import { RecordingError } from "../recording-error.ts";

/** A chunk lies where it should, but its content is broken: the others of its file can be read. */
export class BrokenChunkError extends RecordingError {
	/** @param message why it can't be read, without the file's name. */
	constructor(message: string, cause: unknown) {
		super(message, { code: "broken", cause });
	}
}

/** The place of a chunk in its recording. */
interface ChunkPlace {
	readonly startNs: bigint;
	readonly endNs: bigint;
}

/** What is wrong with the files of one recording, in sentences. */
export class DamageList {
	readonly sentences: string[] = [];
	/** Receives each sentence that is added. */
	onAdded: ((sentence: string) => void) | undefined;
	readonly #leftOut = new Set<ChunkPlace>();

	add(sentence: string): void {
		this.sentences.push(sentence);
		this.onAdded?.(sentence);
	}

	/**
	 * A chunk is left out. It is said once, however often it is read.
	 *
	 * @param beginNs beginning of the recording.
	 */
	leaveOut(path: string, chunk: ChunkPlace, beginNs: bigint, reason: string): void {
		if (this.#leftOut.has(chunk)) return;
		this.#leftOut.add(chunk);
		const [from, to] = [chunk.startNs, chunk.endNs].map((ns) => (Number(ns - beginNs) / 1e9).toFixed(3));
		this.add(`${path}: A part of what was recorded from ${from} to ${to} s is broken and left out: ${reason}`);
	}
}
