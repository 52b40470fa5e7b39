import type { RecordingStream } from "../stream/recording-stream.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Closes a recording when the program is told to end, by Ctrl+C for example, and lets it end then:
 * files get their last rows and their table of contents. A program that handles the signal itself
 * stays.
 *
 * @returns gives it up.
 */
export function closeOnSignal(recording: RecordingStream): Disposable {
	const forget = () => {
		for (const signal of SIGNALS) process.removeListener(signal, end);
	};
	const end = (signal: NodeJS.Signals) => {
		forget();
		const isHandled = process.listenerCount(signal) > 0;
		void recording.close().finally(() => {
			if (!isHandled) process.kill(process.pid, signal);
		});
	};
	for (const signal of SIGNALS) process.on(signal, end);
	return { [Symbol.dispose]: forget };
}
