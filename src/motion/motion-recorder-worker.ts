import { ThisThread } from "../threads/this-thread.ts";
import type { MotionFileOptions } from "./motion-format.ts";
import type { ToRecorderWorker } from "./motion-recorder-protocol.ts";
import { RecordingWriter } from "./recording-writer.ts";

const { port, data: options } = new ThisThread<MotionFileOptions>();
const writer = new RecordingWriter(options, (message) => port.postMessage(message));
port.on("message", (message: ToRecorderWorker) => void writer.receive(message));
