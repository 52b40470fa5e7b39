import { closeSync, fstatSync, ftruncateSync, futimesSync, openSync, statSync, writeSync } from "node:fs";
import { writeFailure } from "./motion-file-error.ts";

/**
 * A file that grows. What is appended is in the system's hands when `append` returns: the end of
 * the process, however it comes, does not lose it.
 */
export class OutputFile {
	readonly path: string;
	#descriptor: number | undefined;
	#position = 0;
	readonly #regular: boolean;

	/**
	 * A regular file has to be new; pipes and devices are opened as they are.
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

	/** Bytes so far. */
	get position(): number {
		return this.#position;
	}

	/** Whether files may lie beside it. */
	get regular(): boolean {
		return this.#regular;
	}

	/**
	 * All of the bytes or none of them.
	 *
	 * @throws {MotionFileError} `not-writable`; the file then ends where it did before.
	 */
	append(bytes: Uint8Array): void {
		const descriptor = this.#descriptor;
		if (descriptor === undefined) throw new Error(`${this.path} is closed.`);
		try {
			for (let done = 0; done < bytes.byteLength; ) done += writeSync(descriptor, bytes, done);
		} catch (error) {
			// Half a line would spoil what was written well before it.
			if (this.#regular) ftruncateSync(descriptor, this.#position);
			throw writeFailure(this.path, error);
		}
		this.#position += bytes.byteLength;
	}

	/** Makes the file look fresh: somebody is still at it. */
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
			// Network disks say here that they are full.
			throw writeFailure(this.path, error);
		}
	}
}
