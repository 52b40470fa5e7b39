import { ThisThread } from "../threads/this-thread.ts";
import { RecordingFile } from "./recording-file.ts";
import type { RecordingFileOptions, ToRecordingThread } from "./recording-protocol.ts";

const { port, data: options } = new ThisThread<RecordingFileOptions>();
const file = new RecordingFile(options, (message) => port.postMessage(message));
port.on("message", (message: ToRecordingThread) => void file.receive(message));
