import type { Stats } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it, unless they are there. Node's own recursive way never returns
 * where the system has no such folders, as in `/proc`.
 *
 * @throws {Error} of the system, if one can't be made.
 */
export async function makeFolders(path: string): Promise<void> {
	const missing: string[] = [];
	for (let at = path; !(await isFolder(at)); at = dirname(at)) {
		// The system says below what is wrong with a file in the way, or a drive that is not there.
		if (at !== path && (await exists(at))) break;
		missing.unshift(at);
		if ((await exists(at)) || dirname(at) === at) break;
	}
	for (const folder of missing) {
		try {
			await mkdir(folder);
		} catch (error) {
			// Another program may have made it meanwhile.
			if (!(await isFolder(folder))) throw error;
		}
	}
}

async function isFolder(path: string): Promise<boolean> {
	return (await statOf(path))?.isDirectory() === true;
}

async function exists(path: string): Promise<boolean> {
	return (await statOf(path)) !== undefined;
}

function statOf(path: string): Promise<Stats | undefined> {
	return stat(path).catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
		throw error;
	});
}
