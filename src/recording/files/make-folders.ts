import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it, unless they are there. Node's own recursive way never returns
 * where the system has no such folders, as in `/proc`.
 *
 * @throws {Error} of the system, if one can't be made.
 */
export function makeFolders(path: string): void {
	const missing: string[] = [];
	for (let at = path; !isFolder(at); at = dirname(at)) {
		// The system says below what is wrong with a file in the way, or a drive that is not there.
		if (at !== path && exists(at)) break;
		missing.unshift(at);
		if (exists(at) || dirname(at) === at) break;
	}
	for (const folder of missing) {
		try {
			mkdirSync(folder);
		} catch (error) {
			// Another program may have made it meanwhile.
			if (!isFolder(folder)) throw error;
		}
	}
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function exists(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
