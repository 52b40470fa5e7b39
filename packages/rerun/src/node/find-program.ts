import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The path of a program that a shell would find by its name; `null` if it would find none. */
export function findProgram(name: string, searchPath = process.env["PATH"] ?? ""): string | null {
	const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
	for (const folder of searchPath.split(delimiter))
		for (const ending of endings) {
			const path = join(folder, name + ending);
			if (folder !== "" && isExecutable(path)) return path;
		}
	return null;
}

/** True when a path is a file that can be executed. */
export function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}
