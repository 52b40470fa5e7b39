/**
 * Flags of `node` that are the program's own text: a thread that has a file of its own must not get
 * them.
 */
const PROGRAM_TEXT = /^(--eval|-e|--print|-p|-pe|--input-type)$/;

/**
 * The flags that a thread is started with: those of this process, `flags`. Node passes them on by
 * itself, but for a program that was given as text (`node --input-type=module --eval ...`):
 * `--input-type` is refused for a file, so the flags are passed on without the text and the flags
 * that belong to it.
 *
 * @returns `undefined` for Node's own way
 */
export function threadFlags(flags: readonly string[] = process.execArgv): string[] | undefined {
	if (!flags.some((flag) => /^--input-type(=|$)/.test(flag))) return undefined;
	const kept: string[] = [];
	for (let index = 0; index < flags.length; index++) {
		const flag = flags[index]!;
		if (PROGRAM_TEXT.test(flag)) index++;
		else if (!/^--(input-type|eval|print)=/.test(flag)) kept.push(flag);
	}
	return kept;
}
