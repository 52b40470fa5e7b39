/** Reason why a file or folder can't be used; follows its name. */
export function wordsForFileError(error: unknown): string {
	const { code, message } = error as NodeJS.ErrnoException;
	if (code === "ENOENT") return "does not exist";
	if (code === "EACCES" || code === "EPERM") return "may not be used by this user";
	if (code === "EISDIR") return "is a folder";
	if (code === "ENOTDIR" || code === "EEXIST") return "is no folder";
	if (code === "EROFS") return "is read-only";
	if (code === "ENOSPC") return "has no space left";
	return `can't be used: ${message}`;
}
