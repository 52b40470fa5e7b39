import { MessageChannel } from "node:worker_threads";
import type { ThreadExit } from "../threads/thread.ts";
import { MotionRecorder, type StartRecorderThread } from "./motion-recorder.ts";
import type { MotionRecorderOptions } from "./motion-recorder-options.ts";
import type { ToRecorderWorker } from "./motion-recorder-protocol.ts";
import { RecordingWriter } from "./recording-writer.ts";

/**
 * Like `createMotionRecorder`, but the test's own thread writes the file. A thread of its own
 * takes a tenth of a second to start, and a third of a second when it loads HDF5: tests of what is
 * written do without.
 */
export function recordInProcess(options: MotionRecorderOptions = {}): Promise<MotionRecorder> {
	return MotionRecorder.open(options, startInProcess);
}

/**
 * Messages are cloned and transferred, and arrive in a later turn, as those between threads are.
 */
const startInProcess: StartRecorderThread = (file, onMessage) => {
	const { port1: ours, port2: theirs } = new MessageChannel();
	const exited = Promise.withResolvers<ThreadExit>();
	const writer = new RecordingWriter(file, (message) => theirs.postMessage(message));
	ours.on("message", onMessage);
	theirs.on("message", (message: ToRecorderWorker) => void writer.receive(message));
	return {
		exited: exited.promise,
		post: (message, transfer = []) => ours.postMessage(message, transfer),
		async end() {
			ours.close();
			exited.resolve({ code: 0, error: undefined });
			return "ended";
		},
	};
};
