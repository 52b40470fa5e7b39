import { ThisThread } from "../threads/this-thread.ts";
import { RecordingFiles } from "./files/recording-files.ts";
import type { RecordingFileOptions, ToRecordingThread } from "./recording-protocol.ts";

const { port, data: options } = new ThisThread<RecordingFileOptions>();
const files = new RecordingFiles(options, (message) =>
	port.postMessage(message, message.type === "worked" ? message.memory : []),
);
port.on("message", (message: ToRecordingThread) => void files.receive(message));
