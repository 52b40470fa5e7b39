/** Words for the codes of the system's errors. */
const REASONS: Readonly<Record<string, string>> = {
	ENOSPC: "the disk is full",
	EDQUOT: "this user's share of the disk is full",
	EFBIG: "the file would be larger than the system allows",
	EACCES: "this user may not write there",
	EPERM: "this user may not write there",
	EROFS: "the disk is read-only",
	ENOENT: "the folder does not exist",
	ENOTDIR: "a part of the path is not a folder",
	EISDIR: "it is a folder",
	EMFILE: "this process has too many files open",
	ENFILE: "the machine has too many files open",
	EEXIST: "a file of that name is there",
};

/**
 * The sentence that says why a file can't be written.
 * @param error the system's error; its own message stands in for a code without words
 */
export function writeFailureText(path: string, error: unknown): string {
	const { code = "", message } = error as { readonly code?: string; readonly message: string };
	return `${path} can't be written: ${REASONS[code] ?? message}.`;
}
