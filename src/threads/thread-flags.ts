/**
 * Flags of `node` that hold the text of the program: a thread has a file of its own and must not
 * get them.
 */
const PROGRAM_TEXT = /^(--eval|-e|--print|-p|-pe|--input-type)$/;

/**
 * The flags that a thread is started with, from `flags` of this process. Node passes them on by
 * itself, except for a program that was given as text (`node --input-type=module --eval ...`): Node
 * refuses `--input-type` for a file, so the flags are passed on without the text and the flags that
 * belong to it.
 *
 * @returns `undefined` for Node's own way.
 */
export function threadFlags(flags: readonly string[] = process.execArgv): string[] | undefined {
	if (!flags.some((flag) => /^--input-type(=|$)/.test(flag))) return undefined;
	const kept: string[] = [];
	let isProgramText = false;
	for (const flag of flags) {
		if (!isProgramText && !PROGRAM_TEXT.test(flag) && !/^--(input-type|eval|print)=/.test(flag)) kept.push(flag);
		isProgramText = !isProgramText && PROGRAM_TEXT.test(flag);
	}
	return kept;
}
