import { rmSync } from "node:fs";

/**
 * Removes a file that will not become whole, if it is there. One that can't be removed
 * stays: the failure that led here says more than that of the removal.
 */
export function removeUnfinished(path: string): void {
	try {
		rmSync(path, { force: true });
	} catch {
		// It stays.
	}
}
