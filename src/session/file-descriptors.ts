import { readdirSync, readFileSync } from "node:fs";
import { systemReport } from "../threads/system-report.ts";

/**
 * Folders that list a process's open descriptors; other systems have no bound that
 * matters.
 */
const FOLDERS: Partial<Record<NodeJS.Platform, string>> = {
	linux: "/proc/self/fd",
	darwin: "/dev/fd",
	freebsd: "/dev/fd",
};
/**
 * With more free descriptors than this, a count is used again for 100 ms: counting is
 * slow.
 */
const MANY = 1000;
const MOMENT_MS = 100;

/**
 * Counts the files and sockets that this process may still open. A library that gets
 * none ends the process where no `catch` sees it, so the count is read before the
 * library is called.
 */
export class FileDescriptors {
	readonly #most: number;
	#free = 0;
	#countedMs = Number.NEGATIVE_INFINITY;

	/** @param most descriptors that may be open at once. @default the system's limit */
	constructor(most = limitOfSystem()) {
		this.#most = most;
	}

	/** `Infinity` where there is no limit, or the system does not say. */
	get free(): number {
		const folder = FOLDERS[process.platform];
		if (folder === undefined || this.#most === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
		if (this.#free > MANY && performance.now() - this.#countedMs < MOMENT_MS) return this.#free;
		this.#free = Math.max(0, this.#most - countIn(folder));
		this.#countedMs = performance.now();
		return this.#free;
	}
}

function countIn(folder: string): number {
	try {
		// One of the entries is the folder itself, while it is read.
		return readdirSync(folder).length - 1;
	} catch (error) {
		if (["EMFILE", "ENFILE"].includes((error as NodeJS.ErrnoException).code ?? "")) return Number.POSITIVE_INFINITY;
		return 0; // The system does not show it.
	}
}

function limitOfSystem(): number {
	try {
		if (process.platform === "linux") {
			const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
			return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
		}
		if (FOLDERS[process.platform] === undefined) return Number.POSITIVE_INFINITY;
		return Number(systemReport().userLimits?.open_files?.soft) || Number.POSITIVE_INFINITY;
	} catch {
		return Number.POSITIVE_INFINITY;
	}
}
