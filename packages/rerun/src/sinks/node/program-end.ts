/** Work of sinks for the end of the program. They share one listener: Node warns of many. */
const beforeExit = new Set<() => void>();
const atExit = new Set<() => void>();
let listening = false;

function listen(): void {
	if (listening) return;
	listening = true;
	process.on("beforeExit", () => {
		for (const work of [...beforeExit]) {
			beforeExit.delete(work);
			work();
		}
	});
	process.on("exit", () => {
		for (const work of [...atExit]) work();
	});
}

/**
 * Calls `work` once when the program has nothing left to do: it may start asynchronous work.
 * @returns cancels the call.
 */
export function beforeProgramEnds(work: () => void): () => void {
	listen();
	beforeExit.add(work);
	return () => beforeExit.delete(work);
}

/**
 * Calls `work` when the program ends for good, also by `process.exit()` and by errors, but not by
 * signals. Nothing asynchronous happens then.
 * @returns cancels the call.
 */
export function whenProgramEnds(work: () => void): () => void {
	listen();
	atExit.add(work);
	return () => atExit.delete(work);
}
