/** The signals that ask a program to end: Ctrl+C, `kill`, and the end of its terminal. */
const END_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Calls `listener` for each signal that asks the program to end. @returns removes the listener. */
export function onEndSignal(listener: (signal: NodeJS.Signals) => void): () => void {
	for (const signal of END_SIGNALS) process.on(signal, listener);
	return () => {
		for (const signal of END_SIGNALS) process.removeListener(signal, listener);
	};
}
