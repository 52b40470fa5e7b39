import type { CompleteRecordOptions } from "../recording/record-options.ts";
import type { SessionRecording } from "../recording/session-recording.ts";
import type { RecordedServer } from "../recording/session-tap.ts";
import type { Logger } from "./logger.ts";

/**
 * Records a server from now on, and logs what becomes of the recording. The modules are loaded by
 * servers that record alone.
 *
 * @param signal of the server: once it is aborted nothing is begun.
 * @throws {RecordingError} if the folder or the file can't be made.
 */
export async function beginRecording(
	options: CompleteRecordOptions,
	server: RecordedServer,
	log: Logger,
	signal: AbortSignal | undefined,
): Promise<SessionRecording> {
	const { SessionRecording } = await import("../recording/session-recording.ts");
	signal?.throwIfAborted();
	const recording = SessionRecording.open(options);
	log.info(`Recording to ${recording.path}`);
	recording.on("notice", (message) => log.warn(`Recording: ${message}`));
	recording.on("state", (state) => {
		if (state.name === "failed") log.error(`The recording has stopped: ${state.reason}`);
		else if (state.name === "losing")
			log.warn(`The recording has gaps: ${recording.path} can't be written as fast as is recorded.`);
		else if (state.name === "recording") log.info("The recording is whole again.");
		else log.info(`The recording is finished: ${recording.path}`);
	});
	recording.attach(server);
	return recording;
}
