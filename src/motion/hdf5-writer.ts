import { existsSync, rmSync } from "node:fs";
import { hdf5FromJournal } from "./hdf5-file.ts";
import { MotionFileError } from "./motion-file-error.ts";
import { JOURNAL_EXTENSION, type MotionFileOptions } from "./motion-format.ts";
import { createJournal, MotionJournal } from "./motion-journal.ts";
import type { OutputFile } from "./output-file.ts";

/**
 * Writes HDF5: a journal while poses arrive, which is safe at any moment, and the file itself
 * at the end.
 */
export class Hdf5MotionWriter {
	readonly #path: string;
	readonly #journal: OutputFile;
	#safe = 0;

	/** @throws {MotionFileError} */
	constructor(options: MotionFileOptions) {
		const { path } = options;
		if (existsSync(path))
			throw new MotionFileError("exists", path, `${path} is there already, and is not overwritten.`);
		this.#path = path;
		this.#journal = createJournal(path + JOURNAL_EXTENSION, options);
	}

	get safePoses(): number {
		return this.#safe;
	}

	/** @param packed whole poses, as `packPose` writes them */
	append(packed: Uint8Array, poses: number): void {
		this.#journal.append(packed);
		this.#safe += poses;
	}

	touch(): void {
		this.#journal.touch();
	}

	/**
	 * @throws {MotionFileError} when the file can't be made. The journal stays, and
	 * `recoverMotion` makes the file later.
	 */
	async close(): Promise<void> {
		this.#journal.close();
		const { path } = this.#journal;
		try {
			await hdf5FromJournal(MotionJournal.open(path), this.#path);
		} catch (error) {
			const reason = (error as Error).message;
			throw new MotionFileError(
				"not-writable",
				this.#path,
				`${reason} Nothing is lost: the poses are in ${path}.`,
				{
					cause: error,
				},
			);
		}
		rmSync(path, { force: true });
	}
}
