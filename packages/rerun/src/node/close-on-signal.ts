import type { RecordingStream } from "../stream/recording-stream.ts";
import { onEndSignal } from "./end-signals.ts";

/**
 * Closes a recording when a signal asks the program to end, and lets it end then: files receive
 * their last rows and their table of chunks. If the program has a listener of its own for the
 * signal, that listener decides when it ends.
 *
 * @returns removes the listeners.
 */
export function closeOnSignal(recording: RecordingStream): Disposable {
	const forget = onEndSignal((signal) => {
		forget();
		const isHandled = process.listenerCount(signal) > 0;
		void recording.close().finally(() => {
			if (!isHandled) process.kill(process.pid, signal);
		});
	});
	return { [Symbol.dispose]: forget };
}
