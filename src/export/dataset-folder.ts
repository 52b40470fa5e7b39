import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync } from "node:fs";
import { dirname } from "node:path";
import { OutputError, outputFailure } from "../render/output-error.ts";

/**
 * Checks that a dataset can be put there: nothing is, or an empty folder.
 * @throws {OutputError}
 */
export function refuseFullFolder(path: string): void {
	try {
		if (!existsSync(path)) return;
		if (readdirSync(path).length === 0) {
			// A mount point can't be replaced: that is better known before the work than after it.
			rmdirSync(path);
			mkdirSync(path);
			return;
		}
	} catch (error) {
		throw outputFailure(path, error);
	}
	throw new OutputError("exists", path, `${path} is not empty. A dataset needs a folder of its own.`);
}

/** Gives a finished folder its name. @throws {OutputError} */
export function putInPlace(temporary: string, path: string): void {
	try {
		mkdirSync(dirname(path), { recursive: true });
		if (existsSync(path)) rmdirSync(path);
		renameSync(temporary, path);
	} catch (error) {
		throw outputFailure(path, error);
	}
}
