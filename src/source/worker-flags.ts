/**
 * Options for `new Worker` about the flags that it is started with: those of this process, as always. Only a program that was given as text
 * (`node --input-type=module --eval ...`) has one that no worker's file may have; its workers start without flags.
 */
export function workerFlags(): { readonly execArgv?: string[] } {
	return process.execArgv.some((flag) => flag.startsWith("--input-type")) ? { execArgv: [] } : {};
}
