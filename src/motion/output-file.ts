import { closeSync, fstatSync, ftruncateSync, futimesSync, openSync, statSync, writeSync } from "node:fs";
import { writeFailure } from "./motion-file-error.ts";

/**
 * A file that grows. Appended bytes are in the system's hands when `append` returns: no end of
 * the process loses them.
 */
export class OutputFile {
	readonly path: string;
	#descriptor: number | undefined;
	#position = 0;
	readonly #regular: boolean;

	/**
	 * Opens the file. A regular file must be new; pipes and devices are opened as they are.
	 *
	 * @throws {MotionFileError} `exists` or `not-writable`
	 */
	constructor(path: string) {
		this.path = path;
		try {
			const special = statSync(path, { throwIfNoEntry: false });
			this.#descriptor = openSync(
				path,
				special === undefined || special.isFile() || special.isDirectory() ? "wx" : "w",
			);
			this.#regular = fstatSync(this.#descriptor).isFile();
		} catch (error) {
			throw writeFailure(path, error);
		}
	}

	/** Number of bytes written. */
	get position(): number {
		return this.#position;
	}

	/** True for a regular file, which may have files beside it. */
	get regular(): boolean {
		return this.#regular;
	}

	/**
	 * Appends all of the bytes or none.
	 *
	 * @throws {MotionFileError} `not-writable`; the file then ends as before.
	 */
	append(bytes: Uint8Array): void {
		const descriptor = this.#descriptor;
		if (descriptor === undefined) throw new Error(`${this.path} is closed.`);
		try {
			for (let done = 0; done < bytes.byteLength; ) done += writeSync(descriptor, bytes, done);
		} catch (error) {
			// Half a line would spoil the whole lines before it.
			if (this.#regular) ftruncateSync(descriptor, this.#position);
			throw writeFailure(this.path, error);
		}
		this.#position += bytes.byteLength;
	}

	/** Touches the file, to show that a recorder is still at work. */
	touch(): void {
		if (this.#descriptor === undefined || !this.#regular) return;
		const nowSec = Date.now() / 1000;
		futimesSync(this.#descriptor, nowSec, nowSec);
	}

	close(): void {
		const descriptor = this.#descriptor;
		if (descriptor === undefined) return;
		this.#descriptor = undefined;
		try {
			closeSync(descriptor);
		} catch (error) {
			// Network disks report here that they are full.
			throw writeFailure(this.path, error);
		}
	}
}
