/** SVT-AV1's variable for its log; "0" leaves fatal errors only. */
const VARIABLE = "SVT_LOG";

/**
 * Keeps SVT-AV1 from writing about every start and end on the process's standard error,
 * unless the variable is set already. For the main thread: workers have copies of the
 * environment, which native code doesn't see.
 */
export function quietSvt(): void {
	process.env[VARIABLE] ??= "0";
}
