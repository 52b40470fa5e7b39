import { ThisThread } from "../threads/this-thread.ts";
import { RecordingFiles } from "./recording-files.ts";
import type { RecordingFileOptions, ToRecordingThread } from "./recording-protocol.ts";
import type { SessionVideosOptions } from "./session-videos.ts";

const thread = new ThisThread<RecordingFileOptions>();
const { port, data: options } = thread;
const inNative = (act: () => void) => {
	if (!thread.beginNative()) return;
	try {
		act();
	} finally {
		thread.endNative();
	}
};
// FFmpeg takes a while and much memory to be loaded.
const videos = options.formats.includes("mp4") ? await import("./session-videos.ts") : undefined;
const openVideos =
	videos && ((of: Omit<SessionVideosOptions, "inNative">) => new videos.SessionVideos({ ...of, inNative }));
const files = new RecordingFiles(options, (message) => port.postMessage(message), { openVideos });
port.on("message", (message: ToRecordingThread) => void files.receive(message));
