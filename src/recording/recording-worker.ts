import { ThisThread } from "../threads/this-thread.ts";
import { RecordingFiles } from "./files/recording-files.ts";
import type { RecordingFileOptions, ToRecordingThread } from "./recording-protocol.ts";

const thread = new ThisThread<RecordingFileOptions>();
const { port, data: options } = thread;
const files = new RecordingFiles(
	options,
	(message) => port.postMessage(message, message.type === "worked" ? message.memory : []),
	{ onTurn: () => thread.noteTurn() },
);
port.on("message", (message: ToRecordingThread) => void files.receive(message));
