import type { SessionRecording } from "../recording/session-recording.ts";
import type { RecordedServer } from "../recording/session-tap.ts";
import type { Logger } from "./logger.ts";

/** Records a server from now on, and logs what becomes of the recording. */
export function followRecording(recording: SessionRecording, server: RecordedServer, log: Logger): void {
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
}
