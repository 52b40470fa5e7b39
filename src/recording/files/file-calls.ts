import { close, fdatasync, fstat, ftruncate, open, stat, unlink, writev } from "node:fs";
import { promisify } from "node:util";

/** A file that was opened for writing. */
export interface OpenedFile {
	readonly descriptor: number;
	/** False for pipes and devices, in which bytes have no places. */
	readonly isRegular: boolean;
}

/** Calls to the system that write a recording: a test replaces them by those of another disk. */
export interface FileCalls {
	/**
	 * @param isThere the file is there: it is written over from its beginning.
	 */
	readonly open: (path: string, isThere: boolean) => Promise<OpenedFile>;
	/**
	 * Resolves to the number of bytes that the system has taken.
	 * @param at offset in the file; `null` where bytes have no places.
	 */
	readonly write: (descriptor: number, pieces: readonly Uint8Array[], at: number | null) => Promise<number>;
	/** Resolves when the disk itself has everything. */
	readonly sync: (descriptor: number) => Promise<void>;
	readonly truncate: (descriptor: number, byteLength: number) => Promise<void>;
	readonly close: (descriptor: number) => Promise<void>;
	readonly remove: (path: string) => Promise<void>;
}

/** Those of the system itself. */
export const SYSTEM_CALLS: FileCalls = {
	open: async (path, isThere) => {
		const known = await promisify(stat)(path).catch(() => undefined);
		const isRegular = known?.isFile() ?? !isThere;
		// Emptied first, it could not be read until the first write.
		const descriptor = await promisify(open)(path, isRegular ? (isThere ? "r+" : "wx") : "w", 0o666);
		// A new file is empty until its first write, which follows at once.
		if (isRegular && !isThere) return { descriptor, isRegular };
		try {
			return { descriptor, isRegular: (await promisify(fstat)(descriptor)).isFile() };
		} catch (error) {
			await promisify(close)(descriptor).catch(() => {});
			throw error;
		}
	},
	write: (descriptor, pieces, at) =>
		new Promise((resolve, reject) =>
			writev(descriptor, pieces, at, (error, written) => (error === null ? resolve(written) : reject(error))),
		),
	sync: promisify(fdatasync),
	truncate: promisify(ftruncate),
	close: promisify(close),
	remove: promisify(unlink),
};
