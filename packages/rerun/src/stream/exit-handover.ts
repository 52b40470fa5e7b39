/** A stream that has work left for a later turn of the event loop. */
export interface Unfinished {
	/** Hands everything that waits to the sinks, some of which write when the program ends. */
	handOver(): void;
}

const unfinished = new Set<Unfinished>();
let watching = false;

/** Has `stream` hand over waiting rows if the program ends before `forgetAtExit`. */
export function finishAtExit(stream: Unfinished): void {
	unfinished.add(stream);
	if (watching) return;
	watching = true;
	const { process } = globalThis as {
		process?: { prependListener?: ((event: "exit", listener: () => void) => void) | undefined } | undefined;
	};
	// In front of the listeners of sinks, which may have been added earlier.
	process?.prependListener?.("exit", () => {
		for (const stream of [...unfinished]) stream.handOver();
	});
}

export function forgetAtExit(stream: Unfinished): void {
	unfinished.delete(stream);
}
