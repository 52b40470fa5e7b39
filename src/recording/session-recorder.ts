import type * as rr from "panogaze-rerun";
import { monotonicSec } from "../media/clock.ts";
import { SessionWriter } from "./rerun/session-writer.ts";
import { type RecordedServer, SessionTap } from "./tap/session-tap.ts";

/** The options of a `SessionRecorder`. */
export interface SessionRecorderOptions {
	/**
	 * Sends a layout of the recording when a viewer joins: space, video, plots and the log, a tab
	 * for each viewer.
	 * @default true
	 */
	readonly layout?: boolean | undefined;
}

/**
 * Logs everything that the viewers of a server do into a recording for Rerun, in the thread of the
 * caller. `serve({ record })` writes the same into a file of its own, in a thread of its own.
 *
 * - `world/viewer <id>/camera`: the encoded video as it is sent, with the pose and the lens that it
 *   was drawn for.
 * - `world/viewer <id>/head`, `<hand> controller`: transforms.
 * - `world/viewer <id>/<skeleton>`: the tracked bones of bodies and hands, with their names and
 *   ids.
 * - `latency/viewer <id>`: the stages of each frame (`frames`), the age of poses when they arrived
 *   and of the world that the viewer saw then (`poses`), and motion to photon as the client
 *   measures it, in milliseconds.
 * - `network/viewer <id>`: bit rates, losses, delays, and the client's clock with its uncertainty.
 * - `log`: joins, leaves, holds, warnings, the states of the source.
 *
 * On the timeline `server` each row has the time at which the server knew of it, on this machine's
 * wall clock; on `capture` that at which light fell in or the client read the pose, where it is
 * known; `camera` is what a camera states on its own clock, `client` the client's own time,
 * `source` the picture's place in its media, `frame` its number. Only the first part of a
 * viewer's id is logged: with all of it, anybody could end the session.
 *
 * ```ts
 * const server = await serve({ source: "robot-head.mp4" });
 * const recorder = new SessionRecorder(server, recording);
 * ```
 */
export class SessionRecorder implements Disposable {
	readonly #tap: SessionTap;

	/** @param recording borrowed: it stays open when the recorder is closed. */
	constructor(server: RecordedServer, recording: rr.RecordingStream, options: SessionRecorderOptions = {}) {
		const epochSec = Date.now() / 1000 - monotonicSec();
		const writer = new SessionWriter(recording, { layout: options.layout ?? true, epochSec });
		this.#tap = new SessionTap(server, (record) => {
			// A server that is closed still reports the end of its source.
			if (!recording.closed) writer.write(record);
		});
	}

	/** Logs no more. The recording and the server go on. */
	close(): void {
		this.#tap.close();
	}

	[Symbol.dispose](): void {
		this.close();
	}
}
